import type { EntraOptions } from '../../../lib/auth/entra.options.js';
import { readEntraTrust } from '../../../lib/auth/entra.trust.js';
import { WebPubSubConfigurationError } from '../../../lib/errors/configuration.error.js';

const TENANT = '11111111-2222-4333-8444-555555555555';
const ISSUER = 'https://issuer.example.com/a';
const KEYS = { keys: [{ kty: 'RSA', kid: 'k1', n: 'AQ', e: 'AQAB' }] };

const trust = (options: Partial<EntraOptions>) => readEntraTrust({ mode: 'jwks', ...options });

function problemOf(options: Partial<EntraOptions>): { path: string; text: string } {
  try {
    trust(options);
  } catch (error) {
    if (error instanceof WebPubSubConfigurationError) {
      return { path: error.problems[0]?.path ?? '', text: error.message };
    }
  }
  throw new Error('The options were taken.');
}

describe('readEntraTrust', () => {
  it('trusts the issuers of the tenant, and the keys that its metadata name', () => {
    expect(trust({ tenantId: TENANT })).toEqual({
      audience: 'https://webpubsub.azure.com',
      issuers: [
        `https://login.microsoftonline.com/${TENANT}/v2.0`,
        `https://sts.windows.net/${TENANT}/`,
      ],
      keys: {
        metadataUrl: new URL(
          `https://login.microsoftonline.com/${TENANT}/v2.0/.well-known/openid-configuration`,
        ),
      },
    });
  });

  it.each<[string, Partial<EntraOptions>, unknown]>([
    [
      'those of the metadata of an issuer',
      { issuer: ISSUER },
      { metadataUrl: new URL(`${ISSUER}/.well-known/openid-configuration`) },
    ],
    [
      'those at a URL',
      { issuer: [ISSUER, 'https://b.example.com'], jwksUri: 'https://keys.example.com/' },
      { jwksUrl: new URL('https://keys.example.com/') },
    ],
    [
      'those on this machine',
      { issuer: ISSUER, jwksUri: 'http://[::1]:8080/keys' },
      { jwksUrl: new URL('http://[::1]:8080/keys') },
    ],
    [
      'those given, before all others',
      { issuer: ISSUER, jwks: KEYS, jwksUri: 'https://k.example.com/', tenantId: TENANT },
      { jwks: KEYS },
    ],
  ])('takes as keys %s', (_what, options, keys) => {
    expect(trust(options).keys).toEqual(keys);
  });

  it.each<[string, Partial<EntraOptions>, string]>([
    ['neither issuer nor tenant', {}, 'entra.issuer'],
    ['keys alone', { jwks: KEYS }, 'entra.issuer'],
    ['no issuer in a list', { issuer: [], jwks: KEYS }, 'entra.issuer'],
    ['an empty issuer', { issuer: [ISSUER, ''], jwks: KEYS }, 'entra.issuer'],
    ['an issuer that is no URL, and no keys', { issuer: 'contoso' }, 'entra.issuer'],
    ['an issuer without encryption', { issuer: 'http://issuer.example.com' }, 'entra.issuer'],
    ['two issuers and no keys', { issuer: [ISSUER, 'https://b.example.com'] }, 'entra.jwksUri'],
    ['every tenant', { tenantId: 'common' }, 'entra.tenantId'],
    ['a tenant that leads elsewhere', { tenantId: `${TENANT}/../x` }, 'entra.tenantId'],
    [
      'keys without encryption',
      { issuer: ISSUER, jwksUri: 'http://a.example.com' },
      'entra.jwksUri',
    ],
    [
      'keys from a host that begins like this machine',
      { issuer: ISSUER, jwksUri: 'http://127.0.0.1.example.com' },
      'entra.jwksUri',
    ],
    ['keys from a file', { issuer: ISSUER, jwksUri: 'file:///keys.json' }, 'entra.jwksUri'],
    ['no URL of keys', { issuer: ISSUER, jwksUri: 'keys' }, 'entra.jwksUri'],
    ['no keys in a set', { issuer: ISSUER, jwks: { keys: [] } }, 'entra.jwks'],
  ])('refuses %s', (_what, options, path) => {
    expect(problemOf(options).path).toBe(path);
  });

  it.each<[string, Partial<EntraOptions>]>([
    ['a private key', { issuer: ISSUER, jwks: { keys: [{ kty: 'RSA', d: 'secret' }] } }],
    ['a shared key', { issuer: ISSUER, jwks: { keys: [{ kty: 'oct', k: 'secret' }] } }],
    ['a URL with a password', { issuer: ISSUER, jwksUri: 'https://me:secret@a.example.com/' }],
    ['a wrong URL with a query', { issuer: ISSUER, jwksUri: 'http://a.example.com/?code=secret' }],
  ])('refuses %s and does not show it', (_what, options) => {
    expect(problemOf(options).text).not.toContain('secret');
  });

  it('needs to know no issuer in development mode', () => {
    expect(readEntraTrust({ mode: 'trust-for-development', audience: 'api://chat' })).toEqual({
      audience: 'api://chat',
      issuers: [],
      keys: undefined,
    });
  });
});
