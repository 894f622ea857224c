import { AccessKeys } from '../../../lib/auth/access-key.js';
import { signClientToken, signRestToken } from '../../../lib/auth/access-token.js';
import {
  clientAudienceMatches,
  type ExpectedAudience,
  restAudienceMatches,
} from '../../../lib/auth/audience.js';
import { TokenVerifier } from '../../../lib/auth/token.verifier.js';
import { AUDIENCE, clock, EXP, IAT, KEY, PAYLOAD, SECONDARY_KEY } from './token.forge.js';

const REST_VECTOR =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MzU2ODk2MDAsImV4cCI6MTczNTY5MzIwMCwiYXVkIjoiaHR0cHM6Ly9kZW1vLmV4YW1wbGUuY29tL2FwaS9odWJzL2NoYXQvOnNlbmQ_YXBpLXZlcnNpb249MjAyNC0xMi0wMSJ9.6kQQyOVAP7j3CT5NAciXI4geIl3tLQC0HVHGrIGe2GM';
const USER_VECTOR =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyMSIsInJvbGUiOlsid2VicHVic3ViLnNlbmRUb0dyb3VwIiwid2VicHVic3ViLmpvaW5MZWF2ZUdyb3VwLmcxIl0sIndlYnB1YnN1Yi5ncm91cCI6WyJnMSJdLCJpYXQiOjE3MzU2ODk2MDAsImV4cCI6MTczNTY5MzIwMCwiYXVkIjoiaHR0cHM6Ly9kZW1vLmV4YW1wbGUuY29tL2NsaWVudC9odWJzL2NoYXQifQ.o4oXxDvPj0nMs-e9chY35QqgPngBxLVaizOevSJFTVc';
const ANONYMOUS =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MzU2ODk2MDAsImV4cCI6MTczNTY5MzIwMCwiYXVkIjoiaHR0cHM6Ly9kZW1vLmV4YW1wbGUuY29tL2NsaWVudC9odWJzL2NoYXQifQ';
const ANONYMOUS_VECTOR = `${ANONYMOUS}.eaDVrsZfXSxVPwPrhC065quGVTW8T-hdxNI5ID0fsVw`;
const SECONDARY_VECTOR = `${ANONYMOUS}.-anmlcsDDhbK1sirLF6tPOY0wc42f01tq3DKcap86l4`;

const REST_AUDIENCE = 'https://demo.example.com/api/hubs/chat/:send?api-version=2024-12-01';

const keys = new AccessKeys(KEY, SECONDARY_KEY);
const verifier = new TokenVerifier({ keys, clock });

const at = (path: string): ExpectedAudience => ({ hosts: ['demo.example.com'], paths: [path] });
const onClient = (audience: string) => clientAudienceMatches(audience, at('/client/hubs/chat'));
const onRest = (path: string) => (audience: string) => restAudienceMatches(audience, at(path));

describe('The vectors of rest.md 7.10', () => {
  it('accepts vector 1 for its REST request', () => {
    expect(verifier.verify(REST_VECTOR, onRest('/api/hubs/chat/:send'))).toEqual({
      valid: true,
      claims: {
        iat: IAT,
        exp: EXP,
        aud: REST_AUDIENCE,
      },
    });
  });

  it('accepts vector 2 with user and roles (B24)', () => {
    expect(verifier.verify(USER_VECTOR, onClient)).toEqual({
      valid: true,
      claims: {
        sub: 'user1',
        role: ['webpubsub.sendToGroup', 'webpubsub.joinLeaveGroup.g1'],
        'webpubsub.group': ['g1'],
        ...PAYLOAD,
      },
    });
  });

  it.each([
    ['primary', ANONYMOUS_VECTOR],
    ['secondary', SECONDARY_VECTOR],
  ])('accepts vector 3 signed with the %s key', (_which, token) => {
    expect(verifier.verify(token, onClient)).toEqual({ valid: true, claims: PAYLOAD });
  });

  it('refuses vector 2 on a REST request (B19)', () => {
    expect(verifier.verify(USER_VECTOR, onRest('/api/hubs/chat/users/u1')).valid).toBe(false);
  });

  it('refuses vector 1 on a client connection', () => {
    expect(verifier.verify(REST_VECTOR, onClient).valid).toBe(false);
  });

  it('refuses vector 2 for another hub (B25)', () => {
    const onOther = (audience: string) => clientAudienceMatches(audience, at('/client/hubs/other'));
    expect(verifier.verify(USER_VECTOR, onOther).valid).toBe(false);
  });

  it('refuses all of them today', () => {
    const today = new TokenVerifier({ keys });
    for (const token of [REST_VECTOR, USER_VECTOR, ANONYMOUS_VECTOR, SECONDARY_VECTOR]) {
      expect(today.verify(token, () => true)).toEqual({ valid: false, reason: 'expired' });
    }
  });

  describe('are what is signed', () => {
    const signedAt = () => IAT * 1000 + 999;

    it('for a REST request', () => {
      expect(signRestToken(REST_AUDIENCE, keys, signedAt)).toBe(REST_VECTOR);
    });

    it('for a client with user and roles', () => {
      const init = {
        audience: AUDIENCE,
        userId: 'user1',
        roles: ['webpubsub.sendToGroup', 'webpubsub.joinLeaveGroup.g1'],
        groups: ['g1'],
      };
      expect(signClientToken(init, keys, signedAt)).toBe(USER_VECTOR);
    });

    it.each([
      ['primary', keys, ANONYMOUS_VECTOR],
      ['secondary', new AccessKeys(SECONDARY_KEY), SECONDARY_VECTOR],
    ])('for an anonymous client with the %s key', (_which, signer, vector) => {
      expect(signClientToken({ audience: AUDIENCE }, signer, signedAt)).toBe(vector);
    });
  });
});
