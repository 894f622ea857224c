import type { RestAnswer } from '../../support/rest.client.js';

/** What `api-supported-versions` says. */
export const SUPPORTED = '2021-10-01, 2022-11-01, 2023-07-01, 2024-01-01, 2024-12-01';

const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

/** The success of an operation that is not a check. */
export function expectDone(answer: RestAnswer, status: 200 | 202 | 204): void {
  expect(answer.status).toBe(status);
  expect(answer.body).toHaveLength(0);
  expect(answer.headers['content-length']).toBe(status === 204 ? undefined : '0');
  expect(answer.headers['api-supported-versions']).toBe(SUPPORTED);
}

/** The yes of a check. */
export function expectPresent(answer: RestAnswer): void {
  expect(answer.status).toBe(200);
  expect(answer.body).toHaveLength(0);
  expect(answer.headers['content-length']).toBeUndefined();
  expect(answer.headers['api-supported-versions']).toBe(SUPPORTED);
}

/** The refusal of a caller who is nobody. */
export function expectUnauthorized(answer: RestAnswer): void {
  expect(answer.status).toBe(401);
  expect(answer.body).toHaveLength(0);
}

/** The plain envelope (rest.md 8.1), member by member. */
export function expectPlain(
  answer: RestAnswer,
  status: number,
  { code, target, message }: Omit<ErrorBody, 'message'> & { readonly message?: string },
): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe(JSON_TYPE);
  expect(answer.headers['x-ms-error-code']).toBe(code);
  expect(answer.headers['api-supported-versions']).toBe(SUPPORTED);
  const text = answer.body.toString();
  const said = message ?? (JSON.parse(text) as ErrorBody).message;
  expect(said).not.toBe('');
  expect(text).toBe(JSON.stringify({ code, message: said, target, details: null, inner: null }));
}

/** The plain envelope of a malformed request. */
export function expectBadRequest(answer: RestAnswer, message?: string): void {
  expectPlain(answer, 400, {
    code: 'Error.BadRequest',
    target: 'Request',
    ...(message !== undefined && { message }),
  });
}

/** The validation envelope (rest.md 8.3), member by member. */
export function expectInvalid(answer: RestAnswer, target: string, message?: string): void {
  expect(answer.status).toBe(400);
  expect(answer.headers['content-type']).toBe(PROBLEM_TYPE);
  expect(answer.headers['x-ms-error-code']).toBe('Error.BadRequest');
  expect(answer.headers['api-supported-versions']).toBeUndefined();
  const text = answer.body.toString();
  const said = message ?? (JSON.parse(text) as ErrorBody).message;
  expect(said).not.toBe('');
  expect(text).toBe(
    JSON.stringify({
      code: 'Error.BadRequest',
      message: said,
      target,
      errors: { [target]: [said] },
      type: null,
      title: 'One or more validation errors occurred.',
      status: 400,
      detail: null,
      instance: null,
      extensions: {},
    }),
  );
}

/** The refusal of a HEAD: the headers of an error, and nothing else. */
export function expectAbsent(answer: RestAnswer, code: string, length?: number): void {
  expect(answer.status).toBe(404);
  expect(answer.body).toHaveLength(0);
  expect(answer.headers['x-ms-error-code']).toBe(code);
  expect(answer.headers['content-type']).toBe(JSON_TYPE);
  expect(Number(answer.headers['content-length'])).toBeGreaterThan(0);
  if (length !== undefined) expect(answer.headers['content-length']).toBe(String(length));
}
