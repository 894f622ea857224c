import type { IncomingMessage } from 'node:http';
import { serviceErrors } from '../errors/service-errors.js';
import { headerValues } from './raw-exchange.js';

/**
 * The headers by which every body parser, whoever registered it and when, decides whether there is
 * something for it. The HTTP parser of Node has done its work with them already.
 */
const BODY_HEADERS = ['content-type', 'content-length', 'transfer-encoding'];

/**
 * Leaves the body of a request to {@link readBody}: body parsers of the application would read it
 * before the caller is known, and would not keep its bytes.
 */
export function reserveBody(request: IncomingMessage): void {
  for (const name of BODY_HEADERS) delete request.headers[name];
}

/** The `Content-Type` of a request, also when its body is reserved. */
export function contentTypeOf(request: IncomingMessage): string {
  return headerValues(request, 'content-type')[0] ?? '';
}

/** The `Content-Length` of a request, also when its body is reserved. */
export function contentLengthOf(request: IncomingMessage): number | undefined {
  const [length] = headerValues(request, 'content-length');
  return length === undefined ? undefined : Number(length);
}

/**
 * Reads a reserved body, and holds no more of it than allowed.
 *
 * @param admit asked about every piece before it is kept, where all bodies together have a limit too
 * @returns `undefined` when the body is longer than `maxBytes`, or a piece was not admitted; the rest
 *   of it is then still to come
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  admit: (bytes: number) => boolean = () => true,
): Promise<Buffer | undefined> {
  if (request.readableDidRead) {
    throw new Error(
      'The body was read before it reached Web PubSub. Is there a middleware that reads the ' +
        'stream of every request, whatever its headers say?',
    );
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes && admit(chunk.length)) chunks.push(chunk);
      else settle(undefined);
    };
    const onEnd = (): void => settle(Buffer.concat(chunks, size));
    // The caller has hung up; nobody reads this.
    const onLost = (): void => {
      stop();
      reject(serviceErrors.badRequest('The request ended before its body did.'));
    };
    function settle(body: Buffer | undefined): void {
      stop();
      if (body === undefined) request.pause();
      resolve(body);
    }
    function stop(): void {
      request.off('data', onData).off('end', onEnd).off('error', onLost).off('close', onLost);
      // An error that comes later is nobody's, and must not end the process.
      if (!request.complete) request.on('error', ignore);
    }
    if (request.destroyed) onLost();
    else request.on('data', onData).on('end', onEnd).on('error', onLost).on('close', onLost);
  });
}

function ignore(): void {}

/** How long a caller that is not listening may go on sending. */
const LINGER_MS = 1000;

/**
 * Lets go of a body that nobody will read. What is on its way is thrown away, so that the caller can
 * finish and see the answer; a caller that does not finish loses its connection.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const deadline = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once('close', () => clearTimeout(deadline));
}
