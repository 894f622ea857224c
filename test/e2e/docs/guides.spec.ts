import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type INestApplication } from '@nestjs/common';
import { jest } from '@jest/globals';
import {
  WebPubSubEventSettings,
  WebPubSubHub,
  WebPubSubModule,
  WebPubSubService,
  type EntraOptions,
  type WebPubSubModuleOptions,
} from 'nestjs-web-pubsub';
import { resolveConfiguration } from '../../../lib/web-pubsub.configuration.js';
import { CliProcess } from '../../support/cli.process.js';
import { connectionStringOf, DocumentedApps, raise } from '../../support/documented.apps.js';
import { ACCESS_KEY } from '../../support/keys.js';
import { importBlock, MarkdownDocument, runBlock } from '../../support/markdown.blocks.js';

const apps = new DocumentedApps();

afterEach(() => apps.close());

function rootOf(options: WebPubSubModuleOptions = {}): object {
  @Module({ imports: [WebPubSubModule.forRoot({ logStart: false, ...options })] })
  class RootModule {}
  return RootModule;
}

describe('docs/filters.md', () => {
  it('counts and selects whom its filter means', async () => {
    const guide = await MarkdownDocument.read('docs/filters.md');
    expect(guide.languages).toEqual(['ts']);
    const { app } = await apps.start(rootOf());
    const author = "' or true or '";
    await apps.connect(app, { userId: author, groups: ['lobby'] });
    const bob = await apps.connect(app, { userId: 'bob', groups: ['lobby'] });
    await apps.connect(app, { userId: 'carl' });
    const values = { chat: app.get(WebPubSubService).hub('chat'), author, room: 'lobby' };
    expect(await runBlock('filters', guide.blockWith('odata'), values, 'count')).toBe(1);
    expect(await bob.hearJson()).toMatchObject({ data: { text: 'hello' } });
  });
});

describe('docs/moving-from-the-azure-sdk.md', () => {
  const log = jest.spyOn(console, 'log');
  const closing: (() => Promise<void>)[] = [];
  let guide: MarkdownDocument;

  beforeAll(async () => {
    guide = await MarkdownDocument.read('docs/moving-from-the-azure-sdk.md');
  });
  beforeEach(() => log.mockReset().mockImplementation(() => {}));
  afterAll(() => log.mockRestore());
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('knows every block', () => {
    expect(guide.languages).toEqual(['ts', 'ts']);
  });

  /** The Express application beside a service that sends it events. */
  async function before(): Promise<{ url: string; clientsOf: INestApplication }> {
    const { app, url: endpoint } = await apps.start(rootOf({ accessKey: ACCESS_KEY }));
    const block = guide.blockWith('WebPubSubEventHandler(');
    const connectionString = connectionStringOf(app, endpoint);
    const listener = await runBlock('moving/before', block, { connectionString }, 'app');
    const server = createServer(listener as RequestListener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => void (await once(server.close(), 'close')));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const eventHandler = {
      urlTemplate: `${url}/api/webpubsub/hubs/chat/{event}`,
      userEventPattern: '*',
      systemEvents: ['connect', 'disconnected'] as const,
    };
    app.get(WebPubSubEventSettings).configure('chat', { eventHandlers: [eventHandler] });
    return { url, clientsOf: app };
  }

  async function after(): Promise<{ url: string; clientsOf: INestApplication }> {
    const { AppModule } = await importBlock('moving/after', guide.blockWith('class AppModule'));
    const { app, url } = await apps.start(AppModule);
    return { url, clientsOf: app };
  }

  it.each([
    ['the official packages', before],
    ['this package', after],
  ])('with %s clients see the same', async (_which, start) => {
    const { url, clientsOf } = await start();
    const negotiated = (await (await fetch(`${url}/negotiate`)).json()) as { url: string };
    await expect(apps.open(negotiated.url)).rejects.toThrow('401');
    const ann = await apps.open(`${negotiated.url}&name=ann`);
    expect(JSON.parse(ann.connected)).toMatchObject({ userId: 'ann' });
    for (const asked of [1, 2]) {
      raise(ann, 'ask', 'why?', { dataType: 'text', ackId: asked });
      const question = { from: 'ann', question: 'why?' };
      expect(await ann.hearJson()).toMatchObject({ group: 'lobby', data: question });
      expect(await ann.hearJson()).toMatchObject({ from: 'server', data: { asked } });
      expect(await ann.hearJson()).toMatchObject({ ackId: asked, success: true });
    }
    raise(ann, 'shout', 'why?', { ackId: 3 });
    expect(await ann.hearJson()).toMatchObject({ ackId: 3, success: false });
    const told = new Promise<unknown>((resolve) => log.mockImplementation(resolve));
    ann.close();
    expect(await told).toBe('ann has left');
    expect(await clientsOf.get(WebPubSubService).hub('chat').userExists('ann')).toBe(false);
  });
});

