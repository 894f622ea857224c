import { Server } from 'socket.io';
import { createPeerServer, serve } from '../support/peer.server.js';

function publish(text, group) {
  if (group === undefined) io.emit('m', text);
  else io.to(group).emit('m', text);
}
const posts = createPeerServer(publish);
const [onPost] = posts.listeners('request');
posts.removeAllListeners('request');
posts.on('request', (request, response) => {
  // Socket.IO takes requests under its own path.
  if (!request.url.startsWith('/socket.io')) onPost(request, response);
});
const io = new Server(posts, {
  transports: ['websocket'],
  perMessageDeflate: false,
  // Its own pings are packets like any other: the bytes of one would be counted as a delivery.
  pingInterval: 600_000,
});
io.on('connection', (socket) => {
  socket.on('join', (group) => socket.join(group));
  socket.on('send', (text) => publish(text, 'all000'));
});
serve(posts, publish, {
  upgradePath: '/socket.io/?EIO=4&transport=websocket',
  // The packet that opens the default namespace, and the envelope of an event named m.
  hellos: ['40'],
  joinFrame: '42["join","%"]',
  publishFrame: '42["send","%"]',
  envelope: '42["m",""]'.length,
  groupEnvelope: '42["m",""]'.length,
});
