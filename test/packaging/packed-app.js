/**
 * Installs the packed module into a fresh Nest application, as a user would, and uses it once over
 * REST and once over a WebSocket. Prints what it does; a failure is an exit code.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'packed-app-'));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

// The peers a new Nest 12 application has, and one platform.
const PEERS = [
  '@nestjs/common@^12',
  '@nestjs/core@^12',
  '@nestjs/platform-express@^12',
  'class-transformer',
  'class-validator',
  'reflect-metadata',
  'rxjs',
];

const MAIN = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getHubToken, WebPubSubModule } from 'nestjs-web-pubsub';
import { WebSocket } from 'ws';

class AppModule {}
Module({ imports: [WebPubSubModule.forRoot({ hubs: ['chat'] })] })(AppModule);

const app = await NestFactory.create(AppModule);
await app.listen(0, '127.0.0.1');
const health = await fetch((await app.getUrl()) + '/api/health', { method: 'HEAD' });
if (health.status !== 200) throw new Error('health answered ' + health.status);

const chat = app.get(getHubToken('chat'));
const socket = new WebSocket(await chat.getClientAccessUrl({ userId: 'ann' }));
await new Promise((done, failed) => socket.on('open', done).on('error', failed));
const message = new Promise((done) => socket.on('message', (data) => done(String(data))));
await chat.sendToUser('ann', 'it works', { contentType: 'text/plain' });
console.log(await message);
await app.close();
`;

try {
  console.log('packing');
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  );
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "packed-app", "private": true, "type": "module" }',
  );
  writeFileSync(join(folder, 'main.js'), MAIN);
  console.log(`installing ${packed.filename} (${packed.size} bytes, ${packed.entryCount} files)`);
  run('npm', ['install', '--no-audit', '--no-fund', `./${packed.filename}`, ...PEERS], folder);

  console.log('starting the application');
  const output = run(process.execPath, ['main.js'], folder);
  if (!output.includes('it works')) throw new Error(`the message did not arrive:\n${output}`);

  console.log('starting the command');
  const serve = spawn(join(folder, 'node_modules/.bin/web-pubsub'), ['serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: serve.stdout }), 'line');
  if (!/^Endpoint=http:\/\/127\.0\.0\.1:\d+;AccessKey=.+;Version=1\.0;$/.test(line)) {
    throw new Error(`serve printed: ${line}`);
  }
  serve.kill('SIGTERM');
  const [code] = await once(serve, 'exit');
  if (code !== 0) throw new Error(`serve ended with ${code}`);
  console.log('packed module: ok');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
