import { Sender, WebSocketServer } from 'ws';
import { createPeerServer, Groups, serve } from '../support/peer.server.js';

// The frame is made once and written to each socket: no more can be saved without joining frames.
const groups = new Groups();
function publish(text, group) {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: true };
  const frame = Buffer.concat(Sender.frame(Buffer.from(text), options));
  const members = group === undefined ? sockets.clients : groups.members(group);
  for (const client of members) client._socket.write(frame);
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
  groupEnvelope: 0,
});
