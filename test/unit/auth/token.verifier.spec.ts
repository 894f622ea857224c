import { AccessKeys } from '../../../lib/auth/access-key.js';
import {
  clientAudienceMatches,
  type ExpectedAudience,
  restAudienceMatches,
} from '../../../lib/auth/audience.js';
import {
  CLOCK_SKEW_SECONDS,
  MAX_TOKEN_LENGTH,
  TokenVerifier,
} from '../../../lib/auth/token.verifier.js';
import {
  AUDIENCE,
  clock,
  EXP,
  forge,
  HEADER,
  IAT,
  KEY,
  PAYLOAD,
  SECONDARY_KEY,
} from './token.forge.js';

const at = (path: string): ExpectedAudience => ({ hosts: ['demo.example.com'], paths: [path] });
const onClient = (audience: string) => clientAudienceMatches(audience, at('/client/hubs/chat'));
const onRest = (path: string) => (audience: string) => restAudienceMatches(audience, at(path));
const anything = () => true;

const bothKeys = () => new AccessKeys(KEY, SECONDARY_KEY);
const verifierAt = (seconds: number, keys = bothKeys()) =>
  new TokenVerifier({ keys, clock: () => seconds * 1000 });
const verifier = new TokenVerifier({ keys: bothKeys(), clock });

const withPayload = (extra: object) => forge({ payload: { ...PAYLOAD, ...extra } });

