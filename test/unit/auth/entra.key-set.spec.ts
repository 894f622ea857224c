import type { ServerResponse } from 'node:http';
import {
  FAILURE_COOLDOWN_MS,
  KEYS_FRESH_MS,
  KEYS_USABLE_MS,
  UNKNOWN_KEY_COOLDOWN_MS,
} from '../../../lib/auth/entra.key-set.js';
import type { EntraVerifier } from '../../../lib/auth/entra.verifier.js';
import {
  IssuerServer,
  json,
  NOW,
  type Route,
  type SigningKey,
  signingKey,
  status,
  verifierOf,
} from './entra.issuer.js';

let first: SigningKey;
let second: SigningKey;
let server: IssuerServer;
let nowMs: number;

beforeAll(async () => {
  [first, second] = await Promise.all([signingKey('k1'), signingKey('k2')]);
});

beforeEach(async () => {
  nowMs = NOW * 1000;
  server = new IssuerServer();
  await server.start();
  server.publish(first);
});

afterEach(() => server.stop());

const remote = () => verifierOf({ jwksUri: `${server.origin}/keys` }, () => nowMs);
const isAccepted = async (verifier: EntraVerifier, key: SigningKey) =>
  (await verifier.verify(await key.sign({ exp: NOW + 400_000 }))).valid;
const UNAVAILABLE = { statusCode: 503, code: 'Error.ServiceUnavailable' };

