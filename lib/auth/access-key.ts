import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { WebPubSubError } from '../errors/web-pubsub.error.js';

/** Fewest UTF-8 bytes of an access key in production: the output size of the hash that HS256 uses. */
export const MIN_ACCESS_KEY_BYTES = 32;

const GENERATED_KEY_BYTES = 48;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const DOCUMENTED_PLACEHOLDER = 'ABCDEFGHIJKLMNOPQRSTUVWEXYZ0123456789+=/';

/**
 * Makes a new access key: 48 random bytes in base64, 64 characters.
 *
 * @example
 * ```ts
 * const keys = new AccessKeys(generateAccessKey());
 * ```
 */
export function generateAccessKey(): string {
  return randomBytes(GENERATED_KEY_BYTES).toString('base64');
}

/**
 * Whether everybody knows this key: those of the official emulators of Web PubSub and SignalR, of
 * their samples and of their documentation. Never accept one in production.
 *
 * All but one of them are the letters A to Z and the digits over and over, cut off somewhere, so
 * the rule is asked rather than a list that could not be complete.
 */
export function isWellKnownAccessKey(key: string): boolean {
  if (key === '') return false;
  if (key === DOCUMENTED_PLACEHOLDER) return true;
  const repeated = ALPHABET.repeat(Math.ceil(key.length / ALPHABET.length));
  return repeated.startsWith(key.toUpperCase());
}

/**
 * The primary and the optional secondary access key. Tokens signed with either are good; new ones
 * are signed with the primary.
 *
 * A key is used as the UTF-8 bytes of its text. It often looks like base64 but is never decoded.
 *
 * @example
 * ```ts
 * const keys = new AccessKeys(oldKey);
 * keys.replace(newKey, oldKey); // both are accepted while callers move over
 * keys.replace(newKey); // from now on tokens of the old key are refused
 * ```
 */
export class AccessKeys {
  #primary: AccessKey;
  #secondary: AccessKey | undefined;

  /**
   * @param primary not empty; no semicolon, control character or surrounding space, so that it fits
   *   into a connection string. Fewer than 32 UTF-8 bytes are for development only.
   * @throws {@link WebPubSubError} `InvalidAccessKey` when a key breaks that rule
   */
  constructor(primary: string, secondary?: string) {
    this.#primary = toAccessKey(primary, 'primary');
    this.#secondary = secondary === undefined ? undefined : toAccessKey(secondary, 'secondary');
  }

  /**
   * Exchanges both keys at once. Tokens of a key that is gone are refused from the next check on;
   * live connections stay.
   *
   * @throws {@link WebPubSubError} `InvalidAccessKey`; the old keys then stay in force
   */
  replace(primary: string, secondary?: string): void {
    const next = new AccessKeys(primary, secondary);
    this.#primary = next.#primary;
    this.#secondary = next.#secondary;
  }

  /** Text of the primary key, as it stands in a connection string. A secret. */
  get primary(): string {
    return this.#primary.text;
  }

  /** Text of the secondary key. A secret. */
  get secondary(): string | undefined {
    return this.#secondary?.text;
  }

  /** The texts of all keys, the primary first. Secrets. */
  get all(): readonly string[] {
    const { primary, secondary } = this;
    return secondary === undefined ? [primary] : [primary, secondary];
  }

  /** What new tokens are signed with. */
  get signingKey(): KeyObject {
    return this.#primary.key;
  }

  /** What a token may be signed with, the primary key first. */
  get verificationKeys(): readonly KeyObject[] {
    return this.#secondary ? [this.#primary.key, this.#secondary.key] : [this.#primary.key];
  }
}

interface AccessKey {
  readonly text: string;
  readonly key: KeyObject;
}

function toAccessKey(text: string, which: 'primary' | 'secondary'): AccessKey {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length === 0) throw invalidKey(`The ${which} access key is empty.`);
  if (text !== text.trim() || !isPrintable(text) || text.includes(';')) {
    throw invalidKey(
      `The ${which} access key contains a semicolon, a control character, or a space at an end. ` +
        'Was it read from a file with a line break?',
    );
  }
  return { text, key: createSecretKey(bytes) };
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  }
  return true;
}

function invalidKey(message: string): WebPubSubError {
  return new WebPubSubError(message, {
    code: 'InvalidAccessKey',
    statusCode: 400,
    target: 'accessKey',
  });
}
