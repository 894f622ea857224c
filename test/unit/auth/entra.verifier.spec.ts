import { createHmac } from 'node:crypto';
import { loadJose } from '../../../lib/auth/entra.jose.js';
import type { EntraVerdict } from '../../../lib/auth/entra.options.js';
import type { EntraVerifier } from '../../../lib/auth/entra.verifier.js';
import { CLOCK_SKEW_SECONDS, MAX_TOKEN_LENGTH } from '../../../lib/auth/token.verifier.js';
import {
  AUDIENCE,
  claimsOf,
  ISSUER,
  NOW,
  OWNER,
  READER,
  type SigningKey,
  signingKey,
  verifierOf,
} from './entra.issuer.js';
import { base64url, forge } from './token.forge.js';

let key: SigningKey;
let stranger: SigningKey;
let verifier: EntraVerifier;

beforeAll(async () => {
  key = await signingKey('k1');
  stranger = await signingKey('k1');
  verifier = await verifierOf({ jwks: { keys: [key.jwk] } });
});

/** The reason of a refusal; fails the test when there is none. */
function reasonOf(verdict: EntraVerdict): string {
  if (verdict.valid) throw new Error('The token was accepted.');
  return verdict.reason;
}

describe('EntraVerifier', () => {
  it('accepts a token that one of the keys signed, and gives its claims', async () => {
    const verdict = await verifier.verify(await key.sign({ oid: 'caller-1' }));
    expect(verdict).toMatchObject({ valid: true, claims: { oid: 'caller-1', iss: ISSUER } });
  });

  describe('claims', () => {
    it.each<[string, Record<string, unknown>]>([
      ['two minutes after exp', { exp: NOW - 120 }],
      ['two minutes before nbf', { nbf: NOW + 120 }],
      ['without nbf', { nbf: undefined }],
      ['without iat', { iat: undefined }],
      ['with the audience among others', { aud: ['https://other.example.com', AUDIENCE] }],
    ])('accepts a token %s', async (_what, claims) => {
      expect(await verifier.verify(await key.sign(claims))).toMatchObject({ valid: true });
    });

    it.each<[string, Record<string, unknown>, RegExp]>([
      ['of another issuer', { iss: 'https://login.example.com/other/v2.0' }, /"iss".*other/],
      ['of an issuer that begins alike', { iss: `${ISSUER}/` }, /"iss"/],
      ['without an issuer', { iss: undefined }, /"iss"/],
      ['for another audience', { aud: 'https://other.example.com' }, /"aud".*other/],
      ['for an audience with a slash more', { aud: `${AUDIENCE}/` }, /"aud"/],
      ['for an audience in other letters', { aud: AUDIENCE.toUpperCase() }, /"aud"/],
      ['without an audience', { aud: undefined }, /"aud"/],
      ['expired an hour ago', { exp: NOW - 3600 }, /"exp"/],
      ['expired at the end of the skew', { exp: NOW - CLOCK_SKEW_SECONDS }, /"exp"/],
      ['without exp', { exp: undefined }, /"exp"/],
      ['with an exp that is text', { exp: '2100-01-01' }, /"exp"/],
      ['an hour before its nbf', { nbf: NOW + 3600 }, /"nbf"/],
    ])('refuses a token %s', async (_what, claims, reason) => {
      expect(reasonOf(await verifier.verify(await key.sign(claims)))).toMatch(reason);
    });

    it('accepts the audience it is given, and then no other', async () => {
      const own = await verifierOf({ jwks: { keys: [key.jwk] }, audience: 'api://chat' });
      expect(await own.verify(await key.sign({ aud: 'api://chat' }))).toMatchObject({
        valid: true,
      });
      expect(await own.verify(await key.sign())).toMatchObject({ valid: false });
    });

    it('accepts both issuers of a tenant', async () => {
      const tenantId = '11111111-2222-4333-8444-55555555555A';
      const own = await verifierOf({ jwks: { keys: [key.jwk] }, issuer: undefined, tenantId });
      const id = tenantId.toLowerCase();
      for (const iss of [
        `https://login.microsoftonline.com/${id}/v2.0`,
        `https://sts.windows.net/${id}/`,
      ]) {
        expect(await own.verify(await key.sign({ iss }))).toMatchObject({ valid: true });
      }
      expect(await own.verify(await key.sign())).toMatchObject({ valid: false });
    });
  });

  describe('signatures', () => {
    it('refuses a token that another key signed under the same id', async () => {
      expect(reasonOf(await verifier.verify(await stranger.sign()))).toMatch(/signature/);
    });

    it('refuses a token whose claims were changed', async () => {
      const [header, , signature] = (await key.sign({ roles: [READER] })).split('.');
      const token = `${header}.${base64url(claimsOf({ roles: [OWNER] }))}.${signature}`;
      expect(reasonOf(await verifier.verify(token))).toMatch(/signature/);
    });

    it('refuses a token under an id that no key has', async () => {
      const token = await key.sign({}, { kid: 'k2' });
      expect(reasonOf(await verifier.verify(token))).toMatch(/no applicable key/);
    });

    it('refuses the public key as a shared secret', async () => {
      const signed = `${base64url({ alg: 'HS256', kid: 'k1', typ: 'JWT' })}.${base64url(claimsOf())}`;
      for (const secret of [key.publicPem, JSON.stringify(key.jwk), key.jwk.n ?? '']) {
        const signature = createHmac('sha256', secret).update(signed).digest('base64url');
        expect(reasonOf(await verifier.verify(`${signed}.${signature}`))).toMatch(/not allowed/);
      }
    });

    it.each(['none', 'None', 'NONE', 'HS512', 'RS512', 'PS256', 'ES256', '', 7, null])(
      'refuses the algorithm %j (B10)',
      async (alg) => {
        const [, payload, signature] = (await key.sign()).split('.');
        const header = base64url({ alg, kid: 'k1', typ: 'JWT' });
        expect((await verifier.verify(`${header}.${payload}.`)).valid).toBe(false);
        expect((await verifier.verify(`${header}.${payload}.${signature}`)).valid).toBe(false);
      },
    );

    it('refuses other algorithms even where the set has a key for them', async () => {
      const elliptic = await signingKey('e1', 'ES256');
      const own = await verifierOf({ jwks: { keys: [key.jwk, elliptic.jwk] } });
      expect(reasonOf(await own.verify(await elliptic.sign()))).toMatch(/not allowed/);
      expect(await own.verify(await key.sign())).toMatchObject({ valid: true });
    });

    it('refuses a key that the token brings itself', async () => {
      const token = await stranger.sign({}, { jwk: stranger.jwk, kid: 'k1' });
      expect((await verifier.verify(token)).valid).toBe(false);
    });

    it('refuses critical extensions', async () => {
      const [, payload, signature] = (await key.sign()).split('.');
      const header = base64url({ alg: 'RS256', kid: 'k1', crit: ['x'], x: 1 });
      expect((await verifier.verify(`${header}.${payload}.${signature}`)).valid).toBe(false);
    });
  });

  describe('what is no token', () => {
    it.each([
      ['nothing', ''],
      ['text', 'not.a.jwt'],
      ['dots', '..'],
      ['one part', base64url(claimsOf())],
      ['four parts', 'e30.e30.e30.e30'],
      ['JSON that is no object', `${base64url('[]')}.${base64url('7')}.AA`],
      ['JSON null', `${base64url('null')}.${base64url('null')}.AA`],
      ['deep JSON', `${base64url('['.repeat(4000))}.${base64url('{}')}.AA`],
    ])('refuses %s and does not take it for one of Entra', async (_what, token) => {
      expect(verifier.isEntraToken(token)).toBe(false);
      expect((await verifier.verify(token)).valid).toBe(false);
    });

    it('does not look at a token beyond the longest', async () => {
      const token = await key.sign({ filler: 'x'.repeat(MAX_TOKEN_LENGTH) });
      expect(verifier.isEntraToken(token)).toBe(false);
      expect(reasonOf(await verifier.verify(token))).toBe('it is too long');
    });

    it('keeps the token out of its reasons', async () => {
      const token = await stranger.sign({ oid: 'secret-caller' });
      const reason = reasonOf(await verifier.verify(token));
      for (const part of [...token.split('.'), 'secret-caller']) {
        expect(reason).not.toContain(part);
      }
    });
  });

  describe('which tokens are its own', () => {
    it('takes those for the audience of Entra, whatever signed them', async () => {
      expect(verifier.isEntraToken(await key.sign())).toBe(true);
      expect(verifier.isEntraToken(forge({ payload: claimsOf() }))).toBe(true);
      expect(verifier.isEntraToken(forge({ payload: claimsOf({ aud: ['x', AUDIENCE] }) }))).toBe(
        true,
      );
    });

    it('takes those signed as Entra signs, so that the log can name their audience', async () => {
      expect(verifier.isEntraToken(await key.sign({ aud: 'https://other.example.com' }))).toBe(
        true,
      );
    });

    it('leaves tokens of access keys alone', () => {
      expect(verifier.isEntraToken(forge())).toBe(false);
    });
  });

  describe('in development mode', () => {
    const development = () => verifierOf({ mode: 'trust-for-development', issuer: undefined });

    it('accepts any signature, and lets the caller do everything (B21)', async () => {
      const own = await development();
      for (const token of [await stranger.sign({ roles: [] }), forge({ payload: claimsOf() })]) {
        const verdict = await own.verify(token);
        expect(verdict.valid && verdict.allows('hub/send/action')).toBe(true);
      }
    });

    it.each<[string, Record<string, unknown>]>([
      ['for another audience (B22)', { aud: 'https://other.example.com' }],
      ['that is expired', { exp: NOW - 3600 }],
      ['without exp', { exp: undefined }],
      ['that is not valid yet', { nbf: NOW + 3600 }],
    ])('refuses a token %s', async (_what, claims) => {
      const verdict = await (await development()).verify(await stranger.sign(claims));
      expect(verdict.valid).toBe(false);
    });

    it.each(['', 'x', '..', 'e30.bm90IGpzb24.', `e30.${base64url('null')}.`])(
      'refuses %j',
      async (token) => {
        expect((await (await development()).verify(token)).valid).toBe(false);
      },
    );

    it('asks the application what the caller may do, if the application wants to say', async () => {
      const own = await verifierOf({ mode: 'trust-for-development', actionsOf: () => ['*/read'] });
      const verdict = await own.verify(await stranger.sign());
      expect(verdict.valid && verdict.allows('user/read')).toBe(true);
      expect(verdict.valid && verdict.allows('user/send/action')).toBe(false);
    });
  });

  it('passes on what the application throws when asked for actions', async () => {
    const own = await verifierOf({
      jwks: { keys: [key.jwk] },
      actionsOf: () => Promise.reject(new Error('the directory is away')),
    });
    await expect(own.verify(await key.sign())).rejects.toThrow('the directory is away');
  });

  it('does not ask the application about a token that proves wrong', async () => {
    const asked: unknown[] = [];
    const actionsOf = (claims: unknown) => {
      asked.push(claims);
      return ['*'];
    };
    const own = await verifierOf({ jwks: { keys: [key.jwk] }, actionsOf });
    await own.verify(await stranger.sign());
    expect(asked).toEqual([]);
  });
});

describe('loadJose', () => {
  const missing = (name: string) =>
    Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });

  it('says which package to install', async () => {
    await expect(loadJose(() => Promise.reject(missing('jose')))).rejects.toThrow(
      /npm install jose/,
    );
  });

  it('does not blame a package that is there for what it lacks itself', async () => {
    const error = missing('something-else');
    await expect(loadJose(() => Promise.reject(error))).rejects.toBe(error);
  });
});
