import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import { announce } from '../support/announce.js';
import { Groups } from '../support/peer.server.js';

const groups = new Groups();

// A gateway as the documentation of Nest has it; without a compiler, decorators are called by hand.
class Gateway {
  join(client, group) {
    groups.join(group, client);
  }

  send(_client, text) {
    publish(text, 'all000');
  }
}
const method = (name) => Object.getOwnPropertyDescriptor(Gateway.prototype, name);
SubscribeMessage('join')(Gateway.prototype, 'join', method('join'));
SubscribeMessage('send')(Gateway.prototype, 'send', method('send'));
WebSocketServer()(Gateway.prototype, 'server');
WebSocketGateway({ path: '/gateway' })(Gateway);

function publish(text, group) {
  const { server } = app.get(Gateway);
  const frame = JSON.stringify({ event: 'm', data: text });
  const members = group === undefined ? server.clients : groups.members(group);
  for (const client of members) client.send(frame);
}

class AppModule {}
const app = await NestFactory.create(
  { module: AppModule, providers: [Gateway] },
  new FastifyAdapter(),
  { logger: ['error', 'warn'] },
);
app.useWebSocketAdapter(new WsAdapter(app));
const http = app.getHttpAdapter();
http.post('/', (request, reply) => {
  publish(request.body);
  reply.code(202).send();
});
http.post('/groups/:group', (request, reply) => {
  publish(request.body, request.params.group);
  reply.code(202).send();
});
await app.listen(0, '127.0.0.1');
announce(
  {
    port: app.getHttpServer().address().port,
    path: '/',
    groupPath: '/groups/%',
    upgradePath: '/gateway',
    joinFrame: '{"event":"join","data":"%"}',
    publishFrame: '{"event":"send","data":"%"}',
    envelope: '{"event":"m","data":""}'.length,
    groupEnvelope: '{"event":"m","data":""}'.length,
  },
  { publish },
);
