import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { announce } from '../support/announce.js';

// Writes the same bytes to everybody, as much as they take: what the load generator can count at most.
const FRAME = Buffer.concat([Buffer.from([0x81, 64]), Buffer.alloc(64, 'x')]);
const BYTES = Buffer.concat(Array.from({ length: 992 }, () => FRAME));

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', ({ _socket: socket }) => {
  const fill = () => {
    while (socket.write(BYTES));
  };
  socket.on('drain', fill);
  setTimeout(fill, 2000);
});
server.listen(0, '127.0.0.1', () => {
  announce({ port: server.address().port, path: '/', upgradePath: '/' });
});
