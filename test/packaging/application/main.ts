import 'reflect-metadata';
import { ValidationPipe, type INestApplication, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const OPTIONS: NestApplicationOptions = { logger: ['warn', 'error'] };

async function create(platform: string | undefined): Promise<INestApplication> {
  if (platform !== 'fastify') return await NestFactory.create(AppModule, OPTIONS);
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return await NestFactory.create(AppModule, new FastifyAdapter(), OPTIONS);
}

// No top-level await: this is compiled to CommonJS too.
async function start(): Promise<void> {
  const app = await create(process.argv[2]);
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  console.log(`listening on ${await app.getUrl()}`);
}

void start();
