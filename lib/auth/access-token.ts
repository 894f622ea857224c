import jwt from 'jsonwebtoken';
import { serviceErrors } from '../errors/service-errors.js';
import type { AccessKeys } from './access-key.js';
import { MAX_TOKEN_LENGTH } from './token.verifier.js';

/** What a client token says. */
export interface ClientTokenInit {
  /** `http(s)://{host}/client/hubs/{hub}`. */
  readonly audience: string;
  /** Absent or empty = anonymous. */
  readonly userId?: string;
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  /**
   * A whole number from 1 to 2147483647.
   *
   * @defaultValue 60
   */
  readonly expirationTimeInMinutes?: number;
}

const DEFAULT_MINUTES = 60;
const MAX_MINUTES = 2 ** 31 - 1;
const REST_TOKEN_MINUTES = 60;

/**
 * Signs a token that lets one client connect (rest.md 7.7).
 *
 * @throws {@link WebPubSubError} `Error.BadRequest` for a life that is no whole number of minutes in
 *   range, and for so many roles and groups that the token would be refused as too long
 */
export function signClientToken(
  init: ClientTokenInit,
  keys: AccessKeys,
  clock: () => number = Date.now,
): string {
  const { audience, userId, roles, groups } = init;
  const minutes = checkedMinutes(init.expirationTimeInMinutes ?? DEFAULT_MINUTES);
  const token = sign(
    {
      sub: userId || undefined,
      role: roles?.length ? roles : undefined,
      'webpubsub.group': groups?.length ? groups : undefined,
      ...lifetime(minutes, clock),
      aud: audience,
    },
    keys,
  );
  if (token.length > MAX_TOKEN_LENGTH) {
    throw serviceErrors.badRequest(
      `The token would have ${token.length} characters; at most ${MAX_TOKEN_LENGTH} are accepted. ` +
        'Give the client fewer roles and groups, or pattern roles.',
    );
  }
  return token;
}

/** Signs a token for one REST request, good for an hour: what an SDK sends (rest.md 7.2). */
export function signRestToken(
  audience: string,
  keys: AccessKeys,
  clock: () => number = Date.now,
): string {
  return sign({ ...lifetime(REST_TOKEN_MINUTES, clock), aud: audience }, keys);
}

function sign(payload: object, keys: AccessKeys): string {
  return jwt.sign(payload, keys.signingKey, { algorithm: 'HS256' });
}

function lifetime(minutes: number, clock: () => number): { iat: number; exp: number } {
  const iat = Math.floor(clock() / 1000);
  return { iat, exp: iat + minutes * 60 };
}

function checkedMinutes(minutes: number): number {
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MAX_MINUTES) return minutes;
  throw serviceErrors.badRequest(
    `The value '${String(minutes)}' is not valid: a token lives a whole number of minutes from 1 to ${MAX_MINUTES}.`,
    'expirationTimeInMinutes',
  );
}
