import 'reflect-metadata';
import { Controller, HttpCode, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import jwt from 'jsonwebtoken';
import { announce } from '../support/announce.js';

// The least a Nest application does for a request: a controller that returns. It is sent what ours is
// sent, and looks at nothing of it.
const PATH = '/api/hubs/bench/send?api-version=2024-12-01';
const claims = { aud: 'http://127.0.0.1:12345/api/hubs/bench/send' };
const authorization = `Bearer ${jwt.sign(claims, 'nobody checks it', { expiresIn: '1h' })}`;

class EmptyController {
  send() {}
}
const method = Object.getOwnPropertyDescriptor(EmptyController.prototype, 'send');
HttpCode(202)(EmptyController.prototype, 'send', method);
Post('api/hubs/bench/send')(EmptyController.prototype, 'send', method);
Controller()(EmptyController);

class AppModule {}
const app = await NestFactory.create(
  { module: AppModule, controllers: [EmptyController] },
  new FastifyAdapter(),
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address();
announce({ port, path: PATH, authorization, upgradePath: '/' });
