import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessKeys, formatConnectionString, WebPubSubService } from 'nestjs-web-pubsub';
import { WebSocket } from 'ws';
import { CliProcess } from '../../support/cli.process.js';
import { ACCESS_KEY } from '../../support/keys.js';
import {
  asFunction,
  codeBlocks,
  importBlock,
  type CodeBlock,
} from '../../support/markdown.blocks.js';

let blocks: CodeBlock[];
let app: INestApplication | undefined;

beforeAll(async () => {
  blocks = await codeBlocks('README.md');
});

afterEach(async () => {
  await app?.close();
  app = undefined;
});

function blockWith(text: string): string {
  const block = blocks.find((candidate) => candidate.text.includes(text));
  if (block === undefined) throw new Error(`README.md has no block with ${text}`);
  return block.text;
}

async function start(module: unknown): Promise<string> {
  app = await NestFactory.create(module as Type, { logger: false });
  await app.listen(0, '127.0.0.1');
  return await app.getUrl();
}

it('knows every block', () => {
  expect(blocks.map(({ language }) => language)).toEqual(['', 'sh', 'sh', 'ts', 'ts', 'ts', 'sh']);
});

it('the application serves a chat, and an SDK sends to it', async () => {
  const { AppModule } = await importBlock('readme-app', blockWith('class ChatController'));
  const url = await start(AppModule);
  const negotiated = await fetch(`${url}/negotiate?name=ann`);
  const { url: clientUrl } = (await negotiated.json()) as { url: string };
  const socket = new WebSocket(clientUrl, 'json.webpubsub.azure.v1');
  const [connected] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(connected.toString())).toMatchObject({ userId: 'ann' });

  const said = once(socket, 'message') as Promise<[Buffer]>;
  const response = await fetch(`${url}/rooms/lobby/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"text":"hello"}',
  });
  expect(await response.json()).toEqual({ room: 'lobby', text: 'hello' });
  expect(JSON.parse((await said)[0].toString())).toMatchObject({
    group: 'lobby',
    data: { room: 'lobby', text: 'hello' },
  });

  const block = asFunction(blockWith('WebPubSubServiceClient'), 'connectionString: string');
  const { run } = await importBlock('readme-sdk', block);
  const accessKey = app?.get(AccessKeys).primary ?? '';
  const sent = once(socket, 'message') as Promise<[Buffer]>;
  await (run as (text: string) => Promise<void>)(
    formatConnectionString({ endpoint: url, accessKey }),
  );
  expect(JSON.parse((await sent)[0].toString())).toMatchObject({
    data: { text: 'hello from elsewhere' },
  });
  socket.terminate();
});

it('forRootAsync takes its options from a factory', async () => {
  process.env['WEB_PUBSUB'] = `Endpoint=http://public.example.com;AccessKey=${ACCESS_KEY};`;
  const { AsyncAppModule } = await importBlock('readme-async', blockWith('forRootAsync'));
  await start(AsyncAppModule);
  delete process.env['WEB_PUBSUB'];
  const hub = app?.get(WebPubSubService).hub('chat');
  expect((await hub?.getClientAccessToken())?.baseUrl).toBe(
    'ws://public.example.com/client/hubs/chat',
  );
});

it('the commands of the service by itself work', async () => {
  const [serve, token] = blockWith('npx web-pubsub serve').trim().split('\n');
  const args = (line = ''): string[] =>
    (line.split('#')[0] ?? '')
      .trim()
      .split(/\s+/)
      .slice(2)
      .map((word) => (word === '8080' ? '0' : word));
  const server = CliProcess.start(args(serve));
  expect(await server.line()).toMatch(/^Endpoint=/);
  await server.end('SIGTERM');
  expect(await CliProcess.run(args(token))).toMatchObject({ code: 0 });
});

it('the two commands of a clone are scripts of the package', async () => {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  const lines = blockWith('npm ci').trim().split('\n');
  const names = lines.map((line) => /npm ci && npm (\w+)/.exec(line)?.[1] ?? '');
  expect(names).toEqual(['start', 'test']);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(names));
});
