import { createHmac, timingSafeEqual } from 'node:crypto';

const ITEM = /^sha256=([0-9a-f]{64})$/i;

/**
 * Signs the events of a connection (events.md 3.1). The same for all of them, so callers keep it.
 *
 * @param connectionId a Buffer is taken as the bytes that travel
 * @param keys texts of the access keys, the primary first; never decoded
 * @returns the value of `ce-signature`: one item for each key, empty without a key
 */
export function signConnectionId(connectionId: string | Buffer, keys: readonly string[]): string {
  return keys.map((key) => `sha256=${digestOf(connectionId, key).toString('hex')}`).join(',');
}

/**
 * Whether somebody who knows one of the keys signed the connection id (events.md 3.2). Says nothing
 * about the body or the time of the event.
 *
 * @param headerValues every `ce-signature` line as it came; none when there was no header
 * @param connectionIdBytes the bytes of `ce-connectionId` as they travelled
 * @param keys without one nothing is accepted
 */
export function verifySignature(
  headerValues: readonly string[],
  connectionIdBytes: Buffer,
  keys: readonly string[],
): boolean {
  const candidates = headerValues.flatMap((line) => line.split(',')).flatMap(digestIn);
  // An empty key is an environment variable that was not set; anybody can sign with it.
  const digests = keys.filter((key) => key !== '').map((key) => digestOf(connectionIdBytes, key));
  let matches = 0;
  // All pairs: the time taken must not tell which one matched.
  for (const candidate of candidates) {
    for (const digest of digests) matches += Number(timingSafeEqual(candidate, digest));
  }
  return matches > 0;
}

function digestOf(connectionId: string | Buffer, key: string): Buffer {
  return createHmac('sha256', Buffer.from(key, 'utf8')).update(connectionId).digest();
}

function digestIn(item: string): Buffer[] {
  const digits = ITEM.exec(item.trim())?.[1];
  return digits === undefined ? [] : [Buffer.from(digits, 'hex')];
}
