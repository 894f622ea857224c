import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { AccessKeys } from './access-key.js';
import type { TokenClaims } from './claims.js';
import { VerifiedTokens } from './verified-tokens.js';

/** How far the clocks of a signer and of this machine may differ. */
export const CLOCK_SKEW_SECONDS = 300;

/** Longest token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 16 * 1024;

/** The `reason` is for the log: it never contains the token and must not reach the caller. */
export type TokenVerdict =
  | { readonly valid: true; readonly claims: TokenClaims }
  | { readonly valid: false; readonly reason: string };

export interface TokenVerifierOptions {
  readonly keys: AccessKeys;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/**
 * Checks tokens signed with an access key, of REST callers and of clients alike (rest.md 7.3). The
 * difference between the two is the audience, so the caller brings that rule.
 */
export class TokenVerifier {
  readonly #keys: AccessKeys;
  readonly #clock: () => number;
  readonly #verified = new VerifiedTokens();

  constructor(options: TokenVerifierOptions) {
    this.#keys = options.keys;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * Never throws, whatever the token is.
   *
   * @param place where the token is used, if that can be told in a word: `audienceMatches` is then not
   *   asked again for the same place
   */
  verify(
    token: string,
    audienceMatches: (audience: string) => boolean,
    place?: string,
  ): TokenVerdict {
    const known = this.#verified.find(token, this.#keys.verificationKeys);
    if (known === undefined) return this.#examine(token, audienceMatches);
    if (place === undefined) return this.#judge(known.claims, audienceMatches);
    const isKnownPlace = known.place === place;
    const verdict = this.#judge(known.claims, isKnownPlace ? anywhere : audienceMatches);
    if (verdict.valid) known.place = place;
    return verdict;
  }

  #examine(token: string, audienceMatches: (audience: string) => boolean): TokenVerdict {
    const unverified = decode(token);
    if (!unverified) return refused('not a JSON Web Token');
    if (isEntraToken(unverified.claims)) {
      return refused('an Entra token, and no Entra verifier is configured');
    }
    if (unverified.header['alg'] !== 'HS256') return refused('its algorithm is not HS256');
    // RFC 7515, 4.1.11: extensions named there must be understood, and none are.
    if (Object.hasOwn(unverified.header, 'crit')) return refused('it has critical extensions');
    const claims = this.#signedClaims(token);
    if (!claims) return refused('not signed with an access key of this service');
    return this.#judge(claims, audienceMatches);
  }

  #judge(claims: TokenClaims, audienceMatches: (audience: string) => boolean): TokenVerdict {
    const problem =
      lifetimeProblem(claims, this.#clock()) ?? audienceProblem(claims, audienceMatches);
    return problem ? refused(problem) : { valid: true, claims };
  }

  #signedClaims(token: string): TokenClaims | undefined {
    for (const key of this.#keys.verificationKeys) {
      const claims = claimsSignedWith(key, token);
      if (claims === undefined) continue;
      this.#verified.remember(token, key, claims);
      return claims;
    }
    return undefined;
  }
}

const anywhere = (): boolean => true;

const ENTRA_AUDIENCE = 'https://webpubsub.azure.com';

/** Tells tokens of Microsoft Entra ID, which another kind of verifier must judge, by their audience. */
function isEntraToken(claims: TokenClaims): boolean {
  const audience = claims['aud'];
  return Array.isArray(audience) ? audience.includes(ENTRA_AUDIENCE) : audience === ENTRA_AUDIENCE;
}

/** What the token says, believed by nobody yet; `undefined` unless it has the form of a token. */
function decode(token: string): { header: TokenClaims; claims: TokenClaims } | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  const parts = token.split('.', 4);
  if (parts.length !== 3 || !parts.every(isBase64Url)) return undefined;
  const [header, claims] = parts.slice(0, 2).map(jsonObject);
  return header && claims ? { header, claims } : undefined;
}

function jsonObject(part: string): TokenClaims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Strictly: decoders also take padding, `+`, `/` and stray bits, and each of these would be
 * a second spelling of the same token.
 */
function isBase64Url(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function claimsSignedWith(key: KeyObject, token: string): TokenClaims | undefined {
  try {
    // The library lets an infinite `exp` live forever and takes a clock at 0 for none, so the
    // lifetime is checked here.
    const claims: unknown = jwt.verify(token, key, {
      algorithms: ['HS256'],
      ignoreExpiration: true,
      ignoreNotBefore: true,
    });
    return isRecord(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function lifetimeProblem(claims: TokenClaims, nowMs: number): string | undefined {
  const { exp, nbf } = claims;
  const now = nowMs / 1000;
  if (!isNumericDate(exp)) return 'exp is missing or not a number';
  if (now > exp + CLOCK_SKEW_SECONDS) return 'expired';
  if (nbf === undefined) return undefined;
  if (!isNumericDate(nbf)) return 'nbf is not a number';
  return now < nbf - CLOCK_SKEW_SECONDS ? 'not valid yet' : undefined;
}

function isNumericDate(value: unknown): value is number {
  return Number.isFinite(value);
}

function audienceProblem(
  claims: TokenClaims,
  matches: (audience: string) => boolean,
): string | undefined {
  const { aud } = claims;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.every((audience) => typeof audience === 'string')) {
    return 'aud is missing or not a string or list of strings';
  }
  return audiences.some((audience) => matches(audience))
    ? undefined
    : `made for ${described(audiences)}`;
}

const SHOWN_AUDIENCE_LENGTH = 200;

/** For whoever searches why a proxy's host is refused. Queries are left out: they may hold secrets. */
function described(audiences: readonly string[]): string {
  const [first = ''] = audiences;
  const shown = JSON.stringify(first.split('?', 1)[0]?.slice(0, SHOWN_AUDIENCE_LENGTH));
  return audiences.length > 1 ? `${shown} and other audiences` : `the audience ${shown}`;
}

function isRecord(value: unknown): value is TokenClaims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(reason: string): TokenVerdict {
  return { valid: false, reason };
}
