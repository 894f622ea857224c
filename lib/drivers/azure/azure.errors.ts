import { STATUS_CODES } from 'node:http';
import { serviceErrors } from '../../errors/service-errors.js';
import { WebPubSubError } from '../../errors/web-pubsub.error.js';

/** What we read of the `RestError` of the package. It carries the whole request, token included. */
interface RestError extends Error {
  readonly code?: string;
  readonly statusCode?: number;
  readonly response?: {
    readonly headers?: { get(name: string): string | undefined };
    readonly bodyAsText?: string | null;
  };
}

/** The members of the error envelopes of the service that we read (rest.md 8.1, 8.3). */
interface Envelope {
  readonly code?: string;
  readonly message?: string;
  readonly target?: string;
}

const MAX_BODY_LENGTH = 64 * 1024;
const MAX_MESSAGE_LENGTH = 1024;
const JSON_WEB_TOKEN = /\beyJ[\w-]{1,4096}\.[\w-]{1,4096}(?:\.[\w-]{0,4096})?/g;

const HINTS: ReadonlyMap<number, string> = new Map([
  [401, 'It does not take the access key or the credential.'],
  [403, 'The credential lacks a role that allows this.'],
]);

/**
 * Any failure of the package as an error of ours (rest.md 8). Nothing of the request is kept: the
 * original error holds a token.
 *
 * @param host where the service is, for the message
 * @returns a {@link WebPubSubError}; an `AbortError` for an abort
 */
export function toWebPubSubError(error: unknown, host: string): Error {
  if (error instanceof WebPubSubError) return error;
  if (!(error instanceof Error)) return unexpected(String(error));
  if (error.name === 'AbortError') {
    return Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' });
  }
  if (error.name === 'RestError') return ofRestError(error, host);
  // The package checks some arguments itself, and names that UTF-8 cannot say fail in the URL.
  if (error instanceof URIError || error.message.includes('should satisfy the constraint')) {
    return serviceErrors.badRequest(presentable(error.message));
  }
  return unexpected(error.message, summary(error, presentable(error.message)));
}

/** No answer came in the time that calls are given. */
export function timedOut(host: string, seconds: number): WebPubSubError {
  return new WebPubSubError(
    `The Web PubSub service at ${host} did not answer within ${String(seconds)} seconds.`,
    { code: 'ServiceTimeout', statusCode: 504, target: 'Service' },
  );
}

/** The credential of the application gave no token. */
export function credentialFailed(cause: unknown): WebPubSubError {
  const reason = cause instanceof Error ? presentable(cause.message) : 'It gave no token.';
  return new WebPubSubError(`The Microsoft Entra credential failed: ${reason}`, {
    code: 'CredentialFailed',
    statusCode: 503,
    target: 'credential',
    ...(cause instanceof Error && { cause: summary(cause, reason) }),
  });
}

/** An answer that is none of the API. */
export function unexpectedAnswer(message: string, cause?: Error): WebPubSubError {
  return new WebPubSubError(message, {
    code: 'UnexpectedAnswer',
    statusCode: 502,
    target: 'Service',
    cause,
  });
}

function ofRestError(error: RestError, host: string): WebPubSubError {
  const { statusCode } = error;
  if (statusCode === undefined) {
    const reason = presentable(error.message);
    return new WebPubSubError(`The Web PubSub service at ${host} cannot be reached: ${reason}`, {
      code: 'ServiceUnreachable',
      statusCode: 503,
      target: 'Service',
      cause: summary(error, reason),
    });
  }
  const headers = error.response?.headers;
  const type = headers?.get('content-type') ?? '';
  const envelope = envelopeOf(type, error.response?.bodyAsText ?? '');
  const message = presentable(envelope.message ?? '') || ownMessage(statusCode);
  const code = headers?.get('x-ms-error-code') ?? envelope.code ?? codeOf(statusCode);
  const cause = summary({ ...error, name: error.name, code }, message);
  if (statusCode < 400) {
    const text = `The Web PubSub service answered ${String(statusCode)} in a way that the API does not know.`;
    return unexpectedAnswer(text, cause);
  }
  return new WebPubSubError(message, { code, statusCode, target: envelope.target, cause });
}

/** @param type media type; that of validation errors is one the package does not read */
function envelopeOf(type: string, body: string): Envelope {
  if (body.length > MAX_BODY_LENGTH) return {};
  if (/^application\/(?:problem\+)?json/i.test(type)) return parsedEnvelope(body);
  return /^text\/plain/i.test(type) ? { message: body } : {};
}

function parsedEnvelope(body: string): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null) return {};
  const members = Object.entries(value).filter(([, member]) => typeof member === 'string');
  return Object.fromEntries(members);
}

function ownMessage(statusCode: number): string {
  const hint = HINTS.get(statusCode);
  const text = `The Web PubSub service answered ${String(statusCode)}.`;
  return hint === undefined ? text : `${text} ${hint}`;
}

function codeOf(statusCode: number): string {
  return `Error.${(STATUS_CODES[statusCode] ?? `Http${String(statusCode)}`).replaceAll(/[^\w]/g, '')}`;
}

function unexpected(message: string, cause?: Error): WebPubSubError {
  return new WebPubSubError(`The call could not be made: ${presentable(message)}`, {
    code: 'AzureClientFailed',
    statusCode: 500,
    target: 'Service',
    cause,
  });
}

/** The error below ours, without anything that hangs on it. */
function summary({ name, code, statusCode }: Partial<RestError>, message: string): Error {
  return Object.assign(new Error(message), {
    name: name ?? 'Error',
    ...(code !== undefined && { code }),
    ...(statusCode !== undefined && { statusCode }),
  });
}

/** Short, and without a token that somebody sent back to us. */
function presentable(text: string): string {
  const start = text.slice(0, MAX_MESSAGE_LENGTH).replaceAll(JSON_WEB_TOKEN, '…').trim();
  return text.length > MAX_MESSAGE_LENGTH ? `${start}…` : start;
}
