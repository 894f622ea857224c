import { createServer } from 'node:net';
import { announce } from '../support/announce.js';

// No server, but the least that one could do: the same bytes for each request, unread. What a load
// gets from it in a second is all that this load can ask for.
const ACCEPTED = 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';
const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  // A load sends one request at a time, in one piece.
  socket.on('data', (bytes) => socket.write(bytes[0] === 0x50 ? ACCEPTED : SWITCHING));
});
server.listen(0, '127.0.0.1', () => {
  announce({ port: server.address().port, path: '/', upgradePath: '/' });
});
