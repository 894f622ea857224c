import { Sender, WebSocketServer } from 'ws';
import { createPeerServer, Groups, serve } from '../support/peer.server.js';

// The best that is known by hand: frames are made once, and what a socket is owed in one turn of the
// event loop is joined and written at its end. Envelopes of ours can be put around the payload, so
// that both write the same bytes.
const [before = '', after = ''] = process.argv[2]?.split('%') ?? [];
const groups = new Groups();
let pending = new Map();

function publish(text, group) {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  const frame = Buffer.concat(Sender.frame(Buffer.from(before + text + after), options));
  const key = group ?? '*';
  if (pending.size === 0) setImmediate(flush);
  const frames = pending.get(key);
  if (frames) frames.push(frame);
  else pending.set(key, [frame]);
}

function flush() {
  const all = pending;
  pending = new Map();
  for (const [key, frames] of all) {
    const bytes = Buffer.concat(frames);
    const members = key === '*' ? sockets.clients : groups.members(key);
    for (const client of members) client._socket.write(bytes);
  }
}

const server = createPeerServer(publish);
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (client) => {
  client.on('message', (data) => {
    const [verb, group, text] = data.toString().split(' ');
    if (verb === 'join') groups.join(group, client);
    else publish(text, group);
  });
});
serve(server, publish, {
  upgradePath: '/',
  joinFrame: 'join %',
  publishFrame: 'send all000 %',
  envelope: before.length + after.length,
  groupEnvelope: before.length + after.length,
});
