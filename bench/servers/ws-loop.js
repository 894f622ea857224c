import { WebSocketServer } from 'ws';
import { createPeerServer, Groups, serve } from '../support/peer.server.js';

// What most people write: one `send` for each client.
const groups = new Groups();
function publish(text, group) {
  const members = group === undefined ? sockets.clients : groups.members(group);
  for (const client of members) client.send(text);
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
