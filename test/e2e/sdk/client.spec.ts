import { WebPubSubServiceClient } from '@azure/web-pubsub';
import {
  SendMessageError,
  WebPubSubClient,
  WebPubSubJsonProtocol,
  type OnDisconnectedArgs,
  type OnGroupDataMessageArgs,
  type OnServerDataMessageArgs,
} from '@azure/web-pubsub-client';
import { ACCESS_KEY } from '../../support/keys.js';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';

const EVERYTHING = ['webpubsub.sendToGroup', 'webpubsub.joinLeaveGroup'];
const NOTHING_MORE = 'nothing more';

type Message = OnGroupDataMessageArgs['message'] | OnServerDataMessageArgs['message'];

interface Identity {
  readonly connectionId: string;
  readonly userId: string;
}

/** A client of the official SDK that keeps what it is told. */
class SdkClient {
  readonly sdk: WebPubSubClient;
  identity: Identity | undefined;
  readonly disconnected: Promise<OnDisconnectedArgs>;
  readonly stopped: Promise<void>;
  readonly #messages: Message[] = [];
  #wake: (() => void)[] = [];

  constructor(url: string) {
    this.sdk = new WebPubSubClient(url, {
      protocol: WebPubSubJsonProtocol(),
      autoReconnect: false,
      messageRetryOptions: { maxRetries: 0 },
      // Their timers would outlive the test.
      keepAliveIntervalInMs: 0,
      keepAliveTimeoutInMs: 0,
    });
    this.sdk.on('connected', ({ connectionId, userId }) => {
      this.identity = { connectionId, userId };
    });
    this.sdk.on('group-message', ({ message }) => this.#note(message));
    this.sdk.on('server-message', ({ message }) => this.#note(message));
    this.disconnected = new Promise((resolve) => this.sdk.on('disconnected', resolve));
    this.stopped = new Promise((resolve) => this.sdk.on('stopped', () => resolve()));
  }

  get id(): string {
    return this.identity?.connectionId ?? '';
  }

  /** The messages up to the one that says there is nothing more. */
  async heard(): Promise<Message[]> {
    for (;;) {
      const end = this.#messages.findIndex(({ data }) => data === NOTHING_MORE);
      if (end !== -1) return this.#messages.splice(0, end + 1).slice(0, end);
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  #note(message: Message): void {
    this.#messages.push(message);
    for (const resolve of this.#wake.splice(0)) resolve();
  }
}

describe.each(PLATFORMS)('WebPubSubClient against %s', (platform) => {
  let stage: Stage;
  let service: WebPubSubServiceClient;
  const clients: SdkClient[] = [];

  async function connect(
    userId: string,
    roles: string[] = EVERYTHING,
    groups: string[] = [],
  ): Promise<SdkClient> {
    const { url } = await service.getClientAccessToken({ userId, roles, groups });
    const client = new SdkClient(url);
    clients.push(client);
    await client.sdk.start();
    return client;
  }

  /** What a client heard up to now. */
  async function heard(client: SdkClient): Promise<Message[]> {
    await service.sendToConnection(client.id, NOTHING_MORE, { contentType: 'text/plain' });
    return await client.heard();
  }

  beforeAll(async () => {
    stage = await startStage(platform);
    const connectionString = `Endpoint=${stage.url};AccessKey=${ACCESS_KEY};Version=1.0;`;
    service = new WebPubSubServiceClient(connectionString, 'chat', {
      allowInsecureConnection: true,
    });
  });

  afterEach(async () => {
    for (const { sdk } of clients) sdk.stop();
    await Promise.all(clients.splice(0).map(async ({ stopped }) => await stopped));
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it('connects with the token of the service client, and knows who it is', async () => {
    const ann = await connect('ann');
    expect(ann.identity).toEqual({ connectionId: expect.stringMatching(/./), userId: 'ann' });
    expect(await service.connectionExists(ann.id)).toBe(true);
  });

  it('joins a group, hears it, and leaves it', async () => {
    const ann = await connect('ann');
    expect(await ann.sdk.joinGroup('lobby')).toMatchObject({ isDuplicated: false });
    await service.group('lobby').sendToAll('in');
    await ann.sdk.leaveGroup('lobby');
    expect(await service.groupExists('lobby')).toBe(false);
    await service.group('lobby').sendToAll('out');
    expect(await heard(ann)).toMatchObject([{ group: 'lobby', dataType: 'json', data: 'in' }]);
  });

  it('is in the groups of its token', async () => {
    const ann = await connect('ann', [], ['lobby']);
    await service.group('lobby').sendToAll('x');
    expect(await heard(ann)).toMatchObject([{ group: 'lobby' }]);
  });

  it.each([
    { dataType: 'text', data: 'h\u00e9llo' },
    { dataType: 'json', data: { a: [1, null, '\u{1f600}'] } },
    { dataType: 'json', data: 'a string' },
    { dataType: 'binary', data: Uint8Array.of(0, 1, 254, 255).buffer },
  ] as const)('sends $dataType to a group that hears it: $data', async ({ dataType, data }) => {
    const ann = await connect('ann');
    const bob = await connect('bob', [], ['lobby']);
    const raw = await stage.raw({ groups: ['lobby'] });
    const content = data as object;
    expect(await ann.sdk.sendToGroup('lobby', content, dataType)).toMatchObject({
      ackId: expect.any(Number),
      isDuplicated: false,
    });
    expect(await heard(bob)).toEqual([
      expect.objectContaining({ group: 'lobby', fromUserId: 'ann', dataType, data }),
    ]);
    const frame = await raw.hear();
    const expected =
      dataType === 'binary' ? Buffer.from(data) : dataType === 'json' ? JSON.stringify(data) : data;
    expect(frame).toEqual(expected);
  });

  it('hears its own message, or does not', async () => {
    const ann = await connect('ann', EVERYTHING, ['lobby']);
    await ann.sdk.sendToGroup('lobby', 'echo', 'text');
    await ann.sdk.sendToGroup('lobby', 'no echo', 'text', { noEcho: true });
    await ann.sdk.sendToGroup('lobby', 'no ack', 'text', { fireAndForget: true });
    await ann.sdk.joinGroup('lobby');
    expect((await heard(ann)).map(({ data }) => data)).toEqual(['echo', 'no ack']);
  });

  it('is told that an ack id was used already', async () => {
    const ann = await connect('ann', EVERYTHING, ['lobby']);
    expect(await ann.sdk.sendToGroup('lobby', 'x', 'text', { ackId: 7 })).toEqual({
      ackId: 7,
      isDuplicated: false,
    });
    expect(await ann.sdk.sendToGroup('lobby', 'x', 'text', { ackId: 7 })).toEqual({
      ackId: 7,
      isDuplicated: true,
    });
    expect(await heard(ann)).toHaveLength(1);
  });

  it.each<{ what: string; content: unknown; options: object; data: unknown }>([
    { what: 'text', content: 'x', options: { contentType: 'text/plain' }, data: 'x' },
    { what: 'json', content: { a: 1 }, options: {}, data: { a: 1 } },
    {
      what: 'binary',
      content: Uint8Array.of(9).buffer,
      options: {},
      data: Uint8Array.of(9).buffer,
    },
  ])('hears $what from the service', async ({ what, content, options, data }) => {
    const ann = await connect('ann');
    await service.sendToAll(content as object, options);
    await service.sendToUser('ann', content as object, options);
    const message = expect.objectContaining({ dataType: what, data });
    expect(await heard(ann)).toEqual([message, message]);
  });

  it.each([
    { what: 'join', call: async (sdk: WebPubSubClient) => await sdk.joinGroup('lobby') },
    { what: 'leave', call: async (sdk: WebPubSubClient) => await sdk.leaveGroup('lobby') },
    {
      what: 'send to',
      call: async (sdk: WebPubSubClient) => await sdk.sendToGroup('lobby', 'x', 'text'),
    },
  ])('may not $what a group without the role, until it is granted', async ({ what, call }) => {
    const ann = await connect('ann', []);
    const failure = await call(ann.sdk).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SendMessageError);
    expect(failure).toMatchObject({ errorDetail: { name: 'Forbidden' } });

    const permission = what === 'send to' ? 'sendToGroup' : 'joinLeaveGroup';
    await service.grantPermission(ann.id, permission, { targetName: 'lobby' });
    await expect(call(ann.sdk)).resolves.toMatchObject({ isDuplicated: false });
  });

  it('is told why the service closes it, and stops', async () => {
    const ann = await connect('ann');
    await service.closeConnection(ann.id, { reason: 'bye' });
    const { connectionId, message } = await ann.disconnected;
    expect(connectionId).toBe(ann.id);
    expect(message?.message).toBe('Application server closed the connection. Reason: bye');
    await ann.stopped;
    expect(await service.connectionExists(ann.id)).toBe(false);
  });

  it('stops by itself, and is gone', async () => {
    const ann = await connect('ann');
    ann.sdk.stop();
    await ann.stopped;
    await stage.sink.until('disconnecteds', (event) => event.connection.connectionId === ann.id);
    expect(await service.userExists('ann')).toBe(false);
  });

  it('does not get in with a token of another key', async () => {
    const connectionString = `Endpoint=${stage.url};AccessKey=${'k'.repeat(40)};Version=1.0;`;
    const stranger = new WebPubSubServiceClient(connectionString, 'chat');
    const { url } = await stranger.getClientAccessToken({ userId: 'ann' });
    await expect(new SdkClient(url).sdk.start()).rejects.toThrow('401');
    expect(stage.sink.connecteds).toEqual([]);
  });
});
