import { Test } from '@nestjs/testing';
import {
  WebPubSubConfigurationError,
  WebPubSubModule,
  type WebPubSubModuleOptions,
} from 'nestjs-web-pubsub';
import { ACCESS_KEY } from '../../support/keys.js';

async function problemsOf(options: unknown): Promise<readonly string[]> {
  try {
    const builder = Test.createTestingModule({
      imports: [WebPubSubModule.forRoot(options as WebPubSubModuleOptions)],
    });
    await builder.compile();
    return [];
  } catch (error) {
    if (!(error instanceof WebPubSubConfigurationError)) throw error;
    return error.problems.map(({ path }) => path);
  }
}

describe('options that the application does not start with', () => {
  it.each<[string, object, string[]]>([
    ['an unknown option', { hub: 'chat' }, ['hub']],
    ['an unknown nested option', { websocket: { keepAlive: 1 } }, ['websocket.keepAlive']],
    ['an unknown limit', { limits: { message: 1 } }, ['limits.message']],
    ['an unknown hub setting', { hubs: { chat: { anonymous: true } } }, ['hubs.chat.anonymous']],
    ['another driver', { driver: 'cloud' }, ['driver']],
    ['a hub name that begins with a digit', { hubs: ['1chat'] }, ['hubs[0]']],
    ['a hub that is no text', { hubs: ['chat', 5] }, ['hubs[1]']],
    ['hubs that are one text', { hubs: 'chat' }, ['hubs']],
    ['an empty key', { accessKey: '' }, ['accessKey']],
    ['a key that is no text', { accessKey: 5 }, ['accessKey']],
    [
      'a connection string without a key',
      { connectionString: 'Endpoint=http://x;' },
      ['connectionString'],
    ],
    ['an endpoint without a scheme', { endpoint: 'example.com' }, ['endpoint']],
    ['a websocket endpoint', { endpoint: 'ws://example.com' }, ['endpoint']],
    ['a text as a switch', { rest: 'false' }, ['rest']],
    [
      'an api-version nobody has',
      { rest: { defaultApiVersion: '2019-01-01' } },
      ['rest.defaultApiVersion'],
    ],
    [
      'a keep-alive beyond 120 s',
      { websocket: { keepAliveIntervalSeconds: 121 } },
      ['websocket.keepAliveIntervalSeconds'],
    ],
    ['a limit of nothing', { limits: { messageBytes: 0 } }, ['limits.messageBytes']],
    ['a fraction as limit', { limits: { ackMemory: 1.5 } }, ['limits.ackMemory']],
    [
      'a policy nobody knows',
      { hubs: { chat: { anonymousConnectPolicy: 'maybe' } } },
      ['hubs.chat.anonymousConnectPolicy'],
    ],
    [
      'a policy for slow clients nobody knows',
      { hubs: { chat: { slowConsumerPolicy: 'drop' } } },
      ['hubs.chat.slowConsumerPolicy'],
    ],
    [
      'conflation of nothing',
      { hubDefaults: { slowConsumerPolicy: 'conflate' } },
      ['hubDefaults.conflationKey'],
    ],
    [
      'a key without conflation',
      { hubs: { chat: { slowConsumerPolicy: 'drop-oldest', conflationKey: 'symbol' } } },
      ['hubs.chat.conflationKey'],
    ],
    [
      'several at once',
      { driver: 'x', hubs: ['?'], logStart: 1 },
      ['driver', 'hubs[0]', 'logStart'],
    ],
  ])('%s', async (_what, options, paths) => {
    expect(await problemsOf(options)).toEqual(paths);
  });

  it('each problem says what was given, what is expected, and how to fix it', async () => {
    const builder = Test.createTestingModule({
      imports: [WebPubSubModule.forRoot({ websocket: { drainTimeoutSeconds: -1 } })],
    });
    await expect(builder.compile()).rejects.toThrow(
      'websocket.drainTimeoutSeconds: got -1; expected a number of seconds from 0 to 300.\n' +
        '    Leave it out for 5.',
    );
  });

  it('never shows a key', async () => {
    const connectionString = `Endpoint=nonsense://x;AccessKey=${ACCESS_KEY}`;
    const error = await Test.createTestingModule({
      imports: [WebPubSubModule.forRoot({ connectionString })],
    })
      .compile()
      .catch((reason: unknown) => String(reason));
    expect(error).toContain('connectionString');
    expect(error).not.toContain(ACCESS_KEY);
  });
});

describe('keys in production', () => {
  const environment = process.env['NODE_ENV'];

  beforeEach(() => {
    process.env['NODE_ENV'] = 'production';
  });

  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  it.each<[string, object, string[]]>([
    [
      'the emulator key',
      { accessKey: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH' },
      ['accessKey'],
    ],
    ['a short key', { accessKey: 'x'.repeat(31) }, ['accessKey']],
    [
      'a short second key',
      { accessKey: ACCESS_KEY, secondaryAccessKey: 'x' },
      ['secondaryAccessKey'],
    ],
    [
      'a short key in a connection string',
      { connectionString: 'Endpoint=http://x;AccessKey=k' },
      ['accessKey'],
    ],
    ['good keys', { accessKey: ACCESS_KEY, secondaryAccessKey: 'y'.repeat(32) }, []],
    ['a generated key', {}, []],
  ])('%s', async (_what, options, paths) => {
    expect(await problemsOf(options)).toEqual(paths);
  });
});

it('outside production a short key and the emulator key are accepted', async () => {
  expect(await problemsOf({ accessKey: 'short' })).toEqual([]);
  expect(await problemsOf({ accessKey: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH' })).toEqual(
    [],
  );
});
