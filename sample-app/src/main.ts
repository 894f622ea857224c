import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { Logger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';

const PUBLIC = fileURLToPath(new URL('../public', import.meta.url));

const app = await NestFactory.create<NestExpressApplication>(AppModule);
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
app.enableShutdownHooks();
app.useStaticAssets(PUBLIC);
await app.listen(Number(process.env['PORT'] ?? 3000));

const { port } = app.getHttpServer().address() as { port: number };
new Logger('Sample').log(`Chat in two windows of http://localhost:${port}`);
