import { WebPubSubError } from '../errors/web-pubsub.error.js';
import type { RestAnswer } from './rest.caller.js';

/** The members of the error envelopes that are read (rest.md 8.1, 8.3). */
export interface Envelope {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly target?: unknown;
}

/** What the REST API, unlike a driver, has no request for. */
export function notSupportedByRest(message: string, target: string): WebPubSubError {
  return new WebPubSubError(message, { code: 'NotSupportedByRest', statusCode: 501, target });
}

/** An answer that is a failure, or none of the API, as an error. */
export function failureOf({ status, headers, text }: RestAnswer): WebPubSubError {
  const envelope = envelopeOf(text);
  const code = headers.get('x-ms-error-code') ?? envelope.code;
  const message = typeof envelope.message === 'string' ? envelope.message : '';
  if (status < 400) {
    return new WebPubSubError(`The service answered ${String(status)}, which is not due here.`, {
      code: 'UnexpectedAnswer',
      statusCode: 502,
      target: 'Service',
    });
  }
  return new WebPubSubError(message || `The service answered ${String(status)}.`, {
    code: typeof code === 'string' ? code : `Http${String(status)}`,
    statusCode: status,
    ...(typeof envelope.target === 'string' && { target: envelope.target }),
  });
}

/** The JSON object of a body; empty for anything else. */
export function envelopeOf(text: string): Envelope {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
