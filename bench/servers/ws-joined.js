import { envelopeOf, startWsPeer, textFrame } from '../support/ws.peer.js';

// The best that is known by hand: frames are made once, and what a socket is owed in one turn of the
// event loop is joined and written at its end.
const envelope = envelopeOf(process.argv[2]);
let pending = new Map();

function flush() {
  const all = pending;
  pending = new Map();
  for (const { audience, frames } of all.values()) {
    const bytes = Buffer.concat(frames);
    for (const client of audience()) client._socket.write(bytes);
  }
}

startWsPeer((audience, text, key) => {
  if (pending.size === 0) setImmediate(flush);
  const owed = pending.get(key) ?? { audience, frames: [] };
  owed.frames.push(textFrame(envelope.wrap(text)));
  pending.set(key, owed);
}, envelope.bytes);
