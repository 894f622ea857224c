import { startWsPeer, textFrame } from '../support/ws.peer.js';

// The best that is known by hand: frames are made once, and what a socket is owed in one turn of the
// event loop is joined and written at its end. Envelopes of ours can be put around the payload, so
// that both write the same bytes.
const [before = '', after = ''] = process.argv[2]?.split('%') ?? [];
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
  owed.frames.push(textFrame(before + text + after));
  pending.set(key, owed);
}, before.length + after.length);
