import { startWsPeer, textFrame } from '../support/ws.peer.js';

// No server, but the least that one could do: for each publish a block of frames that was made
// before, in one write to each client. What a load counts of it is all that this load can count.
const times = Number(process.argv[2]);
let block = Buffer.alloc(0);
let blockText;

startWsPeer(
  (audience, text) => {
    if (text !== blockText) {
      blockText = text;
      block = Buffer.concat(Array.from({ length: times }, () => textFrame(text)));
    }
    for (const client of audience()) client._socket.write(block);
  },
  0,
  { times },
);
