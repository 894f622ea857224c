import type { OutgoingHttpHeaders } from 'node:http';
import { ANNOUNCED_VERSIONS } from './api-version.js';
import { discardBody } from '../http/raw-body.js';
import { type PlatformResponse, takeResponse } from '../http/raw-exchange.js';

/** Status, headers and body of a response. */
export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  /** Text whose type is in {@link Answer.headers}. */
  readonly body?: string;
}

/** Headers of answers that come from an operation, and not from what stands before it. */
export const OPERATION_HEADERS: OutgoingHttpHeaders = {
  'api-supported-versions': ANNOUNCED_VERSIONS,
};

/** Ends a successful operation that has something to tell. */
export function sendJson(response: PlatformResponse, value: object): void {
  const headers = { ...OPERATION_HEADERS, 'content-type': 'application/json; charset=utf-8' };
  sendAnswer(response, { status: 200, headers, body: JSON.stringify(value) });
}

/** Ends a successful operation. */
export function sendSuccess(response: PlatformResponse, status: 200 | 202 | 204): void {
  sendAnswer(response, { status, headers: OPERATION_HEADERS });
}

/**
 * Writes the response ourselves: interceptors and serializers of the application cannot reshape it,
 * and the rules of rest.md 1.5 for `Content-Length` hold on every platform.
 */
export function sendAnswer(response: PlatformResponse, { status, headers, body }: Answer): void {
  const { raw, headers: given } = takeResponse(response);
  if (raw.headersSent) return;
  const isHead = raw.req.method === 'HEAD';
  const length = body === undefined ? emptyLength(status, isHead) : Buffer.byteLength(body);
  raw.writeHead(status, {
    ...given,
    ...headers,
    ...(length === undefined ? {} : { 'content-length': length }),
  });
  // The answer to HEAD states the length of a body that is not there.
  raw.end(isHead ? undefined : body);
  discardBody(raw.req);
}

function emptyLength(status: number, isHead: boolean): 0 | undefined {
  const isBare = status === 204 || (isHead && status < 400);
  return isBare ? undefined : 0;
}
