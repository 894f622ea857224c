import type { errors, JWTVerifyGetKey } from 'jose';

/** Finds the key a token names in its header. */
export type KeyLookup = JWTVerifyGetKey;

/** How long keys are used before they are fetched again, behind the back of the callers. */
export const KEYS_FRESH_MS = 10 * 60_000;

/** How long keys are used while they cannot be fetched again. */
export const KEYS_USABLE_MS = 24 * 60 * 60_000;

/** How long a key that is not in the set is believed not to exist. */
export const UNKNOWN_KEY_COOLDOWN_MS = 30_000;

/** How long nobody tries again after a failure. */
export const FAILURE_COOLDOWN_MS = 5000;

/** The keys are needed and cannot be had; says nothing about the token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface RemoteKeySetOptions {
  /** Gets the set of now. */
  readonly fetchKeys: () => Promise<KeyLookup>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/**
 * Keys that are fetched when first needed and kept. Callers can make tokens that name any key, so
 * nothing they send causes more than one request in a cooldown, and a failure of the issuer's server
 * leaves the keys of yesterday in force.
 */
export class RemoteKeySet {
  readonly #fetchKeys: () => Promise<KeyLookup>;
  readonly #clock: () => number;
  #keys: { readonly find: KeyLookup; readonly fetchedAt: number } | undefined;
  #failure: { readonly error: KeysUnavailable; readonly failedAt: number } | undefined;
  #pending: Promise<KeyLookup> | undefined;

  constructor({ fetchKeys, clock }: RemoteKeySetOptions) {
    this.#fetchKeys = fetchKeys;
    this.#clock = clock;
  }

  /** @throws {@link KeysUnavailable}; and what the lookup throws for a key that is not there */
  readonly find: KeyLookup = async (header, token) => {
    const find = this.#usableKeys() ?? (await this.#refresh());
    try {
      return await find(header, token);
    } catch (error) {
      const newer = isUnknownKey(error) ? await this.#newerThan(find) : undefined;
      if (!newer) throw error;
      return newer(header, token);
    }
  };

  async #newerThan(find: KeyLookup): Promise<KeyLookup | undefined> {
    if (this.#keys && this.#keys.find !== find) return this.#keys.find;
    return this.#age() < UNKNOWN_KEY_COOLDOWN_MS ? undefined : this.#refresh();
  }

  #usableKeys(): KeyLookup | undefined {
    const age = this.#age();
    if (age >= KEYS_USABLE_MS) return undefined;
    // Nobody waits for it; who needs its outcome asks again.
    if (age >= KEYS_FRESH_MS) this.#refresh().catch(() => undefined);
    return this.#keys?.find;
  }

  #age(): number {
    return this.#keys ? this.#clock() - this.#keys.fetchedAt : Infinity;
  }

  async #refresh(): Promise<KeyLookup> {
    const { error, failedAt } = this.#failure ?? { failedAt: -Infinity };
    if (error && this.#clock() - failedAt < FAILURE_COOLDOWN_MS) throw error;
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #fetch(): Promise<KeyLookup> {
    try {
      const find = await this.#fetchKeys();
      this.#keys = { find, fetchedAt: this.#clock() };
      this.#failure = undefined;
      return find;
    } catch (cause) {
      const error = new KeysUnavailable('The key set cannot be read.', { cause });
      this.#failure = { error, failedAt: this.#clock() };
      throw error;
    }
  }
}

const UNKNOWN_KEY: errors.JWKSNoMatchingKey['code'] = 'ERR_JWKS_NO_MATCHING_KEY';

function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === UNKNOWN_KEY;
}
