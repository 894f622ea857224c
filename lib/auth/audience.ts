/** What the audience of a token may name for one request. */
export interface ExpectedAudience {
  /** `host[:port]` under which the service is known. */
  readonly hosts: readonly string[];
  /** Paths of the request: decoded, and as sent. */
  readonly paths: readonly string[];
}

/**
 * Whether a token for `audience` may be used for a REST request (rest.md 7.3, step 6): the audience
 * is the URL of the request, or a longer one that goes on with a path segment or a query.
 */
export function restAudienceMatches(audience: string, expected: ExpectedAudience): boolean {
  return anyMatches(audience, expected, (candidate, target) => {
    if (!candidate.startsWith(target)) return false;
    const next = candidate.charAt(target.length);
    return next === '' || next === '/' || next === '?';
  });
}

/**
 * Whether a token for `audience` may be used to connect a client (rest.md 7.5): the audience is the
 * URL of the request. Its query does not count, except for paths that name their hub there
 * (`/client/?hub=chat`): those are compared whole.
 */
export function clientAudienceMatches(audience: string, expected: ExpectedAudience): boolean {
  return anyMatches(audience, expected, (candidate, target) =>
    target.includes('?') ? candidate === target : withoutQuery(candidate) === target,
  );
}

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['ws', '80'],
  ['https', '443'],
  ['wss', '443'],
]);

function anyMatches(
  audience: string,
  expected: ExpectedAudience,
  matches: (candidate: string, target: string) => boolean,
): boolean {
  const schemeEnd = audience.indexOf('://');
  const port = DEFAULT_PORTS.get(audience.slice(0, Math.max(schemeEnd, 0)).toLowerCase());
  if (port === undefined) return false;
  const candidates = asSentAndDecoded(audience.slice(schemeEnd + '://'.length)).map((candidate) =>
    normalize(candidate, port),
  );
  const targets = expected.hosts.flatMap((host) =>
    expected.paths.map((path) => withoutTrailingSlashes(normalize(host + path, port))),
  );
  return targets.some((target) => candidates.some((candidate) => matches(candidate, target)));
}

function asSentAndDecoded(text: string): string[] {
  try {
    return [text, decodeURIComponent(text)];
  } catch {
    return [text];
  }
}

/** Lower case, and without the port that the scheme implies. */
function normalize(address: string, defaultPort: string): string {
  const end = address.search(/[/?#]/);
  const host = end === -1 ? address : address.slice(0, end);
  const rest = address.slice(host.length);
  const suffix = `:${defaultPort}`;
  const bare = host.endsWith(suffix) ? host.slice(0, -suffix.length) : host;
  return (bare + rest).toLowerCase();
}

function withoutQuery(address: string): string {
  const query = address.indexOf('?');
  return withoutTrailingSlashes(query === -1 ? address : address.slice(0, query));
}

function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === '/') end--;
  return text.slice(0, end);
}