describe('docs/moving-to-azure-and-back.md', () => {
  let guide: MarkdownDocument;

  beforeAll(async () => {
    guide = await MarkdownDocument.read('docs/moving-to-azure-and-back.md');
  });

  it('knows every block', () => {
    expect(guide.languages).toEqual(['ts', 'ts', 'json', 'sh', 'ts']);
  });

  it('its options are those of either place', async () => {
    const block = guide.blockWith('function webPubSubOptions');
    const { webPubSubOptions } = await importBlock('azure/options', block);
    const optionsFor = webPubSubOptions as (text?: string) => WebPubSubModuleOptions;
    const embedded = await apps.start(rootOf({ accessKey: ACCESS_KEY, ...optionsFor() }));
    const text = connectionStringOf(embedded.app, embedded.url);
    const { app } = await apps.start(rootOf(optionsFor(text)));
    const client = await apps.connect(embedded.app, { userId: 'ann' });
    await app.get(WebPubSubService).hub('chat').sendToUser('ann', 'from there');
    expect(await client.hearJson()).toMatchObject({ data: 'from there' });
  });

  it('a credential is asked for tokens', async () => {
    const asked: unknown[] = [];
    const credential = {
      async getToken(...args: unknown[]) {
        asked.push(args[0]);
        throw new Error('nobody is signed in');
      },
    };
    const block = guide.blockWith('credential }');
    const options = await runBlock('azure/credential', block, { credential }, 'options');
    const { app } = await apps.start(rootOf(options as WebPubSubModuleOptions));
    const answer = app.get(WebPubSubService).hub('chat').sendToAll(1);
    await expect(answer).rejects.toThrow('nobody is signed in');
    expect(asked.flat()).toEqual(['https://webpubsub.azure.com/.default']);
  });

  it('strictAzure refuses what the table says', async () => {
    const calls: readonly ((chat: WebPubSubHub) => Promise<unknown>)[] = [
      (chat) => chat.addUserToGroup('g', 'ann', { remember: true }),
      (chat) => chat.grantPermission('c', 'sendToGroup', { allGroups: true }),
      (chat) => chat.explainFilter('true'),
      (chat) => chat.groupExists('a/b'),
      (chat) => chat.sendToAll(1, { metadata: { key: 'a,b' } }),
    ];
    expect(guide.rows('refused')).toHaveLength(calls.length);
    const { app } = await apps.start(rootOf({ hubs: ['chat'], strictAzure: true }));
    for (const call of calls) {
      const answer = call(app.get(WebPubSubService).hub('chat'));
      await expect(answer).rejects.toMatchObject({ code: 'NotSupportedByAzure', statusCode: 501 });
    }
  });

  it('the options that it moves are those that are refused there', async () => {
    const moved = {
      rest: true,
      websocket: true,
      hubDefaults: {},
      unacknowledgedFailure: 'close' as const,
      events: {},
      entra: { mode: 'jwks' as const, tenantId: '11111111-2222-3333-4444-555555555555' },
      strictAzure: true,
    };
    const connectionString = `Endpoint=https://demo.webpubsub.azure.com;AccessKey=${ACCESS_KEY};`;
    const paths = Object.keys(moved).toSorted();
    let refused: string[] = [];
    try {
      resolveConfiguration({ connectionString, ...moved }, { isProduction: false });
    } catch (error) {
      refused = (error as { problems: { path: string }[] }).problems.map(({ path }) => path);
    }
    expect(refused.toSorted()).toEqual(paths);
    const [section = ''] = guide.text.split('Move what these options say').slice(1);
    const [list = ''] = section.split('settings of single hubs');
    const named = [...list.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    expect(named.toSorted()).toEqual(paths);
  });

  it('a server of its own plays the service, with the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'azure-like-'));
    const file = join(folder, 'azure-like.json');
    await writeFile(file, guide.blockWith('"eventHandlers"'));
    const [command = ''] = guide.blockWith('npx web-pubsub serve').split('#');
    const words = command.trim().split(/\s+/).slice(2);
    const renamed = new Map([
      ['8080', '0'],
      ['azure-like.json', file],
    ]);
    const server = CliProcess.start(words.map((word) => renamed.get(word) ?? word));
    try {
      expect(await server.line()).toMatch(/^Endpoint=/);
      expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('callers with Entra tokens may do what the options say', async () => {
    const options = (await runBlock('azure/entra', guide.blockWith('entra:'), {}, 'options')) as {
      entra: EntraOptions;
    };
    await apps.start(rootOf(options));
    const { actionsOf } = options.entra;
    expect(actionsOf?.({ oid: '22222222-3333-4444-5555-666666666666' })).toEqual(['*/read']);
    expect(actionsOf?.({})).toEqual([]);
  });
});
