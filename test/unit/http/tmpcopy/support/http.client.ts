import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { AccessKeys } from '../../../../../lib/auth/access-key.js';
import { signRestToken } from '../../../../../lib/auth/access-token.js';

export const KEYS = new AccessKeys('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH');

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Call {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** URL the token is made for; by default that of the request. `null` = no token. */
  readonly audience?: string | null;
}

/** Sends a request exactly as written: the path is neither normalized nor encoded. */
export function send(
  origin: string,
  method: string,
  path: string,
  { headers = {}, body, audience = `${origin}${path}` }: Call = {},
): Promise<Reply> {
  const { hostname, port } = new URL(origin);
  const authorization =
    audience === null ? {} : { authorization: `Bearer ${signRestToken(audience, KEYS)}` };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path, headers: { ...authorization, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
