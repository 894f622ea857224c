import type { errors } from 'jose';

const SHOWN_LENGTH = 200;

/**
 * Why a token is refused, in words for the log. Of the token it shows the issuer and the audience,
 * and those only once its signature has proved right: versions 1 and 2 of the tokens differ in them.
 */
export function refusalReason(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be checked';
  if (!isClaimProblem(error)) return error.message || 'it cannot be checked';
  const { claim, payload } = error;
  return claim === 'iss' || claim === 'aud'
    ? `${error.message}: ${shown(payload[claim])}`
    : error.message;
}

function isClaimProblem(error: Error): error is errors.JWTClaimValidationFailed {
  return 'claim' in error && 'payload' in error;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, SHOWN_LENGTH);
}
