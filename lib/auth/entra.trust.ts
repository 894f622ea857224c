import {
  type ConfigurationProblem,
  WebPubSubConfigurationError,
} from '../errors/configuration.error.js';
import { ENTRA_AUDIENCE, type EntraOptions } from './entra.options.js';

/** Whose tokens are believed: what {@link EntraOptions} come to. */
export interface EntraTrust {
  /** Empty in development mode. */
  readonly issuers: readonly string[];
  readonly audience: string;
  /** `undefined` in development mode. */
  readonly keys: KeySource | undefined;
}

/** Where the keys are: here, at a URL, or at the URL that OpenID metadata name. */
export type KeySource =
  | { readonly jwks: { readonly keys: readonly object[] } }
  | { readonly jwksUrl: URL }
  | { readonly metadataUrl: URL };

const LOGIN = 'https://login.microsoftonline.com';
const METADATA = '/.well-known/openid-configuration';
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws {@link WebPubSubConfigurationError} when the options do not say whom to trust */
export function readEntraTrust(options: EntraOptions): EntraTrust {
  const audience = options.audience ?? ENTRA_AUDIENCE;
  if (options.mode === 'trust-for-development') return { issuers: [], audience, keys: undefined };
  const tenant = readTenant(options.tenantId);
  const issuers = readIssuers(options.issuer, tenant);
  return { issuers, audience, keys: readKeySource(options, tenant, issuers) };
}

/** Keys travel encrypted, or do not leave the machine. Credentials in a URL cannot be sent. */
export function isTrustworthy({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

function readTenant(tenantId: string | undefined): string | undefined {
  if (tenantId === undefined || GUID.test(tenantId)) return tenantId?.toLowerCase();
  throw wrong({
    path: 'entra.tenantId',
    got: JSON.stringify(tenantId),
    expected: 'the directory id of a tenant, a GUID',
    fix: 'Copy it from the overview of the tenant. Names of domains and `common` do not say whose tokens are trusted.',
  });
}

function readIssuers(
  given: EntraOptions['issuer'],
  tenant: string | undefined,
): readonly [string, ...string[]] {
  if (given === undefined && tenant !== undefined) {
    return [`${LOGIN}/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`];
  }
  const [first, ...more] = typeof given === 'string' ? [given] : (given ?? []);
  if (first !== undefined && first !== '' && !more.includes('')) return [first, ...more];
  throw wrong({
    path: 'entra.issuer',
    got: JSON.stringify(given) ?? 'nothing',
    expected: 'the option tenantId, or at least one issuer',
    fix: "Set tenantId to the directory id of your tenant. Microsoft's keys sign for every tenant, so keys alone say nothing.",
  });
}

function readKeySource(
  { jwks, jwksUri }: EntraOptions,
  tenant: string | undefined,
  [issuer, ...others]: readonly [string, ...string[]],
): KeySource {
  if (jwks !== undefined) return { jwks: readKeys(jwks) };
  if (jwksUri !== undefined) return { jwksUrl: readUrl('entra.jwksUri', jwksUri) };
  if (tenant !== undefined) return { metadataUrl: new URL(`${LOGIN}/${tenant}/v2.0${METADATA}`) };
  if (others.length === 0) {
    return { metadataUrl: readUrl('entra.issuer', issuer.replace(/\/$/, '') + METADATA) };
  }
  throw wrong({
    path: 'entra.jwksUri',
    got: 'nothing, and several issuers',
    expected: 'the URL of the key set they share',
    fix: 'Set jwksUri, jwks or tenantId.',
  });
}

/** The keys themselves are never shown: somebody may have given private ones. */
function readKeys(jwks: { readonly keys: readonly object[] }): typeof jwks {
  const { keys } = jwks;
  if (Array.isArray(keys) && keys.length > 0 && keys.every(isPublicKey)) return jwks;
  throw wrong({
    path: 'entra.jwks',
    got: 'something else',
    expected: '{ keys: [ … ] } with at least one public key',
    fix: 'Copy what the jwks_uri of the issuer answers.',
  });
}

function isPublicKey(key: unknown): boolean {
  return typeof key === 'object' && key !== null && !('d' in key) && !('k' in key);
}

function readUrl(path: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && isTrustworthy(url)) return url;
  throw wrong({
    path,
    got: url ? `a URL with ${url.username ? 'credentials' : url.protocol}` : 'no URL',
    expected: 'an https URL, or an http URL of this machine',
    fix: 'Whoever could change the keys on the way could sign tokens.',
  });
}

function wrong(problem: ConfigurationProblem): WebPubSubConfigurationError {
  return new WebPubSubConfigurationError([problem]);
}