describe('keys at a URL', () => {
  it('are fetched with the first token and kept', async () => {
    const verifier = await remote();
    expect(server.requests).toEqual([]);
    for (let count = 0; count < 3; count += 1) {
      expect(await isAccepted(verifier, first)).toBe(true);
    }
    expect(server.requests).toEqual(['/keys']);
  });

  it('are fetched once for callers that come together', async () => {
    const verifier = await remote();
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, () => isAccepted(verifier, first)),
    );
    expect(verdicts).toEqual(Array.from({ length: 20 }, () => true));
    expect(server.requests).toHaveLength(1);
  });

  it('are fetched again for a key that was added', async () => {
    const verifier = await remote();
    await isAccepted(verifier, first);
    server.publish(first, second);
    nowMs += UNKNOWN_KEY_COOLDOWN_MS;
    expect(await isAccepted(verifier, second)).toBe(true);
    expect(await isAccepted(verifier, first)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  it('stop counting once they are taken out', async () => {
    const verifier = await remote();
    await isAccepted(verifier, first);
    server.publish(second);
    nowMs += UNKNOWN_KEY_COOLDOWN_MS;
    expect(await isAccepted(verifier, second)).toBe(true);
    expect(await isAccepted(verifier, first)).toBe(false);
  });

  it('are not fetched for every key that somebody invents', async () => {
    const verifier = await remote();
    for (let count = 0; count < 10; count += 1) {
      const token = await first.sign({}, { kid: `invented-${count}` });
      expect((await verifier.verify(token)).valid).toBe(false);
    }
    expect(server.requests).toHaveLength(1);
  });

  it('are fetched anew behind the back of callers when they are no longer fresh', async () => {
    const verifier = await remote();
    await isAccepted(verifier, first);
    const asked = new Promise<ServerResponse>((resolve) => {
      server.routes.set('/keys', resolve);
    });
    nowMs += KEYS_FRESH_MS;
    expect(await isAccepted(verifier, first)).toBe(true);
    const response = await asked;
    expect(await isAccepted(verifier, first)).toBe(true);
    json({ keys: [second.jwk] })(response, response.req);
    expect(await isAccepted(verifier, second)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });
});

describe('a server of keys that fails', () => {
  const failures: readonly (readonly [string, Route])[] = [
    ['answers 500', status(500)],
    ['answers 204', status(204)],
    ['redirects', status(302, { location: '/elsewhere' })],
    ['hangs up', (response) => response.destroy()],
    ['answers no JSON', (response) => response.writeHead(200).end('<html>')],
    ['answers no key set', json({ keys: 'none' })],
    ['answers null', json(null)],
  ];

  it.each(failures)('that %s: 503, for the caller cannot help it', async (_how, route) => {
    server.routes.set('/keys', route);
    server.routes.set('/elsewhere', json({ keys: [first.jwk] }));
    const verifier = await remote();
    await expect(isAccepted(verifier, first)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('that answers without end is read no further than a key set can be long', async () => {
    const closed = new Promise<number>((resolve) => {
      server.routes.set('/keys', (response) => endless(response, resolve));
    });
    const verifier = await remote();
    await expect(isAccepted(verifier, first)).rejects.toMatchObject(UNAVAILABLE);
    expect(await closed).toBeLessThan(32 * 1024 * 1024);
  });

  it('is left alone for a while, then asked again', async () => {
    server.routes.set('/keys', status(500));
    const verifier = await remote();
    for (let count = 0; count < 5; count += 1) {
      await expect(isAccepted(verifier, first)).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(server.requests).toHaveLength(1);
    server.publish(first);
    nowMs += FAILURE_COOLDOWN_MS;
    expect(await isAccepted(verifier, first)).toBe(true);
  });

  it('leaves the keys in force that it gave before', async () => {
    const verifier = await remote();
    await isAccepted(verifier, first);
    server.routes.set('/keys', status(500));
    nowMs += KEYS_USABLE_MS - 1;
    expect(await isAccepted(verifier, first)).toBe(true);
    nowMs += 1;
    await expect(isAccepted(verifier, first)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('does not decide about a key that is not known', async () => {
    const verifier = await remote();
    await isAccepted(verifier, first);
    server.routes.set('/keys', status(500));
    nowMs += UNKNOWN_KEY_COOLDOWN_MS;
    await expect(isAccepted(verifier, second)).rejects.toMatchObject(UNAVAILABLE);
    expect(await isAccepted(verifier, first)).toBe(true);
  });

  it('that cannot be reached is one', async () => {
    const verifier = await remote();
    await server.stop();
    await expect(isAccepted(verifier, first)).rejects.toMatchObject(UNAVAILABLE);
    await server.start();
  });

  it('keeps the query of its URL out of the error', async () => {
    server.routes.set('/keys?code=secret', status(500));
    const verifier = await verifierOf({ jwksUri: `${server.origin}/keys?code=secret` });
    const error: unknown = await verifier
      .verify(await first.sign())
      .catch((reason: unknown) => reason);
    const texts: string[] = [];
    for (let at = error; at instanceof Error; at = at.cause) texts.push(at.message);
    expect(texts).toHaveLength(3);
    expect(texts.join('\n')).not.toContain('secret');
  });
});

describe('OpenID metadata', () => {
  const METADATA = '/tenant/.well-known/openid-configuration';
  const discovered = () => verifierOf({ issuer: `${server.origin}/tenant/` }, () => nowMs);
  const isTaken = async (verifier: EntraVerifier) =>
    (await verifier.verify(await first.sign({ iss: `${server.origin}/tenant/` }))).valid;

  it('say where the keys are', async () => {
    server.routes.set(METADATA, json({ jwks_uri: `${server.origin}/keys` }));
    const verifier = await discovered();
    expect(await isTaken(verifier)).toBe(true);
    expect(server.requests).toEqual([METADATA, '/keys']);
  });

  it.each<[string, unknown]>([
    ['another place without encryption', { jwks_uri: 'http://keys.example.com/' }],
    ['a file', { jwks_uri: 'file:///etc/keys.json' }],
    ['a relative URL', { jwks_uri: '/keys' }],
    ['a number', { jwks_uri: 7 }],
    ['nothing', {}],
    ['nothing, being null', null],
  ])('that name %s are not followed', async (_what, metadata) => {
    server.routes.set(METADATA, json(metadata));
    await expect(isTaken(await discovered())).rejects.toMatchObject(UNAVAILABLE);
    expect(server.requests).toEqual([METADATA]);
  });
});

/** Writes until the reader goes, and then says how many bytes it wrote. */
function endless(response: ServerResponse, closed: (written: number) => void): void {
  let written = 0;
  const more = () => {
    while (!response.destroyed) {
      written += 65_536;
      if (!response.write('x'.repeat(65_536))) {
        response.once('drain', more);
        return;
      }
    }
  };
  response.once('close', () => closed(written));
  response.writeHead(200);
  more();
}
