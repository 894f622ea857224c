import type { JWTVerifyOptions } from 'jose';
import { serviceErrors } from '../errors/service-errors.js';
import type { TokenClaims } from './claims.js';
import { grantedActions } from './entra.actions.js';
import { fetchKeySet } from './entra.documents.js';
import { type Jose, loadJose } from './entra.jose.js';
import { type KeyLookup, KeysUnavailable, RemoteKeySet } from './entra.key-set.js';
import type { EntraOptions, EntraVerdict } from './entra.options.js';
import { refusalReason } from './entra.refusal.js';
import { rolePatterns } from './entra.roles.js';
import { type EntraTrust, type KeySource, readEntraTrust } from './entra.trust.js';
import { CLOCK_SKEW_SECONDS, MAX_TOKEN_LENGTH } from './token.verifier.js';

/** What the keys of Entra sign with. One algorithm, so none can be taken for another. */
const ALGORITHM = 'RS256';

/** What {@link EntraVerifier} can be given beside its options. */
export interface EntraSurroundings {
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

interface Parts {
  readonly jose: Jose;
  readonly trust: EntraTrust;
  readonly keys: KeyLookup | undefined;
  readonly actionsOf: NonNullable<EntraOptions['actionsOf']>;
  readonly clock: () => number;
}

/** Checks tokens of callers that Microsoft Entra ID knows (rest.md 7.8). */
export class EntraVerifier {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Fetches nothing: keys are read when the first token comes, so an issuer that is away does not
   * keep the application from starting.
   *
   * @throws {@link WebPubSubConfigurationError} when the options cannot be used, or `jose` is missing
   */
  static async create(
    options: EntraOptions,
    surroundings: EntraSurroundings = {},
  ): Promise<EntraVerifier> {
    const { clock = Date.now } = surroundings;
    const trust = readEntraTrust(options);
    const jose = await loadJose();
    const keys = trust.keys && keyLookup(jose, trust.keys, clock);
    const actionsOf = options.actionsOf ?? (keys ? rolePatterns : () => ['*']);
    return new EntraVerifier({ jose, trust, keys, actionsOf, clock });
  }

  /**
   * Whether the token is to be judged here and not by access keys: one for the audience of Entra
   * (rest.md 7.3, step 3), or signed as Entra signs. Believes nothing it reads.
   */
  isEntraToken(token: string): boolean {
    if (token.length > MAX_TOKEN_LENGTH) return false;
    const [header, payload] = token.split('.', 2).map(jsonObject);
    return header?.['alg'] === ALGORITHM || this.#isAudience(payload?.['aud']);
  }

  /**
   * Judges a token; what is wrong with it is in the verdict.
   *
   * @throws {@link WebPubSubError} 503 when the issuer's keys cannot be read, which the caller cannot
   * help; whatever `actionsOf` throws
   */
  async verify(token: string): Promise<EntraVerdict> {
    if (token.length > MAX_TOKEN_LENGTH) return { valid: false, reason: 'it is too long' };
    let claims: TokenClaims;
    try {
      claims = await this.#claimsOf(token);
    } catch (error) {
      if (error instanceof KeysUnavailable) throw unavailable(error);
      return { valid: false, reason: refusalReason(error) };
    }
    const granted = grantedActions(await this.#parts.actionsOf(claims));
    return { valid: true, claims, allows: (action) => granted.has(action) };
  }

  async #claimsOf(token: string): Promise<TokenClaims> {
    const { jose, trust, keys, clock } = this.#parts;
    const rules: JWTVerifyOptions = {
      audience: trust.audience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(clock()),
    };
    if (keys) {
      const signed = { ...rules, issuer: [...trust.issuers], algorithms: [ALGORITHM] };
      return (await jose.jwtVerify(token, keys, signed)).payload;
    }
    return jose.UnsecuredJWT.decode(withoutSignature(token), rules).payload;
  }

  #isAudience(value: unknown): boolean {
    const { audience } = this.#parts.trust;
    return Array.isArray(value) ? value.includes(audience) : value === audience;
  }
}

function keyLookup(jose: Jose, source: KeySource, clock: () => number): KeyLookup {
  if ('jwks' in source) return localKeys(jose, source.jwks);
  const fetchKeys = async () => localKeys(jose, await fetchKeySet(source));
  return new RemoteKeySet({ fetchKeys, clock }).find;
}

/** @throws an error of `jose` when it is no key set */
function localKeys(jose: Jose, jwks: unknown): KeyLookup {
  return jose.createLocalJWKSet(jwks as Parameters<Jose['createLocalJWKSet']>[0]);
}

const UNSECURED_HEADER = Buffer.from('{"alg":"none"}').toString('base64url');

/** The same claims as a token that is honest about nobody having checked its signature. */
function withoutSignature(token: string): string {
  const [, payload = ''] = token.split('.', 2);
  return `${UNSECURED_HEADER}.${payload}.`;
}

function jsonObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function unavailable(cause: KeysUnavailable): Error {
  return serviceErrors.unavailable('The keys of the token issuer cannot be read.', cause);
}
