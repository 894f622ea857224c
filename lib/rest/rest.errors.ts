import type { OutgoingHttpHeaders } from 'node:http';

/** Ends a request with a status and no body. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';

  constructor(
    readonly status: 400 | 401 | 404 | 405 | 415,
    readonly headers: OutgoingHttpHeaders = {},
  ) {
    super(`The request is refused with ${status}.`);
  }
}

/** 405 with the methods that the path does have. */
export function methodNotAllowed(allowed: readonly string[]): RefusedRequest {
  return new RefusedRequest(405, { allow: allowed.join(', ') });
}

/** A parameter that breaks its rule. */
export interface ParameterFailure {
  /** Name of the parameter. */
  readonly target: string;
  /** What is wrong with it; at least one text. */
  readonly messages: readonly [string, ...string[]];
}

/** Ends a request with the validation envelope (rest.md 8.3). */
export class InvalidParameters extends Error {
  override readonly name = 'InvalidParameters';

  constructor(readonly failures: readonly [ParameterFailure, ...ParameterFailure[]]) {
    super(failures[0].messages[0]);
  }
}
