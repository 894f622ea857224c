/**
 * What event handlers remember about a connection. On the wire it is an opaque string; handlers see an
 * object, which travels as the service's JavaScript SDK writes it: base64 of JSON (events.md 2.8.7).
 */
export type ConnectionState = Readonly<Record<string, unknown>>;

/** Largest encoded state that is written, in bytes: more does not fit into HTTP headers. */
export const MAX_STATE_BYTES = 8 * 1024;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Anything that is not an object in the SDK's form reads as `{}`; its text stays available raw. */
export function decodeState(text: string | undefined): Record<string, unknown> {
  const state = Object.create(null) as Record<string, unknown>;
  if (!text || !BASE64.test(text)) return state;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return state;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return state;
  // No prototype: a state called `__proto__` is data like any other.
  for (const [name, member] of Object.entries(value)) {
    Object.defineProperty(state, name, {
      value: member,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return state;
}

/** @throws RangeError when the state is too large for a header */
export function encodeState(state: ConnectionState): string {
  const text = Buffer.from(JSON.stringify(state)).toString('base64');
  if (text.length <= MAX_STATE_BYTES) return text;
  throw new RangeError(
    `The connection state takes ${text.length} bytes; ${MAX_STATE_BYTES} is the most. ` +
      'Keep a key in it, and the rest in a store.',
  );
}
