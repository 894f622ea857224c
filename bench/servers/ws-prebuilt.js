import { startWsPeer, textFrame } from '../support/ws.peer.js';

// The frame is made once and written to each socket: no more can be saved without joining frames.
// Envelopes of ours can be put around the payload, so that both write the same bytes.
const [before = '', after = ''] = process.argv[2]?.split('%') ?? [];

startWsPeer((audience, text) => {
  const frame = textFrame(before + text + after);
  for (const client of audience()) client._socket.write(frame);
}, before.length + after.length);
