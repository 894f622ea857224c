/** The two halves of a request target. */
export interface RequestTarget {
  /** As sent, percent escapes included. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

export function splitTarget(target: string): RequestTarget {
  const origin = withoutAuthority(target);
  const end = origin.indexOf('?');
  if (end === -1) return { path: origin, query: '' };
  return { path: origin.slice(0, end), query: origin.slice(end + 1) };
}

/** Segments as sent. A single slash at the end is tolerated. */
export function segmentsOf(path: string): string[] {
  return path.slice(1, path.endsWith('/') ? -1 : undefined).split('/');
}

/**
 * Decodes one segment as the service does (rest.md 1.2): once, and `%2F` not at all, so that a slash
 * in a name cannot be mistaken for one between names.
 *
 * @returns `undefined` when an escape is broken
 */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment.replace(/%2f/gi, (slash) => `%25${slash.slice(1)}`));
  } catch {
    return undefined;
  }
}

/** Every segment of a path decoded; `undefined` when an escape is broken. */
export function decodePath(path: string): string | undefined {
  if (!path.includes('%')) return path;
  const segments = path.split('/').map(decodeSegment);
  return segments.includes(undefined) ? undefined : segments.join('/');
}

/** `http://host/path`, which a proxy may send, becomes `/path`. */
function withoutAuthority(target: string): string {
  const scheme = /^https?:\/\//i.exec(target)?.[0];
  if (scheme === undefined) return target;
  const start = target.slice(scheme.length).search(/[/?]/);
  if (start === -1) return '/';
  const origin = target.slice(scheme.length + start);
  return origin.startsWith('?') ? `/${origin}` : origin;
}