describe('TokenVerifier', () => {
  describe('a token that was good before', () => {
    it('is judged anew when it expires', () => {
      let now = IAT;
      const remembering = new TokenVerifier({ keys: bothKeys(), clock: () => now * 1000 });
      const token = forge();
      expect(remembering.verify(token, anything).valid).toBe(true);
      now = EXP + 3600;
      expect(remembering.verify(token, anything)).toEqual({ valid: false, reason: 'expired' });
    });

    it('is refused for another audience', () => {
      const token = forge();
      expect(verifier.verify(token, anything).valid).toBe(true);
      expect(verifier.verify(token, () => false).valid).toBe(false);
    });

    it('is refused when its key is replaced', () => {
      const keys = bothKeys();
      const remembering = verifierAt(IAT, keys);
      const token = forge();
      expect(remembering.verify(token, anything).valid).toBe(true);
      keys.replace(SECONDARY_KEY);
      expect(remembering.verify(token, anything).valid).toBe(false);
      keys.replace(KEY);
      expect(remembering.verify(token, anything).valid).toBe(true);
    });
  });

  describe('lifetime', () => {
    it.each([
      ['at the moment it expires', EXP, true],
      ['two minutes later (B7)', EXP + 120, true],
      ['at the end of the skew', EXP + CLOCK_SKEW_SECONDS, true],
      ['a millisecond after the skew', EXP + CLOCK_SKEW_SECONDS + 0.001, false],
      ['an hour later (B6)', EXP + 3600, false],
    ])('judges exp %s', (_when, now, valid) => {
      expect(verifierAt(now).verify(forge(), anything).valid).toBe(valid);
    });

    it.each([
      ['from the moment it names', 0, true],
      ['two minutes early', -120, true],
      ['at the start of the skew', -CLOCK_SKEW_SECONDS, true],
      ['a millisecond before the skew', -CLOCK_SKEW_SECONDS - 0.001, false],
      ['an hour early (B9)', -3600, false],
    ])('judges nbf %s', (_when, offset, valid) => {
      const token = withPayload({ nbf: IAT + 600 });
      expect(verifierAt(IAT + 600 + offset).verify(token, anything).valid).toBe(valid);
    });

    it.each([
      ['a fraction of a second', { exp: EXP + 0.5 }],
      ['a year far away', { exp: 1e300 }],
      ['nbf negative', { nbf: -1 }],
      ['iat an hour ahead', { iat: IAT + 3600 + 600 }],
      ['iat in the year 1970', { iat: 0 }],
      ['iat a string', { iat: 'yesterday' }],
      ['iat null', { iat: null }],
      ['no iat', { iat: undefined }],
    ])('accepts %s', (_what, extra) => {
      expect(verifier.verify(withPayload(extra), onClient).valid).toBe(true);
    });

    it('believes a clock that stands at zero', () => {
      const token = withPayload({ exp: 60, nbf: 0 });
      expect(verifierAt(0).verify(token, onClient).valid).toBe(true);
    });
  });

  describe('what does not matter', () => {
    it.each([
      ['no typ', { alg: 'HS256' }],
      ['another typ', { alg: 'HS256', typ: 'at+jwt' }],
      ['typ a number', { alg: 'HS256', typ: 1 }],
      ['kid and cty as the hosted service sends them', { ...HEADER, kid: 's-1', cty: 'JWT' }],
      ['kid an object', { ...HEADER, kid: { a: 1 } }],
      ['an unknown member', { ...HEADER, x: [] }],
      ['alg last', { typ: 'JWT', alg: 'HS256' }],
    ])('accepts a header with %s', (_what, header) => {
      expect(verifier.verify(forge({ header }), onClient).valid).toBe(true);
    });

    it.each([
      ['any issuer', { iss: 'https://webpubsub.azure.com' }],
      ['an issuer that is a number', { iss: 1 }],
      ['a subject that is a number', { sub: 1 }],
      ['a jti', { jti: 'x' }],
    ])('accepts %s', (_what, extra) => {
      expect(verifier.verify(withPayload(extra), onClient).valid).toBe(true);
    });

    it('accepts white space in the JSON', () => {
      const token = forge({ payload: JSON.stringify(PAYLOAD, null, 2) });
      expect(verifier.verify(token, onClient).valid).toBe(true);
    });

    it('hands a claim named __proto__ on as data', () => {
      const token = forge({
        payload: `{"exp":${EXP},"aud":"${AUDIENCE}","__proto__":{"role":"webpubsub.sendToGroup"}}`,
      });
      const verdict = verifier.verify(token, onClient);
      const claims = verdict.valid ? verdict.claims : {};
      expect(Object.keys(claims)).toEqual(['exp', 'aud', '__proto__']);
      expect(claims['role']).toBeUndefined();
      expect(({} as Record<string, unknown>)['role']).toBeUndefined();
    });
  });

  describe('audience', () => {
    const url = 'https://demo.example.com/api/hubs/chat/connections/c1';

    it.each([
      ['B11: the URL', url, true],
      ['B12: the URL with its query', `${url}?api-version=2024-12-01`, true],
      ['B13: a longer path', `${url}/child`, true],
      ['B14: a longer name', `${url}Suffix`, false],
      ['B15: another hub', url.replace('chat', 'other'), false],
      ['B16: scheme wss', url.replace('https', 'wss'), true],
      ['B16: scheme ftp', url.replace('https', 'ftp'), false],
      ['B18: one of a list', ['https://x.example/', url], true],
      ['none of a list', ['https://x.example/', 'https://y.example/'], false],
    ])('judges %s', (_what, aud, valid) => {
      const verdict = verifier.verify(
        withPayload({ aud }),
        onRest('/api/hubs/chat/connections/c1'),
      );
      expect(verdict.valid).toBe(valid);
    });

    it('asks about every audience until one matches', () => {
      const asked: string[] = [];
      verifier.verify(withPayload({ aud: ['a', 'b', 'c'] }), (audience) => {
        asked.push(audience);
        return audience === 'b';
      });
      expect(asked).toEqual(['a', 'b']);
    });

    it('does not ask before the signature is good', () => {
      const ask = () => {
        throw new Error('asked about a forged token');
      };
      const forged = forge({ key: 'x'.repeat(44) });
      expect(verifier.verify(forged, ask).valid).toBe(false);
      expect(() => verifier.verify(forge(), ask)).toThrow('asked');
    });

    it.each([
      ['a single one', `${AUDIENCE}?access_token=secret`, `made for the audience "${AUDIENCE}"`],
      ['the first of a list', [AUDIENCE, 'x'], `made for "${AUDIENCE}" and other audiences`],
      ['a line break', 'a\nb', 'made for the audience "a\\nb"'],
      ['a long one', 'a'.repeat(1000), `made for the audience "${'a'.repeat(200)}"`],
      ['an empty list', [], 'made for the audience ""'],
    ])('names the audience it refused: %s', (_what, aud, reason) => {
      expect(verifier.verify(withPayload({ aud }), () => false)).toEqual({ valid: false, reason });
    });
  });

  describe('keys', () => {
    it('accepts a token of the secondary key until that key is replaced (B17)', () => {
      const keys = bothKeys();
      const rotating = new TokenVerifier({ keys, clock });
      const token = forge({ key: SECONDARY_KEY });
      expect(rotating.verify(token, onClient).valid).toBe(true);
      keys.replace(KEY, 'a new secondary key, long enough to be one');
      expect(rotating.verify(token, onClient).valid).toBe(false);
      expect(rotating.verify(forge(), onClient).valid).toBe(true);
    });

    it('refuses the secondary key when only the primary is configured', () => {
      const single = new TokenVerifier({ keys: new AccessKeys(KEY), clock });
      expect(single.verify(forge({ key: SECONDARY_KEY }), onClient).valid).toBe(false);
    });

    it.each([
      ['primary', KEY],
      ['secondary', SECONDARY_KEY],
    ])('says what is wrong with a token of the %s key', (_which, key) => {
      const token = forge({ key, payload: { ...PAYLOAD, exp: IAT - 3600 } });
      expect(verifier.verify(token, onClient)).toEqual({ valid: false, reason: 'expired' });
    });

    it('takes a key beyond ASCII as its UTF-8 bytes', () => {
      const key = 'ключ-ключ-ключ-ключ-ключ';
      const other = new TokenVerifier({ keys: new AccessKeys(key), clock });
      expect(other.verify(forge({ key: Buffer.from(key, 'utf8') }), onClient).valid).toBe(true);
      expect(other.verify(forge({ key: Buffer.from(key, 'latin1') }), onClient).valid).toBe(false);
    });
  });

  describe('reasons', () => {
    it.each([
      ['a text', 'abc', 'not a JSON Web Token'],
      ['a list of claims', forge({ payload: [PAYLOAD] }), 'not a JSON Web Token'],
      ['another algorithm', forge({ header: { alg: 'none' } }), 'its algorithm is not HS256'],
      [
        'a critical extension',
        forge({ header: { ...HEADER, crit: ['a'] } }),
        'it has critical extensions',
      ],
      [
        'another key',
        forge({ key: 'x'.repeat(44) }),
        'not signed with an access key of this service',
      ],
      ['no exp', withPayload({ exp: undefined }), 'exp is missing or not a number'],
      [
        'no aud',
        withPayload({ aud: undefined }),
        'aud is missing or not a string or list of strings',
      ],
      ['nbf a string', withPayload({ nbf: '1' }), 'nbf is not a number'],
      ['nbf ahead', withPayload({ nbf: EXP }), 'not valid yet'],
      [
        'an Entra token, whoever signed it (B20)',
        forge({
          header: { alg: 'RS256' },
          payload: { ...PAYLOAD, aud: ['x', 'https://webpubsub.azure.com'] },
        }),
        'an Entra token, and no Entra verifier is configured',
      ],
    ])('names the reason for %s', (_what, token, reason) => {
      expect(verifier.verify(token, anything)).toEqual({ valid: false, reason });
    });

    it.each(['https://webpubsub.azure.com/', 'https://other.example.com'])(
      'does not take %s for Entra',
      (aud) => {
        const verdict = verifier.verify(withPayload({ aud }), () => false);
        expect(verdict).toEqual({ valid: false, reason: `made for the audience "${aud}"` });
      },
    );
  });

  describe('length', () => {
    // Three bytes of user id make four characters of token.
    const tokenOfLength = (length: number) => {
      const spare = length - withPayload({ sub: '' }).length;
      for (let size = Math.floor((spare * 3) / 4) - 4; ; size++) {
        const token = withPayload({ sub: 'x'.repeat(size) });
        if (token.length >= length) return token;
      }
    };

    it('accepts the longest token', () => {
      const token = tokenOfLength(MAX_TOKEN_LENGTH - 2);
      expect(token.length).toBeLessThanOrEqual(MAX_TOKEN_LENGTH);
      expect(verifier.verify(token, onClient).valid).toBe(true);
    });

    it('refuses a longer one unread', () => {
      expect(verifier.verify(tokenOfLength(MAX_TOKEN_LENGTH + 1), onClient)).toEqual({
        valid: false,
        reason: 'not a JSON Web Token',
      });
    });
  });
});
