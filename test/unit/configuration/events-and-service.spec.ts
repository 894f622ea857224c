import { WebPubSubConfigurationError } from '../../../lib/errors/configuration.error.js';
import { resolveConfiguration } from '../../../lib/web-pubsub.configuration.js';
import type { WebPubSubModuleOptions } from '../../../lib/web-pubsub.options.js';

const KEY = 'abcdefghijabcdefghijabcdefghijabcdefghij';
const AZURE = `Endpoint=https://demo.webpubsub.azure.com;AccessKey=${KEY};Version=1.0;`;
const OWN = `Endpoint=http://localhost:8080;AccessKey=${KEY};Version=1.0;`;
const URL_TEMPLATE = 'https://app.example/{hub}/{event}';
const SECRET = 'https://app.example/e?code={@Microsoft.KeyVault(SecretUri=https://v.example/s)}';

function resolve(options: unknown, isProduction = false) {
  return resolveConfiguration(options as WebPubSubModuleOptions, { isProduction });
}

function pathsOf(options: unknown, isProduction = false): string[] {
  try {
    resolve(options, isProduction);
    return [];
  } catch (error) {
    if (!(error instanceof WebPubSubConfigurationError)) throw error;
    return error.problems.map(({ path }) => path);
  }
}

const withHandler = (handler: object, more: object = {}) => ({
  hubs: { 'My.Hub': { eventHandlers: [handler] } },
  ...more,
});
const handlerPath = (name: string) => `hubs.My.Hub.eventHandlers[0].${name}`;

describe('event handlers', () => {
  it.each([
    ['L4 a wildcard', { userEventPattern: 'room.*' }, 'userEventPattern'],
    ['L5 an unknown system event', { systemEvents: ['conect'] }, 'systemEvents[0]'],
    ['L6 a parameter in the host', { urlTemplate: 'https://{hub}.example/' }, 'urlTemplate'],
    ['L7 ftp', { urlTemplate: 'ftp://x/' }, 'urlTemplate'],
    ['L7 a relative URL', { urlTemplate: '/x' }, 'urlTemplate'],
    ['a tunnel', { urlTemplate: 'tunnel:///x' }, 'urlTemplate'],
    ['credentials', { urlTemplate: 'https://a:b@app.example/' }, 'urlTemplate'],
    ['no URL', { urlTemplate: undefined }, 'urlTemplate'],
    ['a secret that nobody resolves', { urlTemplate: SECRET }, 'urlTemplate'],
    ['an unknown setting', { url: 'x' }, 'url'],
    [
      'an identity without a resource',
      { auth: { type: 'ManagedIdentity' } },
      'auth.managedIdentity.resource',
    ],
    ['an unknown kind of auth', { auth: { type: 'Basic' } }, 'auth.type'],
    [
      'an unknown presence event',
      { groupPresenceEvents: { eventNames: ['in'] } },
      'groupPresenceEvents.eventNames[0]',
    ],
    ['a switch that is none', { validate: 'no' }, 'validate'],
  ])('refuse %s', (_what, handler, path) => {
    expect(pathsOf(withHandler({ urlTemplate: URL_TEMPLATE, ...handler }))).toEqual([
      handlerPath(path),
    ]);
  });

  it('take everything a handler can have, and defaults', () => {
    const full = {
      urlTemplate: SECRET,
      userEventPattern: '*',
      systemEvents: ['connect', 'connected', 'disconnected'],
      groupPresenceEvents: { eventNames: ['joined', 'left'], groupFilters: ['a*'] },
      auth: { type: 'ManagedIdentity', managedIdentity: { resource: 'api://app' } },
      validate: false,
      retry: false,
    };
    const events = { resolveSecret: async () => 's' };
    const { hubs } = resolve(withHandler(full, { events }));
    const hub = hubs.get('my.hub');
    expect(hub?.name).toBe('My.Hub');
    expect(hub?.events.webhooks[0]).toMatchObject({
      userEventPattern: '*',
      auth: { type: 'ManagedIdentity', resource: 'api://app' },
      validate: false,
      retry: false,
    });
    const [webhook] =
      resolve(withHandler({ urlTemplate: URL_TEMPLATE })).hubs.get('my.hub')?.events.webhooks ?? [];
    expect(webhook).toMatchObject({
      userEventPattern: '',
      systemEvents: [],
      auth: undefined,
      validate: true,
      retry: true,
    });
  });
});

describe('event listeners', () => {
  const listener = (one: object) => ({ hubs: { chat: { eventListeners: [one] } } });

  it.each([
    ['no listener', { filter: {} }, 'listener'],
    ['an endpoint of the cloud', { filter: {}, endpoint: { type: 'EventHub' } }, 'listener'],
    [
      'an unknown system event',
      { filter: { systemEvents: ['x'] }, listener() {} },
      'filter.systemEvents[0]',
    ],
    ['another kind of filter', { filter: { type: 'Sql' }, listener() {} }, 'filter.type'],
  ])('refuse %s', (_what, one, path) => {
    expect(pathsOf(listener(one))).toEqual([`hubs.chat.eventListeners[0].${path}`]);
  });

  it.each([
    ['a function', () => {}],
    ['an object', { deliver: () => {} }],
  ])('take %s', (_what, one) => {
    expect(pathsOf(listener({ filter: { userEventPattern: '*' }, listener: one }))).toEqual([]);
  });
});

