import jwt from 'jsonwebtoken';
import { AccessKeys } from '../auth/access-key.js';
import { signRestToken } from '../auth/access-token.js';
import { parseConnectionString } from '../auth/connection-string.js';
import { WebPubSubError } from '../errors/web-pubsub.error.js';

/** The api-version of every request that does not name another. */
export const VERIFIED_VERSION = '2024-12-01';

const MAX_BODY_LENGTH = 4 * 1024 * 1024;

/** What a request can be told beside its method and path. */
export interface RestRequest {
  /** Beside the api-version, which `'api-version': []` leaves out; arrays repeat their key. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The whole `Authorization` header; `null` = none. By default a good token. */
  readonly authorization?: string | null;
}

/** An answer as it came. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Claims of a token that is made to be wrong; one given as `undefined` is left out. */
export type Claims = Readonly<Record<string, unknown>>;

/** Sends requests to one service, with tokens signed by its key. */
export class RestCaller {
  /** With a slash at its end. */
  readonly endpoint: string;
  readonly keys: AccessKeys;

  /**
   * @param connectionString a secret
   * @param send what carries the requests
   * @param timeout milliseconds after which a request is given up
   * @throws {@link ConnectionStringError}
   */
  constructor(
    connectionString: string,
    private readonly timeout: number,
    private readonly send: typeof fetch = fetch,
  ) {
    const { endpoint, accessKey } = parseConnectionString(connectionString);
    this.endpoint = endpoint;
    this.keys = new AccessKeys(accessKey);
  }

  /** @param path without a slash at its start, segments encoded */
  url(path: string, query: RestRequest['query'] = {}): string {
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries({ 'api-version': VERIFIED_VERSION, ...query })) {
      for (const one of [value ?? []].flat()) parameters.append(key, one);
    }
    // The API reads a plus sign as one; a space is %20.
    const text = parameters.toString().replaceAll('+', '%20');
    return `${this.endpoint}${path}${text === '' ? '' : `?${text}`}`;
  }

  /** @throws {@link WebPubSubError} `ServiceUnreachable` (503) when no answer comes */
  async call(method: string, path: string, request: RestRequest = {}): Promise<RestAnswer> {
    return await this.callUrl(method, this.url(path, request.query), request);
  }

  /** The same for a whole URL. */
  async callUrl(
    method: string,
    url: string,
    { headers, body, authorization = `Bearer ${signRestToken(url, this.keys)}` }: RestRequest = {},
  ): Promise<RestAnswer> {
    let response: Response;
    try {
      response = await this.send(url, {
        method,
        headers: { ...headers, ...(authorization !== null && { Authorization: authorization }) },
        // As bytes: for a string fetch() would make up a content type.
        ...(body !== undefined && { body: new Uint8Array(Buffer.from(body)) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(this.timeout),
      });
      return { status: response.status, headers: response.headers, text: await textOf(response) };
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  /** A token for a URL, with some claims changed, and by another key if so wanted. */
  sign(audience: string, claims: Claims = {}, key?: string | Buffer): string {
    const all = { aud: audience, exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
    const given = Object.entries(all).filter(([, value]) => value !== undefined);
    return jwt.sign(Object.fromEntries(given), key ?? this.keys.signingKey, {
      algorithm: 'HS256',
      noTimestamp: true,
    });
  }

  #unreachable(error: unknown): WebPubSubError {
    const { host } = new URL(this.endpoint);
    return new WebPubSubError(`${host} cannot be reached: ${reasonOf(error)}`, {
      code: 'ServiceUnreachable',
      statusCode: 503,
      target: 'Service',
    });
  }
}

/** Reads no more than any answer of the API has. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_LENGTH) throw new Error('the answer does not end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What fetch() fails with says little; its cause says it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer came in time';
  const { cause } = error;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ((cause as NodeJS.ErrnoException).code ?? error.message);
}
