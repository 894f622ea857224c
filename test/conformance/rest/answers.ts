import type { RestAnswer } from '../../support/rest.client.js';

/** What `api-supported-versions` says. */
export const SUPPORTED = '2021-10-01, 2022-11-01, 2023-07-01, 2024-01-01, 2024-12-01';

const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** All that the specification says about an answer. */
export interface Outcome {
  readonly status: number;
  readonly body: string;
  /** `Content-Length`, where the body does not show it. */
  readonly length?: string | undefined;
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly versions?: string | undefined;
}

interface ErrorInit {
  readonly code: string;
  readonly target: string;
  /** Any, if it is left out. */
  readonly message?: string;
}

export function outcomeOf({ status, headers, body }: RestAnswer): Outcome {
  const header = (name: string): string | undefined => headers[name]?.toString();
  return {
    status,
    body: body.toString(),
    length: body.length === 0 ? header('content-length') : undefined,
    type: header('content-type'),
    code: header('x-ms-error-code'),
    versions: header('api-supported-versions'),
  };
}

/** The success of an operation that is not a check. */
export function done(status: 200 | 202 | 204): Outcome {
  return { status, body: '', versions: SUPPORTED, length: status === 204 ? undefined : '0' };
}

/** The yes of a check. */
export const PRESENT: Outcome = { status: 200, body: '', versions: SUPPORTED };

/** The no of a check: the headers of an error, and nothing else. */
export function absent(code: string, length?: number): Outcome {
  const anyLength = expect.stringMatching(/^[1-9]\d*$/) as string;
  return {
    status: 404,
    body: '',
    code,
    type: JSON_TYPE,
    versions: SUPPORTED,
    length: length === undefined ? anyLength : String(length),
  };
}

/** What a caller gets who is nobody; its other headers are nobody's business. */
export const UNAUTHORIZED = { status: 401, body: '' } as const;

/** What a media type gets that is no payload. */
export const UNSUPPORTED = { status: 415, body: '' } as const;

/** The plain envelope (rest.md 8.1). */
export function plain(status: number, { code, target, message }: ErrorInit): Outcome {
  const body = JSON.stringify({ code, message: message ?? '', target, details: null, inner: null });
  return { status, code, type: JSON_TYPE, versions: SUPPORTED, body: anyMessage(body, message) };
}

/** The plain envelope of a malformed request. */
export function badRequest(message?: string): Outcome {
  return plain(400, {
    code: 'Error.BadRequest',
    target: 'Request',
    ...(message !== undefined && { message }),
  });
}

/** The plain envelope of a connection that is not there. */
export function noConnection(severity: 'Error' | 'Info', id = 'no-such'): Outcome {
  return plain(404, {
    code: `${severity}.Connection.NotExisted`,
    target: 'Connection',
    message: `Connection \`${id}\` is not found.`,
  });
}

/** The validation envelope (rest.md 8.3). */
export function invalid(target: string, message?: string): Outcome {
  const body = JSON.stringify({
    code: 'Error.BadRequest',
    message: message ?? '',
    target,
    errors: { [target]: [message ?? ''] },
    type: null,
    title: 'One or more validation errors occurred.',
    status: 400,
    detail: null,
    instance: null,
    extensions: {},
  });
  return {
    status: 400,
    code: 'Error.BadRequest',
    type: PROBLEM_TYPE,
    body: anyMessage(body, message),
  };
}

/** The body itself, or a matcher that takes any text where it has an empty one. */
function anyMessage(body: string, message: string | undefined): string {
  if (message !== undefined) return body;
  const literal = body.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return expect.stringMatching(new RegExp(`^${literal.replaceAll('""', '"[^"]+"')}$`)) as string;
}
