import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { WebPubSubError } from '../errors/web-pubsub.error.js';
import { type Answer, OPERATION_HEADERS } from './answers.js';
import { InvalidParameters, RefusedRequest } from './rest.errors.js';

const CODE_HEADER = 'x-ms-error-code';
const BAD_REQUEST = 'Error.BadRequest';

/**
 * The answer to a failed request (rest.md 8).
 *
 * @param accept the `Accept` header of the request
 */
export function answerTo(error: unknown, accept: string): Answer {
  if (error instanceof RefusedRequest) return { status: error.status, headers: error.headers };
  if (error instanceof InvalidParameters) return validationEnvelope(error, accept);
  if (error instanceof WebPubSubError && isErrorStatus(error.statusCode)) {
    return plainEnvelope(error.statusCode, error);
  }
  if (error instanceof HttpException) return answerToHttpException(error);
  return plainEnvelope(500, {
    code: codeOf(500),
    message: 'The service failed to process the request.',
    target: 'Request',
  });
}

/** What guards, pipes and interceptors of the application throw. */
function answerToHttpException(error: HttpException): Answer {
  const status = error.getStatus();
  if (status === 401 || !isErrorStatus(status)) return { status };
  const code = codeOf(status);
  return plainEnvelope(status, { code, message: error.message, target: 'Request' });
}

function plainEnvelope(
  status: number,
  { code, message, target }: { code: string; message: string; target: string },
): Answer {
  return {
    status,
    headers: {
      ...OPERATION_HEADERS,
      'content-type': 'application/json; charset=utf-8',
      [CODE_HEADER]: code,
    },
    body: JSON.stringify({ code, message, target, details: null, inner: null }),
  };
}

function validationEnvelope({ failures, message }: InvalidParameters, accept: string): Answer {
  return {
    status: 400,
    headers: {
      'content-type': `${validationMediaType(accept)}; charset=utf-8`,
      [CODE_HEADER]: BAD_REQUEST,
    },
    body: JSON.stringify({
      code: BAD_REQUEST,
      message,
      target: failures[0].target,
      errors: Object.fromEntries(failures.map(({ target, messages }) => [target, messages])),
      type: null,
      title: 'One or more validation errors occurred.',
      status: 400,
      detail: null,
      instance: null,
      extensions: {},
    }),
  };
}

/** The two cases that were recorded, and nothing more (rest.md 8.3). */
function validationMediaType(accept: string): string {
  return /\btext\/json\b/i.test(accept) ? 'application/json' : 'application/problem+json';
}

/** `Error.Forbidden` for 403. */
function codeOf(status: number): string {
  const name = STATUS_CODES[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error');
  return `Error.${name.replace(/[^A-Za-z]/g, '')}`;
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599;
}