describe('events', () => {
  it('have the numbers of the service by default', () => {
    expect(resolve({}).events).toMatchObject({
      timeoutMs: 100_000,
      retryDelaysMs: [1000, 3000, 5000],
      validationTimeoutMs: 10_000,
      userEventFailure: 'ack',
      allowLoopback: true,
      allowPrivateAddresses: false,
      allowedHosts: undefined,
    });
    expect(resolve({ accessKey: KEY }, true).events.allowLoopback).toBe(false);
  });

  it.each([
    [{ timeoutSeconds: 0 }, 'timeoutSeconds'],
    [{ retryDelaysSeconds: [1, 'x'] }, 'retryDelaysSeconds[1]'],
    [{ userEventFailure: 'ignore' }, 'userEventFailure'],
    [{ getToken: 'x' }, 'getToken'],
    [{ allowedHosts: 'a' }, 'allowedHosts'],
    [{ timeout: 1 }, 'timeout'],
  ])('refuse %j', (events, path) => {
    expect(pathsOf({ events })).toEqual([`events.${path}`]);
  });
});

describe('the receiver', () => {
  it.each([
    ['no key (S10)', { receiver: true }, ['receiver.accessKeys']],
    [
      'an empty list of keys (S10)',
      { accessKey: KEY, receiver: { accessKeys: [] } },
      ['receiver.accessKeys'],
    ],
    ['a path without a slash', { accessKey: KEY, receiver: { path: 'x' } }, ['receiver.path']],
    [
      'an endpoint that is no URL',
      { accessKey: KEY, receiver: { allowedEndpoints: ['a.example'] } },
      ['receiver.allowedEndpoints'],
    ],
    ['an unknown setting', { accessKey: KEY, receiver: { hub: 'x' } }, ['receiver.hub']],
  ])('refuses %s', (_what, options, paths) => {
    expect(pathsOf(options)).toEqual(paths);
  });

  it('goes without a key only when it is told to', () => {
    expect(pathsOf({ receiver: { verifySignature: false } })).toEqual([]);
    expect(resolve({ accessKey: KEY, receiver: true }).receiver).toMatchObject({
      path: '/api/webpubsub/hubs/{hub}/',
      verifySignature: true,
      deduplicationWindowMs: 120_000,
    });
    expect(resolve({ accessKey: KEY }).receiver).toBeUndefined();
  });
});

describe('the driver', () => {
  it.each([
    ['nothing', {}, 'embedded'],
    ['a server of its own', { connectionString: OWN }, 'embedded'],
    ['a service in Azure', { connectionString: AZURE }, 'azure'],
    ['Azure, told otherwise', { connectionString: AZURE, driver: 'embedded' }, 'embedded'],
    ['another server, told so', { connectionString: OWN, driver: 'azure' }, 'azure'],
    [
      'a credential',
      { endpoint: 'https://d.webpubsub.azure.com', azure: { credential: { getToken() {} } } },
      'azure',
    ],
  ])('for %s', (_what, options, driver) => {
    expect(resolve(options).service.driver).toBe(driver);
  });

  it.each([
    ['no address', { driver: 'azure' }, ['connectionString']],
    [
      'no way in',
      { driver: 'azure', endpoint: 'https://d.webpubsub.azure.com' },
      ['connectionString'],
    ],
    [
      'what the cloud does by itself',
      {
        connectionString: AZURE,
        rest: true,
        websocket: {},
        hubDefaults: {},
        unacknowledgedFailure: 'close',
        events: {},
        strictAzure: true,
      },
      ['rest', 'websocket', 'hubDefaults', 'unacknowledgedFailure', 'events', 'strictAzure'],
    ],
    [
      'settings of hubs',
      { connectionString: AZURE, hubs: { chat: { eventHandlers: [] }, other: {} } },
      ['hubs.chat.eventHandlers'],
    ],
    [
      'a credential that is none',
      { connectionString: AZURE, azure: { credential: 'x' } },
      ['azure.credential'],
    ],
    [
      'a proxy without a host',
      { connectionString: AZURE, azure: { proxy: { port: 1 } } },
      ['azure.proxy.host'],
    ],
    ['settings of the other driver', { azure: { apiVersion: '2024-12-01' } }, ['azure']],
  ])('refuses %s', (_what, options, paths) => {
    expect(pathsOf(options)).toEqual(paths);
  });

  it.each([
    ['whom to trust', { mode: 'jwks' }, false, ['entra.tenantId']],
    ['development in production', { mode: 'trust-for-development' }, true, ['entra.mode']],
    ['another mode', { mode: 'all', tenantId: 't' }, false, ['entra.mode']],
  ])('asks Entra for %s', (_what, entra, isProduction, paths) => {
    expect(pathsOf({ accessKey: KEY, entra }, isProduction)).toEqual(paths);
  });
});
