import type { KeyObject } from 'node:crypto';
import type { TokenClaims } from './claims.js';

/** All remembered tokens together, and the longest of them, in characters. */
const MAX_CHARACTERS = 1024 * 1024;
const MAX_LENGTH = 2048;

/** A token whose signature was found good. */
export interface VerifiedToken {
  readonly key: KeyObject;
  readonly claims: TokenClaims;
  /** The last place the audience was found to name. */
  place: string | undefined;
}

/**
 * Tokens whose signature was found good. Callers send the same one over and over, and checking it is
 * most of the work for a small request. Lifetimes are never remembered.
 */
export class VerifiedTokens {
  readonly #tokens = new Map<string, VerifiedToken>();
  #characters = 0;

  /** @param keys those of now: a token of a key that is gone is forgotten */
  find(token: string, keys: readonly KeyObject[]): VerifiedToken | undefined {
    const found = this.#tokens.get(token);
    if (found === undefined || keys.includes(found.key)) return found;
    this.#forget(token);
    return undefined;
  }

  remember(token: string, key: KeyObject, claims: TokenClaims): void {
    if (token.length > MAX_LENGTH) return;
    this.#tokens.set(token, { key, claims, place: undefined });
    this.#characters += token.length;
    for (const oldest of this.#tokens.keys()) {
      if (this.#characters <= MAX_CHARACTERS) return;
      this.#forget(oldest);
    }
  }

  #forget(token: string): void {
    if (this.#tokens.delete(token)) this.#characters -= token.length;
  }
}
