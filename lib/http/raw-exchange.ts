import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

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

/** All headers as sent and in their order, with names in lower case. */
export function headerEntries(request: IncomingMessage): (readonly [string, string])[] {
  const { rawHeaders } = request;
  const entries: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    entries.push([rawHeaders[index]?.toLowerCase() ?? '', rawHeaders[index + 1] ?? '']);
  }
  return entries;
}
