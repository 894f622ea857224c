import { inspect } from 'node:util';
import jwt from 'jsonwebtoken';
import { AzureDriver } from '../../../../lib/drivers/azure/azure.driver.js';
import type {
  AzureCredential,
  AzureDriverOptions,
} from '../../../../lib/drivers/azure/azure.options.js';
import { loadAzureSdk, type AzureClientFactory } from '../../../../lib/drivers/azure/azure.sdk.js';
import { textPayload } from '../../../../lib/engine/payload.js';
import { WebPubSubConfigurationError } from '../../../../lib/errors/configuration.error.js';
import { WebPubSubHub } from '../../../../lib/hub/web-pubsub-hub.js';
import { ACCESS_KEY } from '../../../support/keys.js';
import { useScriptedService } from './support/scripted.service.js';

const ENDPOINT = 'https://demo.webpubsub.azure.com';
const TEXT = textPayload('hi');
const service = useScriptedService();

function missing(what: string): Error {
  const message = `Cannot find package '${what}' imported from /app/node_modules/@azure/web-pubsub/x.js`;
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

describe('the optional package', () => {
  it('is named, with what to do, when it is missing', async () => {
    const load = loadAzureSdk(async () => await Promise.reject(missing('@azure/web-pubsub')));
    await expect(load).rejects.toThrow(WebPubSubConfigurationError);
    await expect(load).rejects.toThrow(/npm install @azure\/web-pubsub/);
  });

  it.each([
    ['lacks a package of its own', missing('@azure/core-auth')],
    ['is broken', new SyntaxError('Unexpected token')],
  ])('tells its own trouble when it %s', async (_, error) => {
    await expect(loadAzureSdk(async () => await Promise.reject(error))).rejects.toBe(error);
  });

  it('fails the driver when it cannot be loaded', async () => {
    const error = new Error('not today');
    const driver = AzureDriver.create({}, async () => await Promise.reject(error));
    await expect(driver).rejects.toBe(error);
  });
});

describe('options of AzureDriver', () => {
  const credential: AzureCredential = { getToken: async () => null };

  it.each<[string, AzureDriverOptions, string[]]>([
    ['nothing', {}, ['endpoint', 'accessKey']],
    ['no key', { endpoint: ENDPOINT }, ['accessKey']],
    ['no endpoint', { accessKey: ACCESS_KEY }, ['endpoint']],
    ['an empty key', { endpoint: ENDPOINT, accessKey: '' }, ['accessKey']],
    ['half a connection string', { connectionString: 'AccessKey=x' }, ['connectionString']],
    ['no URL', { endpoint: 'demo', accessKey: ACCESS_KEY }, ['endpoint']],
    ['a password in it', { endpoint: 'https://u:p@h', accessKey: ACCESS_KEY }, ['endpoint']],
    [
      'no gateway',
      { endpoint: ENDPOINT, accessKey: ACCESS_KEY, reverseProxyEndpoint: 'ftp://h' },
      ['reverseProxyEndpoint'],
    ],
    [
      'no time at all',
      { endpoint: ENDPOINT, accessKey: ACCESS_KEY, timeoutSeconds: 0 },
      ['timeoutSeconds'],
    ],
    [
      'more time than a timer has',
      { endpoint: ENDPOINT, accessKey: ACCESS_KEY, timeoutSeconds: 3_000_000 },
      ['timeoutSeconds'],
    ],
    ['a credential over http', { endpoint: 'http://h', credential }, ['endpoint']],
    [
      'a credential over an http gateway',
      { endpoint: ENDPOINT, credential, reverseProxyEndpoint: 'http://h' },
      ['reverseProxyEndpoint'],
    ],
  ])('are refused: %s', async (_, options, paths) => {
    const error: unknown = await AzureDriver.create(options).catch((reason: unknown) => reason);
    if (!(error instanceof WebPubSubConfigurationError)) throw error;
    expect(error.problems.map(({ path }) => path)).toEqual(paths);
    expect(error.message).not.toContain('u:p');
  });

  it('read a connection string as the module does', async () => {
    service().willAnswer({ status: 202 });
    const { port } = new URL(service().url);
    const connectionString = ` endpoint = http://127.0.0.1 ; Port=${port}; AccessKey = ${ACCESS_KEY};;`;
    const driver = await AzureDriver.create({ connectionString });
    await driver.hub('chat').sendToAll(TEXT);
    expect(service().seen).toHaveLength(1);
  });

  it('let endpoint and key take the place of those in the connection string', async () => {
    service().willAnswer({ status: 202 });
    const connectionString = 'Endpoint=https://other.example;AccessKey=other;';
    await (await service().hub({ connectionString })).sendToAll(TEXT);
    const token = String(service().last.headers['authorization']).replace('Bearer ', '');
    expect(() => jwt.verify(token, ACCESS_KEY)).not.toThrow();
  });

  it('call another version, whatever else looks like one', async () => {
    service().willAnswer({ status: 202 });
    const hub = await service().hub({ apiVersion: '2023-07-01' });
    await hub.sendToAll(TEXT, { filter: 'api-version=1' });
    expect(service().last.line).toBe(
      'POST /api/hubs/chat/:send?api-version=2023-07-01&filter=api%2Dversion%3D1',
    );
  });

  it('go through a gateway with a path, with a token for the endpoint', async () => {
    service().willAnswer({ status: 503, headers: { 'retry-after-ms': '1' } }, { status: 202 });
    const hub = await service().hub({
      endpoint: `${ENDPOINT}/base`,
      reverseProxyEndpoint: `${service().url}/gate`,
      maxRetries: 1,
    });
    await hub.sendToAll(TEXT);
    const line = 'POST /gate/api/hubs/chat/:send?api-version=2024-12-01';
    expect(service().seen.map((seen) => seen.line)).toEqual([line, line]);
    const token = String(service().last.headers['authorization']).replace('Bearer ', '');
    expect(jwt.decode(token)).toMatchObject({
      aud: `${ENDPOINT}/base/api/hubs/chat/:send?api-version=2024-12-01`,
    });
  });

  it('go through an HTTP proxy', async () => {
    service().willAnswer({ status: 202 });
    const { hostname, port } = new URL(service().url);
    const proxy = { host: hostname, port: Number(port), username: 'u', password: 'p' };
    const hub = await service().hub({ endpoint: 'http://service.invalid', proxy });
    await hub.sendToAll(TEXT);
    expect(service().last.line).toMatch(
      /^POST http:\/\/service\.invalid\/api\/hubs\/chat\/:send\?/,
    );
    expect(service().last.headers['proxy-authorization']).toBe(
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    );
  });
});

describe('AzureDriver', () => {
  it('gives one hub for each name, whatever its case', async () => {
    const driver = await service().driver();
    expect(driver.hub('Chat').hub).toBe('chat');
    expect(driver.hub('CHAT')).toBe(driver.hub('chat'));
    expect(driver.hub('other')).not.toBe(driver.hub('chat'));
  });

  it('shows its key to nobody who prints it', async () => {
    const driver = await service().driver();
    const hub = driver.hub('chat');
    await driver.isHealthy();
    for (const printed of [driver, hub, new WebPubSubHub(hub, driver)]) {
      expect(inspect(printed, { depth: Infinity, showHidden: true })).not.toContain(ACCESS_KEY);
    }
  });

  it.each([
    [200, true],
    [404, false],
    [500, false],
    [503, false],
  ])('asks the service for its health: %i', async (status, expected) => {
    service().willAnswer({ status });
    const driver = await service().driver({ maxRetries: 3 });
    expect(await driver.isHealthy()).toBe(expected);
    expect(service().seen.map(({ line }) => line)).toEqual([
      'HEAD /api/health?api-version=2024-12-01',
    ]);
  });

  it('asks for health through the gateway', async () => {
    const reverseProxyEndpoint = `${service().url}/gate`;
    const driver = await service().driver({ endpoint: ENDPOINT, reverseProxyEndpoint });
    expect(await driver.isHealthy()).toBe(true);
    expect(service().last.line).toBe('HEAD /gate/api/health?api-version=2024-12-01');
  });

  it('is not healthy when nobody is there, or nobody answers', async () => {
    const away = await service().driver({ endpoint: 'http://127.0.0.1:1' });
    expect(await away.isHealthy()).toBe(false);
    service().willAnswer({ silent: true });
    const silent = await service().driver({ timeoutSeconds: 0.05 });
    expect(await silent.isHealthy()).toBe(false);
  });
});

describe('client tokens with a key', () => {
  it('are made here, for the endpoint', async () => {
    const hub = await service().hub({ endpoint: ENDPOINT });
    const { baseUrl, token, url } = await hub.getClientAccessToken({
      userId: 'ann',
      roles: ['webpubsub.sendToGroup'],
      groups: ['g1', 'a/b'],
      expirationTimeInMinutes: 5,
    });
    expect(baseUrl).toBe('wss://demo.webpubsub.azure.com/client/hubs/chat');
    expect(url).toBe(`${baseUrl}?access_token=${token}`);
    const claims = jwt.verify(token, ACCESS_KEY) as { iat: number; exp: number };
    expect(claims).toMatchObject({
      aud: `${ENDPOINT}/client/hubs/chat`,
      sub: 'ann',
      role: ['webpubsub.sendToGroup'],
      'webpubsub.group': ['g1', 'a/b'],
    });
    expect(claims.exp - claims.iat).toBe(300);
  });

  it('let anybody in for an hour, and MQTT clients at their endpoint', async () => {
    const hub = await service().hub({ endpoint: ENDPOINT });
    const { baseUrl, token } = await hub.getClientAccessToken({
      clientProtocol: 'mqtt',
      userId: '',
    });
    expect(baseUrl).toBe('wss://demo.webpubsub.azure.com/clients/mqtt/hubs/chat');
    const claims = jwt.verify(token, ACCESS_KEY) as { iat: number; exp: number; aud: string };
    expect(claims).not.toHaveProperty('sub');
    expect(claims.aud).toBe(`${ENDPOINT}/clients/mqtt/hubs/chat`);
    expect(claims.exp - claims.iat).toBe(3600);
  });

  it.each([
    ['expirationTimeInMinutes', 0],
    ['expirationTimeInMinutes', 1.5],
    ['expirationTimeInMinutes', 2 ** 31],
    ['expirationTimeInMinutes', '5'],
    ['clientProtocol', 'socketio'],
    ['clientProtocol', 'toString'],
  ])('are refused with %s %s', async (option, value) => {
    const hub = await service().hub({ endpoint: ENDPOINT });
    await expect(hub.getClientAccessToken({ [option]: value })).rejects.toMatchObject({
      code: 'Error.BadRequest',
      statusCode: 400,
      target: option,
    });
  });
});

describe('a Microsoft Entra credential', () => {
  interface Asked {
    readonly url: string;
    readonly authorization: string | undefined;
  }

  /** The package with a network that answers everything, for there is no certificate to be had. */
  function network(
    asked: Asked[],
    body: string | undefined,
    status: number,
  ): () => Promise<AzureClientFactory> {
    return async () => {
      const create = await loadAzureSdk();
      const httpClient = {
        sendRequest: async (request: {
          url: string;
          headers: {
            get(name: string): string | undefined;
            set(name: string, value: string): void;
          };
        }) => {
          asked.push({ url: request.url, authorization: request.headers.get('authorization') });
          const headers = Object.create(request.headers) as typeof request.headers;
          headers.set('content-type', 'application/json');
          return { request, status, headers, bodyAsText: body };
        },
      };
      return (endpoint, access, hub, options) =>
        create(endpoint, access, hub, { ...options, httpClient } as typeof options);
    };
  }

  const scopes: unknown[] = [];
  const credential: AzureCredential = {
    getToken: async (scope) => {
      scopes.push(scope);
      return { token: 'entra-token', expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };

  beforeEach(() => {
    scopes.length = 0;
  });

  it('is asked for the scope of the service, once, and its token is sent', async () => {
    const asked: Asked[] = [];
    const options = { endpoint: ENDPOINT, credential, accessKey: ACCESS_KEY };
    const driver = await AzureDriver.create(options, network(asked, undefined, 202));
    await driver.hub('chat').sendToAll(TEXT);
    await driver.hub('chat').sendToAll(TEXT);
    expect(scopes).toEqual([['https://webpubsub.azure.com/.default']]);
    const request = {
      url: `${ENDPOINT}/api/hubs/chat/:send?api-version=2024-12-01`,
      authorization: 'Bearer entra-token',
    };
    expect(asked).toEqual([request, request]);
  });

  it('lets the service make the tokens of clients (H1)', async () => {
    const asked: Asked[] = [];
    const load = network(asked, '{"token":"made-there"}', 200);
    const driver = await AzureDriver.create({ endpoint: ENDPOINT, credential }, load);
    const result = await driver.hub('chat').getClientAccessToken({
      userId: 'a&b',
      roles: ['r1', 'r2'],
      groups: ['g1', 'g/2'],
      expirationTimeInMinutes: 5,
      clientProtocol: 'mqtt',
    });
    expect(result).toEqual({
      token: 'made-there',
      baseUrl: 'wss://demo.webpubsub.azure.com/clients/mqtt/hubs/chat',
      url: 'wss://demo.webpubsub.azure.com/clients/mqtt/hubs/chat?access_token=made-there',
    });
    expect(asked[0]?.url).toBe(
      `${ENDPOINT}/api/hubs/chat/:generateToken?api-version=2024-12-01&userId=a%26b` +
        '&role=r1&role=r2&minutesToExpire=5&group=g1&group=g%2F2&clientType=mqtt',
    );
  });

  it.each([
    ['throws', async () => await Promise.reject(new Error('no login'))],
    [
      'fails with an answer of its own service',
      async () =>
        await Promise.reject(
          Object.assign(new Error('AADSTS7000215'), { name: 'RestError', statusCode: 400 }),
        ),
    ],
    ['has no token', async () => null],
  ])('is named when it %s', async (_, getToken) => {
    const asked: Asked[] = [];
    const options = { endpoint: ENDPOINT, credential: { getToken } };
    const driver = await AzureDriver.create(options, network(asked, undefined, 200));
    await expect(driver.hub('chat').sendToAll(TEXT)).rejects.toMatchObject({
      code: 'CredentialFailed',
      statusCode: 503,
      target: 'credential',
    });
    expect(await driver.isHealthy()).toBe(false);
    expect(asked).toEqual([]);
  });
});
