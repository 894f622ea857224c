import type { Clock } from './clock.js';

/**
 * When the first of several messages expires, at the earliest: until then nobody has to look for
 * expired ones. Those that have gone may have been the first.
 */
export class EarliestExpiry {
  #at = Infinity;

  /** @param expiresAt milliseconds since the epoch; 0 = never */
  note(expiresAt: number): void {
    if (expiresAt !== 0 && expiresAt < this.#at) this.#at = expiresAt;
  }

  isOver(clock: Clock): boolean {
    return this.#at !== Infinity && clock() >= this.#at;
  }

  /** Before those that are left are noted anew. */
  reset(): void {
    this.#at = Infinity;
  }
}
