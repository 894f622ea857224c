import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { restToken } from './tokens.js';

export interface RestCall {
  readonly headers?: OutgoingHttpHeaders;
  /** Goes out with its `Content-Length`; a list of pieces goes out chunked. */
  readonly body?: string | Buffer | readonly (string | Buffer)[];
  /** By default one for the URL of the request; `null` = no `Authorization`. */
  readonly token?: string | null;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Calls the REST API over HTTP, with the request target exactly as it is written. */
export class RestClient {
  constructor(readonly origin: string) {}

  /** The URL of a target, as the audience of a token. */
  url(target: string): string {
    return `${this.origin}${target}`;
  }

  async call(
    method: string,
    target: string,
    { headers = {}, body = [], token = restToken(this.url(target)) }: RestCall = {},
  ): Promise<RestAnswer> {
    const { hostname, port } = new URL(this.origin);
    const own: OutgoingHttpHeaders = {};
    if (token !== null) own.authorization = `Bearer ${token}`;
    const pieces = Array.isArray(body) ? (body as readonly (string | Buffer)[]) : undefined;
    // Node tells it for some methods only.
    if (pieces === undefined) own['content-length'] = Buffer.byteLength(body as string | Buffer);
    return await new Promise((resolve, reject) => {
      const outgoing = request(
        {
          hostname,
          port,
          method,
          path: target,
          headers: { ...own, ...headers },
          agent: false,
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const { statusCode: status = 0, headers: answered } = incoming;
            resolve({ status, headers: answered, body: Buffer.concat(chunks) });
          });
        },
      );
      outgoing.on('error', reject);
      for (const piece of pieces ?? []) outgoing.write(piece);
      outgoing.end(pieces === undefined ? body : undefined);
    });
  }
}
