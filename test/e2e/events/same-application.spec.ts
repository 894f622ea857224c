import { once } from 'node:events';
import { WebSocket } from 'ws';
import { WebPubSubEventSettings, WebPubSubModule } from 'nestjs-web-pubsub';
import { startHost } from '../../support/host.app.js';
import { ACCESS_KEY } from '../../support/keys.js';
import { Diary, sayProviders } from '../../support/say.app.js';
import { clientUrl } from '../../support/client-url.js';
import { WireClient } from '../../support/wire.client.js';

const JSON_PROTOCOL = 'json.webpubsub.azure.v1';

/** One application, and where its clients connect. */
interface Setting {
  readonly diary: Diary;
  readonly clientPort: number;
  close(): Promise<void>;
}

/** Handlers and clients in one process. */
async function inProcess(platform: 'express' | 'fastify'): Promise<Setting> {
  const host = await startHost(platform, {
    imports: [WebPubSubModule.forRoot({ accessKey: ACCESS_KEY, hubs: ['chat'], logStart: false })],
    providers: sayProviders,
  });
  return { diary: host.app.get(Diary), clientPort: host.port, close: () => host.close() };
}

/**
 * The same handlers in an application for which a second server plays the cloud: clients are there, and
 * their events come as webhooks.
 */
async function behindWebhooks(platform: 'express' | 'fastify'): Promise<Setting> {
  const service = await startHost(platform, {
    imports: [
      WebPubSubModule.forRoot({
        accessKey: ACCESS_KEY,
        logStart: false,
        events: { retryDelaysSeconds: [] },
      }),
    ],
  });
  const connectionString = `Endpoint=${service.url};AccessKey=${ACCESS_KEY};Version=1.0;`;
  const application = await startHost(platform, {
    imports: [
      WebPubSubModule.forRoot({
        driver: 'azure',
        connectionString,
        hubs: ['chat'],
        receiver: true,
        logStart: false,
      }),
    ],
    providers: sayProviders,
  });
  service.app.get(WebPubSubEventSettings).configure('chat', {
    eventHandlers: [
      {
        urlTemplate: `${application.url}/api/webpubsub/hubs/{hub}/{event}`,
        userEventPattern: '*',
        systemEvents: ['connect', 'connected', 'disconnected'],
      },
    ],
  });
  return {
    diary: application.app.get(Diary),
    clientPort: service.port,
    close: async () => {
      await service.close();
      await application.close();
    },
  };
}

