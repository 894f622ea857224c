import { createHmac } from 'node:crypto';

/** The key, the clock and the audience of the vectors in rest.md 7.10. */
export const KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH';
export const SECONDARY_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789abcdefgh';
export const IAT = 1735689600;
export const EXP = 1735693200;
export const AUDIENCE = 'https://demo.example.com/client/hubs/chat';
export const HEADER = { alg: 'HS256', typ: 'JWT' };
export const PAYLOAD = { iat: IAT, exp: EXP, aud: AUDIENCE };

/** Ten minutes after the vectors were signed. */
export const clock = (): number => (IAT + 600) * 1000;

export function base64url(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text, 'utf8').toString('base64url');
}

export function hmac(signed: string, key: string | Buffer = KEY, hash = 'sha256'): string {
  return createHmac(hash, key).update(signed).digest('base64url');
}

/** Signs two parts as they are, so that a test can put anything into them. */
export function signParts(
  header: string,
  payload: string,
  key: string | Buffer = KEY,
  hash = 'sha256',
): string {
  return `${header}.${payload}.${hmac(`${header}.${payload}`, key, hash)}`;
}

/** A token made without the library under test. A string is taken as the JSON text itself. */
export function forge(
  init: { header?: unknown; payload?: unknown; key?: string | Buffer; hash?: string } = {},
): string {
  const { header = HEADER, payload = PAYLOAD, key, hash } = init;
  return signParts(base64url(header), base64url(payload), key, hash);
}

/** The same text with its last base64url character changed only in the bits that decode to nothing. */
export function withStrayBits(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(part.slice(-1));
  return part.slice(0, -1) + alphabet.charAt(last + 1);
}
