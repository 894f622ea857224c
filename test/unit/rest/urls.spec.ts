import type { IncomingMessage, Server } from 'node:http';

import { type INestApplication, VersioningType } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PLATFORMS, type RestApplication, startRest } from './support/rest.application.js';

const NO_TOKEN = { audience: null };

describe.each(PLATFORMS)('URLs on %s', (platform) => {
  let rest: RestApplication;

  beforeAll(async () => {
    rest = await startRest(platform);
  });
  beforeEach(() => rest.driver.reset());
  afterAll(() => rest.close());

  it.each([
    // 1.2, C40, C43, C44
    ['room%20name', 'room name'],
    ['room+name', 'room+name'],
    ['room%2Fpart', 'room%2Fpart'],
    ['room%252Fpart', 'room%2Fpart'],
    ['room%2fpart', 'room%2fpart'],
    ['literal%2520value', 'literal%20value'],
    ['room%3Fpart', 'room?part'],
    ['room%23part', 'room#part'],
    ['%C3%A9', 'é'],
    ['a;b=c', 'a;b=c'],
    ['%3Asend', ':send'],
    ['~', '~'],
    ['..%2F..', '..%2F..'],
    ['__proto__', '__proto__'],
  ])('decode the segment %s once, and no slash', async (segment, group) => {
    const reply = await rest.call('PUT', `/api/hubs/chat/groups/${segment}/connections/c1`);
    expect(reply.status).toBe(200);
    expect(rest.driver.calls[0]?.args).toEqual([group, 'c1']);
  });

  it.each([
    // C41
    ['g', 'g', 101, 200],
    ['g', 'g', 1024, 200],
    ['%C3%A9', 'é', 1024, 200],
    ['g', 'g', 1025, 400],
  ])(
    'take a name of %s that stands for %s, %d times, with %d',
    async (sent, name, times, status) => {
      const path = `/api/hubs/chat/groups/${sent.repeat(times)}/connections/c1`;
      expect((await rest.call('PUT', path)).status).toBe(status);
      const args = [name.repeat(times), 'c1'];
      expect(rest.driver.calls).toMatchObject(status === 200 ? [{ args }] : []);
    },
  );

  it('take hub names of any allowed form (C40)', async () => {
    expect((await rest.call('HEAD', '/api/hubs/a%5B1%5D/users/u')).status).toBe(200);
    expect((await rest.call('HEAD', `/api/hubs/${'H'.repeat(128)}/users/u`)).status).toBe(200);
    expect(rest.driver.calls.map((call) => call.hub)).toEqual(['a[1]', 'h'.repeat(128)]);
  });

  it.each([
    // 1.1
    '/api/hubs/chat/users/u1/:send',
    '/api/hubs/chat/users/u1/%3Asend',
    '/api/hubs/chat/users/u1/%3asend',
    '/api/hubs/chat/users/u1/:send/',
    '/API/Hubs/chat/USERS/u1/:Send',
    '/api/hubs/chat/%75sers/u1/:send',
    '/api/hubs/chat/users/u1/:send/?x=1',
    '/api/hubs/chat/users/u1/:send?',
  ])('find the operation at %s', async (path) => {
    expect((await rest.call('POST', path)).status).toBe(202);
    expect(rest.driver.calls).toMatchObject([{ operation: 'sendToUser', args: ['u1', {}, {}] }]);
  });

  it('find the operation at an absolute URL', async () => {
    const url = `${rest.origin}/api/hubs/chat/users/u1`;
    expect((await rest.call('HEAD', url, { audience: url })).status).toBe(200);
  });

  it.each([
    ['PUT', '/api/hubs/chat/groups/%ZZ/connections/c1', 'group'],
    ['PUT', '/api/hubs/chat/groups/g1/connections/%', 'connectionId'],
    ['PUT', '/api/hubs/chat/groups/%C3/connections/c1', 'group'],
    ['POST', '/api/hubs/%FF/:send', 'hub'],
  ])('refuse the broken escape in %s %s', async (method, path, target) => {
    const reply = await rest.call(method, path);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ target, code: 'Error.BadRequest' });
    expect((await rest.call(method, path, NO_TOKEN)).status).toBe(401);
  });

  it('tolerate broken escapes in a query', async () => {
    const path = '/api/hubs/chat/connections/c1';
    expect((await rest.call('DELETE', `${path}?reason=100%&%ZZ=%FF`)).status).toBe(200);
    expect(rest.driver.calls[0]?.args).toEqual(['c1', '100%']);
  });

  it.each([
    // A9
    ['POST', '/api/hubs/chat/:unknown'],
    ['POST', '/api/hubs/chat/~send'],
    ['POST', '/api/hubs/chat/send'],
    ['POST', '/api/hubs/chat/:send//'],
    ['POST', '/api/hubs//:send'],
    ['GET', '/api/hubs/chat'],
    ['PUT', '/api/hubs/chat/groups//connections/c1'],
    ['PUT', '/api/hubs/chat/groups/a/b/connections/c1'],
    ['POST', '/api/hubs/~unrouted'],
    ['POST', '/api/hubs/chat/%ZZ'],
    ['POST', `/api/hubs/chat/${'x'.repeat(101)}`],
    ['POST', '/api/hubs/chat/~closeConnections'],
    ['POST', '/api/hubs/chat/connections/c1/:closeConnections'],
    ['POST', '/api/hubs/chat/groups/g1/:generateToken'],
    ['POST', '/api/hubs/chat/users/u1/:addToGroups'],
    ['DELETE', '/api/hubs/chat/connections/c1/groups/g1'],
  ])('are 404 and bare at %s %s', async (method, path) => {
    const reply = await rest.call(method, path, NO_TOKEN);
    expect(reply).toMatchObject({ status: 404, body: '' });
    expect(reply.headers['content-length']).toBe('0');
    expect(reply.headers['content-type']).toBeUndefined();
  });

  it.each([
    // A3, A10
    ['GET', '/api/health', 'HEAD'],
    ['GET', '/api/hubs/chat/users/u1', 'HEAD'],
    ['GET', '/api/hubs/chat/:send', 'POST'],
    ['PATCH', '/api/hubs/chat/connections/c1', 'DELETE, HEAD'],
    ['POST', '/api/hubs/chat/users/u1/groups/g1', 'DELETE, HEAD, PUT'],
    ['OPTIONS', '/api/hubs/chat/groups/g1', 'HEAD'],
    ['HEAD', '/api/hubs/chat/users/u1/groups', 'DELETE'],
    ['HEAD', '/api/hubs/chat/:send', 'POST'],
  ])('are 405 at %s %s', async (method, path, allowed) => {
    const reply = await rest.call(method, path, NO_TOKEN);
    expect(reply).toMatchObject({ status: 405, body: '' });
    expect(reply.headers.allow).toBe(allowed);
    expect(reply.headers['content-length']).toBe('0');
  });

  it.each(['/api', '/api/hubs', '/api/healthy', '/api/health/live', '/other/api/hubs/x/y', '/%ZZ'])(
    'leave %s to the application',
    async (path) => {
      const reply = await rest.call('GET', path, NO_TOKEN);
      expect([404, 400]).toContain(reply.status);
      expect(JSON.parse(reply.body)).toHaveProperty('statusCode');
    },
  );
});

