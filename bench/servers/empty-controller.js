import 'reflect-metadata';
import { Controller, HttpCode, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { announce } from '../support/announce.js';

// The least a Nest application does for a request: a controller that returns.
class EmptyController {
  send() {}
}
const method = Object.getOwnPropertyDescriptor(EmptyController.prototype, 'send');
HttpCode(202)(EmptyController.prototype, 'send', method);
Post('send')(EmptyController.prototype, 'send', method);
Controller()(EmptyController);

class AppModule {}
const app = await NestFactory.create(
  { module: AppModule, controllers: [EmptyController] },
  new FastifyAdapter(),
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address();
announce({ port, path: '/send', upgradePath: '/' });
