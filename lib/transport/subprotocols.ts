// The token characters of RFC 7230.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The names a client offers, in its order.
 *
 * @returns `undefined` when the header is malformed or offers a name twice, which RFC 6455 forbids
 */
export function parseSubprotocols(header: string | undefined): readonly string[] | undefined {
  if (header === undefined) return [];
  const names = header.split(',').map((name) => name.trim());
  if (!names.every((name) => TOKEN.test(name))) return undefined;
  return new Set(names).size === names.length ? names : undefined;
}
