import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { announce } from './announce.js';

const server = createServer((request, response) => {
  // Socket.IO takes requests under its own path.
  if (request.url.startsWith('/socket.io')) return;
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    io.emit('m', Buffer.concat(chunks).toString());
    response.writeHead(202).end();
  });
});
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false });
server.listen(0, '127.0.0.1', () => {
  announce({
    port: server.address().port,
    path: '/',
    upgradePath: '/socket.io/?EIO=4&transport=websocket',
    // The packet that opens the default namespace, and the envelope of an event named m.
    hello: '40',
    envelope: '42["m",""]'.length,
  });
});
