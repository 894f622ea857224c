import { readFile } from 'node:fs/promises';
import { Module, ValidationPipe, type INestApplication, type Type } from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  WebPubSubEventSettings,
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
let readme: MarkdownDocument;

beforeAll(async () => {
  readme = await MarkdownDocument.read('README.md');
});

afterEach(async () => {
  delete process.env['WEB_PUBSUB'];
  await apps.close();
});

function rootOf(options: WebPubSubModuleOptions, providers: unknown[] = []): object {
  @Module({
    imports: [WebPubSubModule.forRoot({ logStart: false, ...options })],
    providers: providers as Type[],
  })
  class RootModule {}
  return RootModule;
}

it('knows every block', () => {
  const beginning = ['', 'sh', 'sh', 'ts', 'ts'];
  const events = ['ts', 'json', 'ts', 'ts'];
  const operations = ['ts', 'ts'];
  const rest = ['ts', 'ts', 'sh'];
  expect(readme.languages).toEqual([...beginning, ...events, ...operations, ...rest]);
});

it('the application serves a chat, and an SDK sends to it', async () => {
  const { AppModule } = await importBlock('readme/app', readme.blockWith('class ChatController'));
  const { app, url } = await apps.start(AppModule);
  const negotiated = await fetch(`${url}/negotiate?name=ann`);
  const client = await apps.open(((await negotiated.json()) as { url: string }).url);
  expect(JSON.parse(client.connected)).toMatchObject({ userId: 'ann' });

  const response = await fetch(`${url}/rooms/lobby/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"text":"hello"}',
  });
  const message = { room: 'lobby', text: 'hello' };
  expect(await response.json()).toEqual(message);
  expect(await client.hearJson()).toMatchObject({ group: 'lobby', data: message });

  await runBlock('readme/sdk', readme.blockWith('WebPubSubServiceClient('), {
    connectionString: connectionStringOf(app, url),
  });
  expect(await client.hearJson()).toMatchObject({ data: { text: 'hello from elsewhere' } });
});

/** What the class in the README promises, wherever its events come from. */
async function expectConversation(service: INestApplication): Promise<void> {
  await expect(apps.connect(service)).rejects.toThrow('401');
  const bob = await apps.connect(service, { query: 'name=bob' });
  const ann = await apps.connect(service, { query: 'name=ann' });
  expect(JSON.parse(ann.connected)).toMatchObject({ userId: 'ann' });
  for (const remarks of [1, 2]) {
    raise(ann, 'say', { text: 'hi' }, { ackId: remarks });
    expect(await bob.hearJson()).toMatchObject({ data: { from: 'ann', text: 'hi' } });
    expect(await ann.hearJson()).toMatchObject({ data: { from: 'ann', text: 'hi' } });
    expect(await ann.hearJson()).toMatchObject({ from: 'server', data: { remarks } });
    expect(await ann.hearJson()).toMatchObject({ ackId: remarks, success: true });
  }
  raise(ann, 'say', { text: '' }, { ackId: 3 });
  expect(await ann.hearJson()).toMatchObject({ ackId: 3, success: false });
  ann.close();
  expect(await bob.hearJson()).toMatchObject({ data: { left: 'ann' } });
}

describe('the class for a hub', () => {
  it('handles what clients do in its own process', async () => {
    const { ChatHub } = await importBlock('readme/chat.hub', readme.blockWith('class ChatHub'));
    const pipe = { provide: APP_PIPE, useValue: new ValidationPipe() };
    const { app } = await apps.start(rootOf({ hubs: ['chat'] }, [ChatHub, pipe]));
    await expectConversation(app);
  });

  it('handles the webhooks of the server with the JSON file', async () => {
    const file = readme.blockWith('"eventHandlers"');
    const options = JSON.parse(file) as { hubs: { chat: object } };
    resolveConfiguration(options, { isProduction: true });
    const service = await apps.start(rootOf({ accessKey: ACCESS_KEY }));
    process.env['WEB_PUBSUB'] = connectionStringOf(service.app, service.url);
    await importBlock('readme/chat.hub', readme.blockWith('class ChatHub'));
    const { CloudModule } = await importBlock('readme/cloud', readme.blockWith('CloudModule'));
    const { url } = await apps.start(CloudModule);
    const here = file.replace('https://app.example', url);
    service.app
      .get(WebPubSubEventSettings)
      .configure('chat', (JSON.parse(here) as typeof options).hubs.chat);
    await expectConversation(service.app);
  });
});

it('the listener brings events to Kafka', async () => {
  const sent: unknown[] = [];
  const producer = { send: async (record: unknown) => void sent.push(record) };
  const block = readme.blockWith('eventListeners');
  const options = await runBlock('readme/listener', block, { producer }, 'options');
  const { app } = await apps.start(rootOf(options as WebPubSubModuleOptions));
  const client = await apps.connect(app);
  raise(client, 'say', 'hi', { dataType: 'text' });
  await client.hear();
  const { connectionId } = JSON.parse(client.connected) as { connectionId: string };
  const headersOf = (type: string) =>
    expect.objectContaining({ 'cloudEvents:type': `azure.webpubsub.${type}` }) as unknown;
  const record = (type: string, value: string) => ({
    topic: 'clients',
    messages: [{ key: connectionId, value: Buffer.from(value), headers: headersOf(type) }],
  });
  expect(sent).toEqual([record('sys.connected', '{}'), record('user.say', 'hi')]);
});

it('filters select by what is written into them', async () => {
  const { app } = await apps.start(rootOf({ hubs: ['chat'] }));
  await apps.connect(app, { userId: "O'Brien", groups: ['lobby'] });
  const bob = await apps.connect(app, { userId: 'bob', groups: ['lobby'] });
  await apps.connect(app, { userId: 'guest-1' });
  const chat = app.get(WebPubSubService).hub('chat');
  const block = readme.blockWith('odata`');
  const values = { chat, author: "O'Brien", room: 'lobby', prefix: 'guest-' };
  expect(await runBlock('readme/filters', block, values, 'readers')).toBe(1);
  expect(await bob.hearJson()).toMatchObject({ data: { text: 'hello' } });
  expect(await chat.explainFilter("'news' in groups and userId eq 'guest-1'")).toBe(1);
});

it('the OpenAPI document has the operations, at a global prefix too', async () => {
  const block = readme.blockWith('SwaggerModule');
  const { url } = await apps.start(rootOf({ hubs: ['chat'] }), async (app) => {
    app.setGlobalPrefix('v1');
    await runBlock('readme/openapi', block, { app });
  });
  const response = await fetch(`${url}/docs-json`);
  const { paths } = (await response.json()) as { paths: object };
  expect(Object.keys(paths)).toContain('/v1/api/hubs/{hub}/:send');
});

it('callers with tokens of the tenant may do what actionsOf says', async () => {
  const block = readme.blockWith('entra:');
  const options = (await runBlock('readme/entra', block, {}, 'options')) as {
    entra: EntraOptions;
  };
  const { tenantId, actionsOf } = options.entra;
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] };
  const { url } = await apps.start(rootOf({ entra: { ...options.entra, jwks } }));
  const deployer = '66666666-7777-8888-9999-000000000000';
  expect(actionsOf?.({ oid: deployer })).toEqual(['*']);
  const statusFor = async (oid: string): Promise<number> => {
    const token = await new SignJWT({ oid })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(`https://login.microsoftonline.com/${tenantId}/v2.0`)
      .setAudience('https://webpubsub.azure.com')
      .setExpirationTime('5m')
      .sign(privateKey);
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${url}/api/hubs/chat/groups/g`, { method: 'HEAD', headers })).status;
  };
  expect(await statusFor(deployer)).toBe(404);
  expect(await statusFor('somebody else')).toBe(403);
});

it('forRootAsync takes its options from a factory', async () => {
  process.env['WEB_PUBSUB'] = `Endpoint=http://public.example.com;AccessKey=${ACCESS_KEY};`;
  const { AsyncAppModule } = await importBlock('readme/async', readme.blockWith('forRootAsync'));
  const { app } = await apps.start(AsyncAppModule);
  const { baseUrl } = await app.get(WebPubSubService).hub('chat').getClientAccessToken();
  expect(baseUrl).toBe('ws://public.example.com/client/hubs/chat');
});

it('the commands of the service by itself work', async () => {
  const block = readme.blockWith('npx web-pubsub serve').trim();
  const [serve, token, verify, ...others] = block.split('\n').map(argumentsOf);
  expect(others).toEqual([]);
  const server = CliProcess.start(serve ?? []);
  try {
    const connectionString = await server.line();
    expect(await CliProcess.run(token ?? [])).toMatchObject({ code: 0 });
    const words = verify?.map((word) => word.replace('"$CONNECTION_STRING"', connectionString));
    expect(await CliProcess.run(words ?? [])).toMatchObject({ code: 0 });
  } finally {
    await server.end('SIGTERM');
  }
});

it('the two commands of a clone are scripts of the package', async () => {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  const lines = readme.blockWith('npm ci').trim().split('\n');
  const names = lines.map((line) => /npm ci && npm (\w+)/.exec(line)?.[1] ?? '');
  expect(names).toEqual(['start', 'test']);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(names));
});

function argumentsOf(line: string): string[] {
  const [command = ''] = line.split('#');
  const words = command.trim().split(/\s+/).slice(2);
  return words.map((word) => (word === '8080' ? '0' : word));
}
