import jwt from 'jsonwebtoken';
import { AccessKeys } from '../../../lib/auth/access-key.js';
import { ClientTokens } from '../../../lib/drivers/embedded/client-tokens.js';
import { ServiceEndpoint } from '../../../lib/drivers/embedded/service-endpoint.js';
import { WebPubSubError } from '../../../lib/errors/web-pubsub.error.js';
import { ACCESS_KEY } from '../../support/keys.js';

const NOW = 1_700_000_000_000;

function tokens(endpoint: ServiceEndpoint): ClientTokens {
  return new ClientTokens(new AccessKeys(ACCESS_KEY), endpoint, () => NOW);
}

function listening(url: string): ServiceEndpoint {
  const endpoint = new ServiceEndpoint();
  endpoint.listening(url);
  return endpoint;
}

describe('ServiceEndpoint', () => {
  it('is unknown before the server listens', () => {
    const endpoint = new ServiceEndpoint();
    expect([endpoint.url, endpoint.hosts]).toEqual([undefined, []]);
    endpoint.listening('http://127.0.0.1:8080/v1');
    expect(endpoint.url?.href).toBe('http://127.0.0.1:8080/v1');
    expect(endpoint.hosts).toEqual(['127.0.0.1:8080']);
  });

  it('is the public one where it is configured, and still takes tokens for the other', () => {
    const endpoint = new ServiceEndpoint('https://chat.example/v1');
    expect([endpoint.url?.href, endpoint.hosts]).toEqual([
      'https://chat.example/v1',
      ['chat.example'],
    ]);
    endpoint.listening('http://127.0.0.1:8080');
    expect(endpoint.url?.href).toBe('https://chat.example/v1');
    expect(endpoint.hosts).toEqual(['chat.example', '127.0.0.1:8080']);
  });
});

describe('ClientTokens', () => {
  it.each([
    ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080/client/hubs/chat'],
    ['http://127.0.0.1:8080/', 'ws://127.0.0.1:8080/client/hubs/chat'],
    ['https://chat.example', 'wss://chat.example/client/hubs/chat'],
    ['https://chat.example/realtime/v1/', 'wss://chat.example/realtime/v1/client/hubs/chat'],
    ['http://[::1]:8080', 'ws://[::1]:8080/client/hubs/chat'],
  ])('lets a client in at %s', (url, baseUrl) => {
    const result = tokens(listening(url)).create('chat', {});
    expect(result.baseUrl).toBe(baseUrl);
    expect(result.url).toBe(`${baseUrl}?access_token=${result.token}`);
    expect(jwt.decode(result.token)).toMatchObject({ aud: baseUrl.replace('ws', 'http') });
  });

  it('lets an MQTT client in at its own endpoint', () => {
    const { baseUrl, token } = tokens(listening('http://h/v1')).create('chat', {
      clientProtocol: 'mqtt',
    });
    expect(baseUrl).toBe('ws://h/v1/clients/mqtt/hubs/chat');
    expect(jwt.decode(token)).toMatchObject({ aud: 'http://h/v1/clients/mqtt/hubs/chat' });
  });

  it('says in the token who the client is and what it may do', () => {
    const options = { userId: 'ann', roles: ['r1', 'r2'], groups: ['g'] };
    const { token } = tokens(listening('http://h')).create('chat', {
      ...options,
      expirationTimeInMinutes: 5,
    });
    const clockTimestamp = NOW / 1000;
    expect(jwt.verify(token, ACCESS_KEY, { clockTimestamp })).toMatchObject({
      sub: 'ann',
      role: ['r1', 'r2'],
      'webpubsub.group': ['g'],
      exp: NOW / 1000 + 300,
    });
  });

  it('cannot make a URL before the server listens', () => {
    expect(() => tokens(new ServiceEndpoint()).create('chat', {})).toThrow(
      expect.objectContaining({ code: 'EndpointUnknown', statusCode: 503 }) as WebPubSubError,
    );
  });
});