describe.each([
  ['in-process', 'express', inProcess],
  ['in-process', 'fastify', inProcess],
  ['behind webhooks', 'express', behindWebhooks],
  ['behind webhooks', 'fastify', behindWebhooks],
] as const)('the same handlers %s, on %s', (_where, platform, begin) => {
  let setting: Setting;
  const clients: WireClient[] = [];
  beforeAll(async () => (setting = await begin(platform)));
  afterEach(() => {
    for (const client of clients.splice(0)) client.socket.terminate();
  });
  afterAll(() => setting.close());

  const urlOf = (query: string) => clientUrl(setting.clientPort, query);

  async function open(name: string, subprotocols: readonly string[] = [JSON_PROTOCOL]) {
    const client = await WireClient.open(urlOf(`name=${name}`), subprotocols);
    clients.push(client);
    if (subprotocols.length > 0) client.connected = String(await client.hear());
    return client;
  }

  const send = (client: WireClient, event: string, data: unknown, dataType = 'json', ackId = 1) =>
    client.send(JSON.stringify({ type: 'event', event, dataType, data, ackId }));
  const ack = { type: 'ack', ackId: 1, success: true };
  const failed = {
    type: 'ack',
    ackId: 1,
    success: false,
    error: { name: 'InternalServerError', message: 'Internal server error' },
  };
  const message = (dataType: string, data: unknown, more: object = {}) => ({
    type: 'message',
    from: 'server',
    dataType,
    data,
    ...more,
  });

  async function statusOf(query: string): Promise<number> {
    const socket = new WebSocket(urlOf(query), JSON_PROTOCOL);
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number; resume(): void },
    ];
    response.resume();
    return response.statusCode;
  }

  it('connect decides who the client is, what it may do, and where it is', async () => {
    const client = await open('ann');
    expect(JSON.parse(client.connected)).toMatchObject({ userId: 'ann' });
    const group = { type: 'sendToGroup', group: 'lobby', dataType: 'text', data: 'x', ackId: 1 };
    client.send(JSON.stringify(group));
    expect(await client.hearJson()).toMatchObject({ group: 'lobby', fromUserId: 'ann' });
    expect(await client.hearJson()).toEqual(ack);
  });

  it.each([
    ['without what it asks for, 401', '', 401],
    ['whom it forbids, 403', 'name=nobody', 403],
    ['whom a global guard refuses, 403', 'name=mallory', 403],
    ['over whom it breaks, 500', 'name=broken', 500],
  ])('connect refuses a client %s', async (_who, query, status) => {
    expect(await statusOf(query)).toBe(status);
  });

  it.each([
    ['an object', 'say', { text: 'hi', more: 1 }, message('json', { said: 'hi' })],
    ['a string as it came', 'echo', 'hé', message('text', 'hé'), 'text'],
    ['what an interceptor makes of it', 'loud', 'hey', message('text', 'HEY'), 'text'],
    ['what a filter makes of an exception', 'filtered', 1, message('text', 'later')],
    ['metadata', 'labelled', 1, message('json', { n: 1 }, { metadata: { queue: 'fast' } })],
  ])(
    'a user event is answered with %s, and then acked',
    async (_what, event, data, reply, dataType = 'json') => {
      const client = await open('ann');
      send(client, event, data, dataType);
      expect(await client.hearJson()).toEqual(reply);
      expect(await client.hearJson()).toEqual(ack);
    },
  );

  it('bytes are answered as bytes', async () => {
    const client = await open('ann');
    send(client, 'echo', 'AAEC', 'binary');
    expect(await client.hearJson()).toEqual(message('binary', 'AAEC'));
    expect(await client.hearJson()).toEqual(ack);
  });

  it('a protobuf message is handled as its bytes', async () => {
    const client = await open('ann');
    const any = Buffer.concat([Buffer.from([0x0a, 0x01]), Buffer.from('t')]).toString('base64');
    send(client, 'echo', any, 'protobuf');
    expect(await client.hearJson()).toEqual(message('binary', any));
    expect(await client.hearJson()).toEqual(ack);
  });

  it('nothing is answered with the ack alone', async () => {
    const client = await open('ann');
    send(client, 'silent', 1);
    expect(await client.hearJson()).toEqual(ack);
  });

  it('each emission is a message, in order, before the ack', async () => {
    const client = await open('ann');
    send(client, 'many', 1);
    expect(await client.hearJson()).toEqual(message('text', 'one'));
    expect(await client.hearJson()).toEqual(message('binary', 'dHdv'));
    expect(await client.hearJson()).toEqual(message('json', { three: 3 }));
    expect(await client.hearJson()).toEqual(ack);
  });

  it('state comes back in the next event of the connection, and of no other', async () => {
    const [ann, bob] = [await open('ann'), await open('bob')];
    for (const ackId of [1, 2, 3]) {
      send(ann, 'count', 1, 'json', ackId);
      expect(await ann.hearJson()).toEqual(message('text', String(ackId)));
      expect(await ann.hearJson()).toEqual({ ...ack, ackId });
    }
    send(bob, 'count', 1);
    expect(await bob.hearJson()).toEqual(message('text', '1'));
  });

  it.each([
    ['that breaks its validation', 'say', { text: '' }],
    ['that a guard refuses', 'guarded', 1],
    ['that a handler refuses', 'refused', 1],
    ['over which a handler breaks', 'fails', 1],
    ['that nobody handles', 'unknown', 1],
  ])(
    'an event %s fails, says no more than that, and leaves the client connected',
    async (_what, event, data) => {
      const client = await open('ann');
      send(client, event, data);
      expect(await client.hearJson()).toEqual(failed);
      await client.expectQuiet();
    },
  );

  it('raw frames come back as they were', async () => {
    const client = await open('ann', []);
    client.send('text');
    expect(await client.hear()).toBe('text');
    client.send(Buffer.from([0, 255]));
    expect(await client.hear()).toEqual(Buffer.from([0, 255]));
  });

  it('connected and disconnected are told, and a fault there harms nothing', async () => {
    const client = await open('carl');
    await setting.diary.until('connected carl');
    client.socket.close(1000, 'bye');
    await setting.diary.until('disconnected carl: bye');
    expect(JSON.parse((await open('dora')).connected)).toMatchObject({ userId: 'dora' });
  });
});
