import type { KeyObject } from 'node:crypto';
import type { TokenClaims } from './claims.js';

/** Tokens that are remembered, and the longest of them, in characters: 1 MB at most. */
const MAX_TOKENS = 500;
const MAX_LENGTH = 2048;

/**
 * Tokens whose signature was found good. Callers send the same one over and over, and checking it is
 * most of the work for a small request. Lifetime and audience are never remembered.
 */
export class VerifiedTokens {
  readonly #tokens = new Map<string, { readonly key: KeyObject; readonly claims: TokenClaims }>();

  /** @param keys those of now: a token of a key that is gone is forgotten */
  find(token: string, keys: readonly KeyObject[]): TokenClaims | undefined {
    const found = this.#tokens.get(token);
    if (found === undefined) return undefined;
    if (keys.includes(found.key)) return found.claims;
    this.#tokens.delete(token);
    return undefined;
  }

  remember(token: string, key: KeyObject, claims: TokenClaims): void {
    if (token.length > MAX_LENGTH) return;
    if (this.#tokens.size >= MAX_TOKENS) this.#forgetOldest();
    this.#tokens.set(token, { key, claims });
  }

  #forgetOldest(): void {
    for (const oldest of this.#tokens.keys()) {
      this.#tokens.delete(oldest);
      return;
    }
  }
}
