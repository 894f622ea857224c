import { AccessKeys } from '../../../lib/auth/access-key.js';
import {
  type ClientTokenInit,
  signClientToken,
  signRestToken,
} from '../../../lib/auth/access-token.js';
import { clientAudienceMatches, restAudienceMatches } from '../../../lib/auth/audience.js';
import { TokenVerifier } from '../../../lib/auth/token.verifier.js';
import { AUDIENCE, forge, IAT, KEY, SECONDARY_KEY } from './token.forge.js';

const keys = new AccessKeys(KEY, SECONDARY_KEY);
const clock = () => IAT * 1000 + 999;

function payloadOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
}

const sign = (init: Partial<ClientTokenInit> = {}) =>
  signClientToken({ audience: AUDIENCE, ...init }, keys, clock);

describe('signClientToken (rest.md 7.7)', () => {
  it.each([
    ['nothing', {}],
    ['an empty user id', { userId: '' }],
    ['no roles', { roles: [] }],
    ['no groups', { groups: [] }],
    ['all of it undefined', { userId: undefined, roles: undefined, groups: undefined }],
  ] as [string, Partial<ClientTokenInit>][])('leaves out what is not given: %s', (_what, init) => {
    expect(payloadOf(sign(init))).toEqual({ iat: IAT, exp: IAT + 3600, aud: AUDIENCE });
  });

  it('signs with the primary key', () => {
    const otherFirst = new AccessKeys(SECONDARY_KEY, KEY);
    const token = signClientToken({ audience: AUDIENCE }, otherFirst, clock);
    expect(token).toBe(forge({ key: SECONDARY_KEY }));
  });

  it('signs with the new key after a rotation', () => {
    const rotating = new AccessKeys(KEY);
    rotating.replace(SECONDARY_KEY);
    const token = signClientToken({ audience: AUDIENCE }, rotating, clock);
    expect(token).toBe(forge({ key: SECONDARY_KEY }));
  });

  it.each([1, 5, 60, 2147483647])('lets it live for %d minutes', (minutes) => {
    const payload = payloadOf(sign({ expirationTimeInMinutes: minutes }));
    expect(payload).toMatchObject({ iat: IAT, exp: IAT + minutes * 60 });
  });

  it.each([0, -1, 0.5, 1.5, 2147483648, NaN, Infinity, -Infinity, '5', true])(
    'refuses a life of %p minutes',
    (minutes) => {
      const act = () => sign({ expirationTimeInMinutes: minutes as number });
      expect(act).toThrow(
        expect.objectContaining({
          name: 'WebPubSubError',
          code: 'Error.BadRequest',
          statusCode: 400,
          target: 'expirationTimeInMinutes',
        }),
      );
    },
  );

  it('refuses to make a token that would be too long to be accepted', () => {
    const roles = Array.from({ length: 500 }, (_, i) => `webpubsub.sendToGroup.room-${i}`);
    expect(() => sign({ roles })).toThrow(
      expect.objectContaining({
        code: 'Error.BadRequest',
        message: expect.stringContaining('16384'),
      }),
    );
  });

  it('makes tokens that are accepted today', () => {
    const token = signClientToken({ audience: AUDIENCE, userId: 'ana ✓' }, keys);
    const expected = { hosts: ['demo.example.com'], paths: ['/client/hubs/chat'] };
    const verdict = new TokenVerifier({ keys }).verify(token, (audience) =>
      clientAudienceMatches(audience, expected),
    );
    expect(verdict).toMatchObject({ valid: true, claims: { sub: 'ana ✓' } });
  });
});

describe('signRestToken (rest.md 7.2)', () => {
  const url = 'https://demo.example.com/api/hubs/chat/:send?api-version=2024-12-01';

  it('makes tokens that are accepted today', () => {
    const expected = { hosts: ['demo.example.com'], paths: ['/api/hubs/chat/:send'] };
    const verdict = new TokenVerifier({ keys }).verify(signRestToken(url, keys), (audience) =>
      restAudienceMatches(audience, expected),
    );
    expect(verdict.valid).toBe(true);
  });
});
