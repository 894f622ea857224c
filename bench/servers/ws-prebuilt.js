import { envelopeOf, startWsPeer, textFrame } from '../support/ws.peer.js';

// The frame is made once and written to each socket: no more can be saved without joining frames.
const envelope = envelopeOf(process.argv[2]);

startWsPeer((audience, text) => {
  const frame = textFrame(envelope.wrap(text));
  for (const client of audience()) client._socket.write(frame);
}, envelope.bytes);
