/** The payload of a verified token, as it stood there. */
export interface TokenClaims {
  readonly [claim: string]: unknown;
}

// Signers built on .NET may write the long name.
const ROLE_CLAIMS = ['role', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'];
const GROUP_CLAIM = 'webpubsub.group';

/** User id of a client; `undefined` for an anonymous one. */
export function userIdOf(claims: TokenClaims): string | undefined {
  const subject = claims['sub'];
  return typeof subject === 'string' && subject !== '' ? subject : undefined;
}

/** Roles of a client. What is not a string grants nothing and is left out. */
export function rolesOf(claims: TokenClaims): readonly string[] {
  return ROLE_CLAIMS.flatMap((name) => listOf(claims[name])).filter(isString);
}

/**
 * Groups a client joins as it connects. What is not a string becomes the empty name, which no group
 * can have: such a token must be refused, not obeyed in part.
 */
export function groupsOf(claims: TokenClaims): readonly string[] {
  return listOf(claims[GROUP_CLAIM]).map((group) => (isString(group) ? group : ''));
}

/**
 * Every claim as a list of strings, the form of the connect event; what is not a string appears as
 * JSON. The result has no prototype, since the names are the signer's.
 */
export function claimLists(claims: TokenClaims): Record<string, string[]> {
  const lists = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of Object.entries(claims)) {
    lists[name] = (Array.isArray(value) ? value : [value]).map(asText);
  }
  return lists;
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function asText(value: unknown): string {
  if (isString(value)) return value;
  try {
    return JSON.stringify(value);
  } catch {
    // Nested too deep to be written, though it could be read.
    return '';
  }
}
