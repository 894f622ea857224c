import jwt from 'jsonwebtoken';
import { ACCESS_KEY } from './keys.js';

/** Claims of a token; one given as `undefined` is left out. */
export type TokenClaims = Readonly<Record<string, unknown>>;

const HOUR_SECONDS = 3600;

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** A token with exactly these claims. */
export function signToken(claims: TokenClaims, key: string | Buffer = ACCESS_KEY): string {
  const given = Object.entries(claims).filter(([, value]) => value !== undefined);
  return jwt.sign(Object.fromEntries(given), key, { algorithm: 'HS256', noTimestamp: true });
}

/** A token that opens one URL of the REST API for an hour, as SDKs make one for each request. */
export function restToken(
  url: string,
  claims: TokenClaims = {},
  key: string | Buffer = ACCESS_KEY,
): string {
  const now = nowInSeconds();
  return signToken({ iat: now, exp: now + HOUR_SECONDS, aud: url, ...claims }, key);
}

/** A token that lets a client into a hub for an hour. */
export function clientToken(
  origin: string,
  hub: string,
  claims: TokenClaims = {},
  key: string | Buffer = ACCESS_KEY,
): string {
  return restToken(`${origin}/client/hubs/${hub}`, claims, key);
}
