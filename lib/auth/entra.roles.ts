import type { TokenClaims } from './claims.js';

const OWNER = 'Web PubSub Service Owner';
const READER = 'Web PubSub Service Reader';

/**
 * The built-in roles of the service and what they grant. Role values that an application declares in
 * Entra cannot have spaces, so the names count without them as well.
 */
const PATTERNS: ReadonlyMap<string, string> = new Map([
  [OWNER, '*'],
  [withoutSpaces(OWNER), '*'],
  [READER, '*/read'],
  [withoutSpaces(READER), '*/read'],
]);

/** What the roles in the claim `roles` grant, as patterns; nothing for every other role. */
export function rolePatterns(claims: TokenClaims): readonly string[] {
  const { roles } = claims;
  const names: readonly unknown[] = Array.isArray(roles) ? roles : [roles];
  return names.flatMap((name) => (typeof name === 'string' ? (PATTERNS.get(name) ?? []) : []));
}

function withoutSpaces(name: string): string {
  return name.replaceAll(' ', '');
}
