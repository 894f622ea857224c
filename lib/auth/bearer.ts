const SCHEME = 'bearer ';

/**
 * The token of an `Authorization` header, `undefined` if there is none to use.
 *
 * Pass `request.headersDistinct.authorization`: Node keeps only the first of several such headers in
 * `request.headers`, and more than one must count as none.
 */
export function bearerToken(header: string | readonly string[] | undefined): string | undefined {
  const value = typeof header === 'string' ? header : header?.length === 1 ? header[0] : undefined;
  if (value?.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  return value.slice(SCHEME.length).trim() || undefined;
}
