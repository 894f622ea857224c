import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ArgumentsHost } from '@nestjs/common';

/** The request of a handler: Node's own on Express, a wrapper around it on Fastify. */
export type PlatformRequest = IncomingMessage | { readonly raw: IncomingMessage };

/** The response of a handler: Node's own on Express, a wrapper around it on Fastify. */
export type PlatformResponse = ServerResponse | FastifyReply;

interface FastifyReply {
  readonly raw: ServerResponse;
  /** Headers that hooks of the application have set. */
  getHeaders(): OutgoingHttpHeaders;
  /** Tells the platform that the answer is written to `raw`. */
  hijack(): void;
}

/** What `context.switchToHttp()` would have to be asked for, which makes an object for each question. */
export function requestIn(context: ArgumentsHost): PlatformRequest {
  return context.getArgByIndex<PlatformRequest>(0);
}

export function rawRequest(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** Takes over the response, with the headers that belong into it whatever the answer is. */
export function takeResponse(response: PlatformResponse): {
  raw: ServerResponse;
  headers: OutgoingHttpHeaders;
} {
  if (!('raw' in response)) return { raw: response, headers: {} };
  response.hijack();
  return { raw: response.raw, headers: response.getHeaders() };
}

/** Every value of a header as it was sent, also of one that was taken out of `headers`. */
export function headerValues(request: IncomingMessage, name: string): string[] {
  const { rawHeaders } = request;
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const key = rawHeaders[index];
    // By length first: this is asked several times of every request.
    if (key?.length === name.length && key.toLowerCase() === name) {
      values.push(rawHeaders[index + 1] ?? '');
    }
  }
  return values;
}

/**
 * Headers as sent and in their order, with names in lower case.
 *
 * @param prefix in lower case: only names that begin with it
 */
export function headerEntries(
  request: IncomingMessage,
  prefix = '',
): (readonly [string, string])[] {
  const { rawHeaders } = request;
  const entries: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    // By length first: most names are shorter than a prefix.
    if (name.length < prefix.length) continue;
    const key = name.toLowerCase();
    if (key.startsWith(prefix)) entries.push([key, rawHeaders[index + 1] ?? '']);
  }
  return entries;
}
