import jwt from 'jsonwebtoken';
import { AccessKeys } from '../../../lib/auth/access-key.js';
import { signRestToken } from '../../../lib/auth/access-token.js';
import { KEYS, type Reply } from './support/http.client.js';
import { PLATFORMS, type RestApplication, startRest } from './support/rest.application.js';

const PATH = '/api/hubs/chat/connections/c1';
const URL_PATH = `${PATH}?api-version=2024-12-01`;

describe.each(PLATFORMS)('access to operations on %s', (platform) => {
  let rest: RestApplication;

  beforeAll(async () => {
    rest = await startRest(platform, { settings: { acceptedHosts: ['public.example:8443'] } });
  });
  beforeEach(() => rest.driver.reset());
  afterAll(() => rest.close());

  const withHeaders = (headers: Record<string, string | string[]>): Promise<Reply> =>
    rest.call('HEAD', URL_PATH, { audience: null, headers });
  const good = () => signRestToken(`${rest.origin}${PATH}`, KEYS);

  it.each([
    ['nothing (B1)', {}],
    ['another scheme (B2)', { authorization: 'Basic abc' }],
    ['no token', { authorization: 'Bearer ' }],
    ['something else than a token (B4)', { authorization: 'Bearer not.a.jwt' }],
  ])('is refused to %s, without a word', async (_, headers) => {
    const reply = await withHeaders(headers);
    expect(reply).toMatchObject({ status: 401, body: '' });
    expect(reply.headers['content-length']).toBe('0');
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(reply.headers['api-supported-versions']).toBeUndefined();
    expect(rest.driver.calls).toEqual([]);
  });

  it('is refused to a token of another key (B5)', async () => {
    const other = new AccessKeys('x'.repeat(40));
    const token = signRestToken(`${rest.origin}${PATH}`, other);
    expect((await withHeaders({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('is refused to a token that has expired (B6)', async () => {
    const token = jwt.sign(
      { aud: `${rest.origin}${PATH}`, exp: Math.floor(Date.now() / 1000) - 3600 },
      KEYS.signingKey,
      { algorithm: 'HS256' },
    );
    expect((await withHeaders({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('is granted whatever the case of the scheme (B3)', async () => {
    expect((await withHeaders({ authorization: `bearer ${good()}` })).status).toBe(200);
  });

  it('is refused to two tokens (15.22)', async () => {
    const authorization = [`Bearer ${good()}`, `Bearer ${good()}`];
    expect((await withHeaders({ authorization })).status).toBe(401);
  });

  it.each([
    // B11 to B16, 7.3
    [(origin: string) => origin + PATH, 200],
    [(origin: string) => origin + URL_PATH, 200],
    [(origin: string) => `${origin}${PATH}?other=1`, 200],
    [(origin: string) => `${origin}${PATH}/`, 200],
    [(origin: string) => `${origin}${PATH}/child`, 200],
    [(origin: string) => `${origin}${PATH}Suffix`, 401],
    [(origin: string) => `${origin}/api/hubs/chat`, 401],
    [(origin: string) => origin + PATH.replace('chat', 'other'), 401],
    [(origin: string) => origin.replace('http:', 'wss:') + PATH, 200],
    [(origin: string) => origin.replace('http:', 'ftp:') + PATH, 401],
    [(origin: string) => origin + PATH.toUpperCase(), 200],
    [() => `http://elsewhere.example${PATH}`, 401],
    [() => `https://public.example:8443${PATH}`, 200],
    [() => `https://public.example${PATH}`, 401],
  ])('depends on the audience: %s is %d', async (audience, status) => {
    const reply = await rest.call('HEAD', URL_PATH, { audience: audience(rest.origin) });
    expect(reply.status).toBe(status);
  });

  it.each([
    ['room%20name', 'room name'],
    ['room%2Fpart', 'room%2Fpart'],
    ['%C3%A9', 'é'],
    ['a%2Fb%20c', 'a%2Fb c'],
  ])('takes an audience with the segment %s as sent, and as %s', async (sent, decoded) => {
    const path = '/api/hubs/a%5B1%5D/groups/';
    for (const audience of [`${path}${sent}`, `/api/hubs/a[1]/groups/${decoded}`]) {
      const reply = await rest.call('HEAD', path + sent, { audience: rest.origin + audience });
      expect(reply.status).toBe(200);
    }
  });

  it('counts the host that the caller addressed, and no forwarded one', async () => {
    const headers = { host: 'chat.example', 'x-forwarded-host': 'front.example' };
    const via = (host: string) =>
      rest.call('HEAD', URL_PATH, { audience: `https://${host}${PATH}`, headers });
    expect((await via('chat.example')).status).toBe(200);
    expect((await via('front.example')).status).toBe(401);
  });

  it('counts a forwarded host where the proxy is trusted', async () => {
    const trusting = await startRest(platform, { settings: { trustForwardedHost: true } });
    const headers = { 'x-forwarded-host': 'front.example, inner.example' };
    const via = (host: string) =>
      trusting.call('HEAD', URL_PATH, { audience: `https://${host}${PATH}`, headers });
    expect((await via('front.example')).status).toBe(200);
    expect((await via('inner.example')).status).toBe(401);
    await trusting.close();
  });
});
