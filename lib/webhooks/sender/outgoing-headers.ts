const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// What Latin-1 has, but for control characters; 80 to 9f are bytes of UTF-8 here.
const SENDABLE = /^[\x20-\x7e\x80-\xff]*$/;

/** What frames a message and routes it is not for the caller to say. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const BYTES_AROUND_A_HEADER = ': \r\n'.length;

/**
 * Why headers cannot be sent as they are; `undefined` when they can. Nothing is ever stripped or
 * replaced (events.md 2.1.5). Values are not part of the text.
 *
 * @param headers names and values; each name once, values in Latin-1 characters
 * @param maxBytes of all of them together
 */
export function problemOfHeaders(
  headers: readonly (readonly [string, string])[],
  maxBytes: number,
): string | undefined {
  const seen = new Set<string>();
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!TOKEN.test(name)) return 'the name of a header has a character that cannot be sent';
    if (!SENDABLE.test(value)) return `the header ${name} has a character that cannot be sent`;
    const key = name.toLowerCase();
    if (RESERVED.has(key)) return `the header ${name} is not for the caller to set`;
    if (seen.has(key)) return `the header ${name} is there twice`;
    seen.add(key);
    bytes += name.length + value.length + BYTES_AROUND_A_HEADER;
  }
  return bytes > maxBytes ? `the headers take ${bytes} bytes; ${maxBytes} is the most` : undefined;
}

/** Name in lower case → lines as sent. No prototype: `__proto__` is a name like any other. */
export function linesByName(
  rawHeaders: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const lines = Object.create(null) as Record<string, string[]>;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? '';
    (lines[name] ??= []).push(rawHeaders[i + 1] ?? '');
  }
  return lines;
}
