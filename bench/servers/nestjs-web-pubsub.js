import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import jwt from 'jsonwebtoken';
import { WebPubSubModule } from 'nestjs-web-pubsub';
import { announce } from './announce.js';

const accessKey = 'benchmark-key-0123456789-abcdefghijklmnopqrstuvwxyz';
const subprotocol = process.argv[2];

class AppModule {}
const app = await NestFactory.create(
  {
    module: AppModule,
    imports: [WebPubSubModule.forRoot({ accessKey, hubs: ['bench'], logStart: false })],
  },
  new FastifyAdapter(),
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address();
const base = `http://127.0.0.1:${port}`;
const sign = (path) => jwt.sign({ aud: `${base}${path}` }, accessKey, { expiresIn: '1h' });
const path = '/api/hubs/bench/:send?api-version=2024-12-01';
const client = '/client/hubs/bench';
announce({
  port,
  path,
  authorization: `Bearer ${sign('/api/hubs/bench/:send')}`,
  upgradePath: `${client}?access_token=${sign(client)}`,
  subprotocol,
  // JSON clients get the payload in an envelope; raw clients get the payload.
  envelope: subprotocol
    ? '{"type":"message","from":"server","dataType":"text","data":""}'.length
    : 0,
});
