import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { announce } from './announce.js';

// What most people write: one `send` for each client.
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    for (const client of sockets.clients) client.send(text);
    response.writeHead(202).end();
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
server.listen(0, '127.0.0.1', () => {
  announce({ port: server.address().port, path: '/', upgradePath: '/', envelope: 0 });
});
