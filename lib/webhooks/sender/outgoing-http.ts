import { Agent as HttpAgent, request as requestHttp, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { AddressPolicy } from './address-policy.js';
import { readAnswer, type OutgoingAnswer } from './answer.reader.js';
import { problemOfHeaders } from './outgoing-headers.js';
import { OutgoingHttpError } from './outgoing-http.error.js';
import { pinnedLookup, resolveWithSystem, type ResolveHost } from './pinned-lookup.js';

export type { OutgoingAnswer } from './answer.reader.js';
export { OutgoingHttpError, type OutgoingFailureKind } from './outgoing-http.error.js';

export interface OutgoingRequest {
  readonly method: 'OPTIONS' | 'GET' | 'POST';
  /** `http` or `https`. */
  readonly url: URL;
  /** Each name once. Values in Latin-1 characters: UTF-8 goes in as its bytes. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Buffer;
}

export interface OutgoingHttpOptions {
  readonly addressPolicy: AddressPolicy;
  /** Largest body of an answer. */
  readonly maxAnswerBytes: number;
  /**
   * Largest header block of a request, and of an answer (events.md 14).
   *
   * @defaultValue 32768
   */
  readonly maxHeaderBytes?: number;
  /**
   * Sockets to one host and port; further requests wait for one.
   *
   * @defaultValue 256
   */
  readonly maxSocketsPerOrigin?: number;
  /** How host names are resolved; as the operating system does when left out. */
  readonly resolve?: ResolveHost;
}

const MAX_HEADER_BYTES = 32 * 1024;
const MAX_SOCKETS_PER_ORIGIN = 256;
const MAX_IDLE_SOCKETS_PER_ORIGIN = 32;
/** Below the 5 s after which Node servers end idle sockets: a POST on a dying socket is lost. */
const IDLE_SOCKET_MS = 4000;

/**
 * One request, one answer: redirects are answers like others, bodies are not decompressed, cookies are
 * the caller's. Sockets are kept for the next request, go only where the policy allows, and verify
 * certificates whatever the environment says.
 */
export class OutgoingHttp {
  readonly #options: OutgoingHttpOptions;
  readonly #maxHeaderBytes: number;
  readonly #httpAgent: HttpAgent;
  readonly #httpsAgent: HttpsAgent;
  /** Ends each exchange that is under way. */
  readonly #running = new Set<(error: OutgoingHttpError) => void>();
  #isClosed = false;

  constructor(options: OutgoingHttpOptions) {
    this.#options = options;
    this.#maxHeaderBytes = options.maxHeaderBytes ?? MAX_HEADER_BYTES;
    const settings = {
      keepAlive: true,
      maxSockets: options.maxSocketsPerOrigin ?? MAX_SOCKETS_PER_ORIGIN,
      maxFreeSockets: MAX_IDLE_SOCKETS_PER_ORIGIN,
      timeout: IDLE_SOCKET_MS,
      lookup: pinnedLookup(options.addressPolicy, options.resolve ?? resolveWithSystem),
    };
    this.#httpAgent = new HttpAgent(settings);
    this.#httpsAgent = new HttpsAgent({ ...settings, rejectUnauthorized: true });
  }

  /**
   * @param signal ends the exchange whenever it aborts, also while the body arrives
   * @throws {@link OutgoingHttpError} when there is no complete answer
   */
  async send(request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingAnswer> {
    if (this.#isClosed) throw closed();
    if (signal.aborted) throw aborted();
    const { url, headers } = request;
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const refusal = isHttp(url)
      ? this.#options.addressPolicy.checkHost(hostname)
      : `${url.protocol} is neither http: nor https:`;
    if (refusal !== undefined) throw new OutgoingHttpError('refusedAddress', refusal);
    const problem = problemOfHeaders(headers, this.#maxHeaderBytes - url.href.length);
    if (problem !== undefined) throw new OutgoingHttpError('header', problem);
    return this.#exchange(this.#open(request, hostname), request.body, signal);
  }

  /** Ends all sockets. What is under way fails as `aborted`, and so does what is sent later. */
  close(): void {
    this.#isClosed = true;
    for (const fail of this.#running) fail(closed());
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }

  #open({ method, url, headers }: OutgoingRequest, hostname: string): ClientRequest {
    const isHttps = url.protocol === 'https:';
    // Not the URL itself: Node would turn credentials in it into a header.
    const outgoing = (isHttps ? requestHttps : requestHttp)({
      protocol: url.protocol,
      hostname,
      port: url.port || undefined,
      path: `${url.pathname}${url.search}`,
      method,
      agent: isHttps ? this.#httpsAgent : this.#httpAgent,
      maxHeaderSize: this.#maxHeaderBytes,
      insecureHTTPParser: false,
    });
    for (const [name, value] of headers) outgoing.setHeader(name, value);
    return outgoing;
  }

  #exchange(
    outgoing: ClientRequest,
    body: Buffer | undefined,
    signal: AbortSignal,
  ): Promise<OutgoingAnswer> {
    return new Promise((resolve, reject) => {
      const isFirst = (): boolean => {
        signal.removeEventListener('abort', onAbort);
        return this.#running.delete(fail);
      };
      const done = (answer: OutgoingAnswer): void => {
        if (isFirst()) resolve(answer);
      };
      // Rejects by itself: a request that still waits for a socket would not report its end.
      const fail = (error: OutgoingHttpError): void => {
        if (!isFirst()) return;
        reject(error);
        outgoing.destroy();
      };
      const onAbort = (): void => fail(aborted());

      this.#running.add(fail);
      signal.addEventListener('abort', onAbort);
      outgoing.on('error', (error) => fail(failureOf(error)));
      outgoing.on('close', () =>
        fail(new OutgoingHttpError('network', 'the connection was closed')),
      );
      outgoing.on('response', (incoming) =>
        readAnswer(incoming, this.#options.maxAnswerBytes, { done, fail }),
      );
      outgoing.end(body);
    });
  }
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

/** Only the words of the error: what the parser reports holds bytes of the answer. */
function failureOf(error: NodeJS.ErrnoException): OutgoingHttpError {
  if (error instanceof OutgoingHttpError) return error;
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return new OutgoingHttpError('tooLarge', 'the headers of the answer are too large');
  }
  return new OutgoingHttpError('network', error.message || error.code || 'the connection failed');
}

function aborted(): OutgoingHttpError {
  return new OutgoingHttpError('aborted', 'the request was aborted');
}

function closed(): OutgoingHttpError {
  return new OutgoingHttpError('aborted', 'the application closes');
}