describe.each(PLATFORMS)('URLs on %s where the application', (platform) => {
  const apps: RestApplication[] = [];
  const start = async (configure: (app: INestApplication<Server>) => void) => {
    const rest = await startRest(platform, { configure });
    apps.push(rest);
    return rest;
  };

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((rest) => rest.close()));
  });

  const LONG = 'g'.repeat(1024);

  it.each(['v1', '/v1/', 'V1/x'])('has the prefix %s begin with it', async (prefix) => {
    const rest = await start((app) => app.setGlobalPrefix(prefix));
    const base = `/${prefix.replace(/^\/|\/$/g, '')}/api`;

    expect((await rest.call('HEAD', `${base}/health`, NO_TOKEN)).status).toBe(200);
    expect((await rest.call('POST', `${base}/hubs/chat/groups/${LONG}/:send`)).status).toBe(202);
    expect((await rest.call('POST', `${base}/hubs/chat/:nope`)).body).toBe('');
    expect((await rest.call('GET', `${base}/hubs/chat/users/u`)).status).toBe(405);
    expect((await rest.call('HEAD', '/api/health', NO_TOKEN)).status).toBe(404);
    expect(rest.driver.calls[0]?.args[0]).toBe(LONG);
  });

  it('has a prefix, the token is made for the whole URL', async () => {
    const rest = await start((app) => app.setGlobalPrefix('v1'));
    const path = '/api/hubs/chat/users/u';
    const audience = `${rest.origin}${path}`;
    expect((await rest.call('HEAD', `/v1${path}`)).status).toBe(200);
    expect((await rest.call('HEAD', `/v1${path}`, { audience })).status).toBe(401);
  });

  it('excludes them from its prefix do not have it', async () => {
    const rest = await start((app) => app.setGlobalPrefix('v1', { exclude: ['api/{*rest}'] }));
    expect((await rest.call('HEAD', '/api/health', NO_TOKEN)).status).toBe(200);
    expect((await rest.call('POST', `/api/hubs/chat/groups/${LONG}/:send`)).status).toBe(202);
    expect((await rest.call('GET', '/api/hubs/chat/:nope')).body).toBe('');
    expect((await rest.call('HEAD', '/v1/api/health', NO_TOKEN)).status).toBe(404);
  });

  it('excludes only some of them follow it', async () => {
    const rest = await start((app) => app.setGlobalPrefix('v1', { exclude: ['api/health'] }));
    expect((await rest.call('HEAD', '/api/health', NO_TOKEN)).status).toBe(200);
    expect((await rest.call('POST', '/v1/api/hubs/chat/:send')).status).toBe(202);
  });

  it.each([
    { type: VersioningType.URI as const, defaultVersion: '2' },
    { type: VersioningType.HEADER as const, header: 'x-version', defaultVersion: '2' },
    { type: VersioningType.MEDIA_TYPE as const, key: 'v=', defaultVersion: '2' },
    { type: VersioningType.CUSTOM as const, extractor: () => '2', defaultVersion: '2' },
  ])('has versions of its own stay where they are: %j', async (versioning) => {
    const rest = await start((app) => app.enableVersioning(versioning));
    expect((await rest.call('HEAD', '/api/health', NO_TOKEN)).status).toBe(200);
    expect((await rest.call('POST', '/api/hubs/chat/:send')).status).toBe(202);
    expect((await rest.call('GET', '/api/hubs/chat/:send')).status).toBe(405);
  });
});

describe('URLs on Fastify that the application rewrites', () => {
  it('are still those that the caller and the token mean', async () => {
    const adapter = new FastifyAdapter({
      rewriteUrl: (request: IncomingMessage) => String(request.url),
    });
    const rest = await startRest('fastify', { adapter });
    expect((await rest.call('POST', '/api/hubs/chat/groups/a%2Fb/:send')).status).toBe(202);
    expect(rest.driver.calls[0]?.args[0]).toBe('a%2Fb');
    await rest.close();
  });
});
