import { inspect } from 'node:util';
import {
  AccessKeys,
  generateAccessKey,
  isWellKnownAccessKey,
  MIN_ACCESS_KEY_BYTES,
} from '../../../lib/auth/access-key.js';
import {
  formatConnectionString,
  parseConnectionString,
} from '../../../lib/auth/connection-string.js';
import { WebPubSubError } from '../../../lib/errors/web-pubsub.error.js';

const PRIMARY = 'a primary key of more than 32 bytes';
const SECONDARY = 'a secondary key of more than 32 bytes';

const textOf = (key: { export(): Buffer } | undefined) => key?.export().toString('utf8');

describe('AccessKeys', () => {
  it('signs with the primary key and verifies with both, the primary first', () => {
    const keys = new AccessKeys(PRIMARY, SECONDARY);
    expect([keys.primary, keys.secondary]).toEqual([PRIMARY, SECONDARY]);
    expect(textOf(keys.signingKey)).toBe(PRIMARY);
    expect(keys.verificationKeys.map(textOf)).toEqual([PRIMARY, SECONDARY]);
  });

  it('works with a primary key alone', () => {
    const keys = new AccessKeys(PRIMARY);
    expect(keys.secondary).toBeUndefined();
    expect(keys.verificationKeys.map(textOf)).toEqual([PRIMARY]);
  });

  it('uses the UTF-8 bytes of the text and never decodes it', () => {
    const base64 = Buffer.alloc(48, 7).toString('base64');
    expect(new AccessKeys(base64).signingKey.export()).toEqual(Buffer.from(base64, 'utf8'));
    expect(textOf(new AccessKeys('é'.repeat(16)).signingKey)).toBe('é'.repeat(16));
  });

  it('replaces both keys', () => {
    const keys = new AccessKeys(PRIMARY, SECONDARY);
    keys.replace(SECONDARY);
    expect([keys.primary, keys.secondary]).toEqual([SECONDARY, undefined]);
    expect(keys.verificationKeys.map(textOf)).toEqual([SECONDARY]);
    keys.replace(PRIMARY, SECONDARY);
    expect(keys.verificationKeys.map(textOf)).toEqual([PRIMARY, SECONDARY]);
  });

  it('keeps the old keys when a new one is refused', () => {
    const keys = new AccessKeys(PRIMARY, SECONDARY);
    expect(() => keys.replace(generateAccessKey(), '')).toThrow(WebPubSubError);
    expect([keys.primary, keys.secondary]).toEqual([PRIMARY, SECONDARY]);
  });

  it.each([
    ['an empty key', ''],
    ['a line break at its end', `${PRIMARY}\n`],
    ['a space at its start', ` ${PRIMARY}`],
    ['a no-break space at its end', `${PRIMARY}\u00a0`],
    ['a semicolon', `${PRIMARY};`],
    ['a zero byte', `${PRIMARY}\0${PRIMARY}`],
    ['a control character beyond ASCII', `${PRIMARY}\u0085${PRIMARY}`],
    ['a delete character', `${PRIMARY}\u007f${PRIMARY}`],
  ])('refuses %s, whichever key it is, without repeating it', (_what, key) => {
    const error = expect.objectContaining({
      code: 'InvalidAccessKey',
      message: expect.not.stringContaining(PRIMARY),
    });
    expect(() => new AccessKeys(key)).toThrow(error);
    expect(() => new AccessKeys(SECONDARY, key)).toThrow(error);
  });

  it.each([
    ['32 bytes', 'x'.repeat(MIN_ACCESS_KEY_BYTES)],
    ['fewer, which only production refuses', 'x'],
    ['characters of two bytes', 'é'.repeat(MIN_ACCESS_KEY_BYTES / 2)],
    ['an equals sign and an inner space', `${PRIMARY}==`],
  ])('accepts %s', (_what, key) => {
    expect(new AccessKeys(key).primary).toBe(key);
  });

  it('says which key is wrong and why', () => {
    expect(() => new AccessKeys(PRIMARY, '')).toThrow('The secondary access key is empty.');
    expect(() => new AccessKeys(`${PRIMARY}\n`)).toThrow(
      /^The primary access key .* line break\?$/,
    );
  });

  it('does not show its keys when it is logged', () => {
    const keys = new AccessKeys(PRIMARY, SECONDARY);
    const logged = inspect(keys, { depth: null, showHidden: true }) + JSON.stringify(keys);
    expect(logged).not.toContain(PRIMARY);
    expect(logged).not.toContain(SECONDARY);
  });
});

describe('generateAccessKey', () => {
  it('makes long keys that differ and are nobody else’s', () => {
    const made = Array.from({ length: 20 }, generateAccessKey);
    expect(new Set(made).size).toBe(20);
    for (const key of made) {
      expect(key).toMatch(/^[A-Za-z0-9+/]{64}$/);
      expect(Buffer.from(key, 'base64').length).toBeGreaterThanOrEqual(32);
      expect(new AccessKeys(key).primary).toBe(key);
      expect(isWellKnownAccessKey(key)).toBe(false);
    }
  });

  it('makes keys that survive a connection string', () => {
    const value = { endpoint: 'https://demo.example.com/', accessKey: generateAccessKey() };
    expect(parseConnectionString(formatConnectionString(value))).toEqual(value);
  });
});

describe('isWellKnownAccessKey', () => {
  it.each([
    ['the emulators', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH'],
    ['their test suites', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'],
    [
      'twice the alphabet',
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
    ],
    ['lower case', 'abcdefghijklmnopqrstuvwxyz0123456789abcdefgh'],
    ['the documentation of connection strings', 'ABCDEFGHIJKLMNOPQRSTUVWEXYZ0123456789+=/'],
  ])('knows the key of %s', (_who, key) => {
    expect(isWellKnownAccessKey(key)).toBe(true);
  });

  it.each([
    ['no key', ''],
    ['a key that only starts alike', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789X'],
    ['a key that only ends alike', 'XABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'],
    ['the digits first', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ])('does not know %s', (_what, key) => {
    expect(isWellKnownAccessKey(key)).toBe(false);
  });
});
