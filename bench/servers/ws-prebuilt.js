import { startWsPeer, textFrame } from '../support/ws.peer.js';

// The frame is made once and written to each socket: no more can be saved without joining frames.
startWsPeer((audience, text) => {
  const frame = textFrame(text);
  for (const client of audience()) client._socket.write(frame);
});
