import { EntraVerifier } from '../../../lib/auth/entra.verifier.js';
import {
  AUDIENCE,
  claimsOf,
  ISSUER,
  NOW,
  OWNER,
  READER,
  signingKey,
} from '../auth/entra.issuer.js';
import type { RestSettings } from '../../../lib/rest/rest.settings.js';
import { PLATFORMS, type RestApplication, startRest } from './support/rest.application.js';

const VERSION = 'api-version=2024-12-01';
const SEND = `/api/hubs/chat/:send?${VERSION}`;
const EXISTS = `/api/hubs/chat/users/ann?${VERSION}`;
const GENERATE = `/api/hubs/chat/:generateToken?${VERSION}`;
const TEXT = { headers: { 'content-type': 'text/plain' }, body: 'hi' };

describe.each(PLATFORMS)('callers of Microsoft Entra ID on %s (rest.md 7.8)', (platform) => {
  const apps: RestApplication[] = [];
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  async function start(
    mode: 'jwks' | 'trust-for-development' | 'off' = 'jwks',
    settings: Partial<RestSettings> = {},
  ) {
    const key = await signingKey('k1');
    const trust = mode === 'jwks' && { issuer: ISSUER, jwks: { keys: [key.jwk] } };
    const clock = { clock: () => NOW * 1000 };
    const entra = mode === 'off' ? null : await EntraVerifier.create({ mode, ...trust }, clock);
    const app = await startRest(platform, { entra, settings });
    apps.push(app);
    const call = async (method: string, path: string, claims: Record<string, unknown>) => {
      const authorization = `Bearer ${await key.sign(claimsOf(claims))}`;
      const { headers, body } = method === 'POST' ? TEXT : { headers: {}, body: undefined };
      const call = { headers: { ...headers, authorization }, body, audience: null };
      return await app.call(method, path, call);
    };
    return { app, call };
  }

  it('an owner may do everything', async () => {
    const { call, app } = await start();
    expect(await call('POST', SEND, { roles: [OWNER] })).toMatchObject({ status: 202 });
    expect(app.driver.calls).toHaveLength(1);
  });

  it('B23 a reader may look, and not send: 403', async () => {
    const { call, app } = await start();
    expect((await call('HEAD', EXISTS, { roles: [READER] })).status).not.toBe(403);
    const before = app.driver.calls.length;
    const answer = await call('POST', SEND, { roles: [READER] });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'Error.Forbidden' });
    expect(app.driver.calls).toHaveLength(before);
  });

  it.each([
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['that has expired', { exp: NOW - 3600 }],
    ['for another audience', { aud: `${AUDIENCE}/other` }],
  ])('a token %s is 401', async (_what, claims) => {
    const { call, app } = await start();
    expect((await call('POST', SEND, claims)).status).toBe(401);
    expect(app.driver.calls).toEqual([]);
  });

  it('B20 where they are not let in, their tokens are 401 and never 403', async () => {
    const { call } = await start('off');
    expect((await call('POST', SEND, { roles: [READER] })).status).toBe(401);
  });

  it.each([
    ['B21 any signature is good', {}, 202],
    ['B22 another audience is not', { aud: 'https://other.example.com' }, 401],
  ])('in development mode %s', async (_what, claims, status) => {
    const { call } = await start('trust-for-development');
    expect((await call('POST', SEND, claims)).status).toBe(status);
  });

  it.each([
    ['any', 200],
    ['entra-only', 401],
  ] as const)(
    'H7 a caller with a key has a token made with %s: %d',
    async (generateToken, status) => {
      const app = await startRest(platform, { settings: { generateToken } });
      apps.push(app);
      app.driver.willAnswer('getClientAccessToken', () => ({ token: 't', baseUrl: '', url: '' }));
      expect((await app.call('POST', GENERATE)).status).toBe(status);
    },
  );

  it('H7 a caller of Entra has one made all the same', async () => {
    const { app, call } = await start('jwks', { generateToken: 'entra-only' });
    app.driver.willAnswer('getClientAccessToken', () => ({ token: 't', baseUrl: '', url: '' }));
    expect((await call('POST', GENERATE, {})).status).toBe(200);
  });
});
