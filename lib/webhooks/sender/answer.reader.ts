import type { IncomingMessage } from 'node:http';
import { linesByName } from './outgoing-headers.js';
import { OutgoingHttpError } from './outgoing-http.error.js';

export interface OutgoingAnswer {
  readonly status: number;
  /** Name in lower case → lines as sent. Without a prototype. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** As sent: a compressed body stays compressed. */
  readonly body: Buffer;
}

/** Takes the outcome; only the first call counts. */
export interface AnswerTarget {
  readonly done: (answer: OutgoingAnswer) => void;
  /** Must destroy the answer's socket. */
  readonly fail: (error: OutgoingHttpError) => void;
}

/**
 * Reads an answer to its end, or as far as the limit. Callbacks rather than a promise: the request is
 * over in the same turn as the body, and whether all of it came must be known by then.
 */
export function readAnswer(
  incoming: IncomingMessage,
  maxBytes: number,
  { done, fail }: AnswerTarget,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const tooLarge = (): void =>
    fail(
      new OutgoingHttpError('tooLarge', `the body of the answer is larger than ${maxBytes} bytes`),
    );
  const cut = (): void =>
    fail(new OutgoingHttpError('network', 'the answer ended before its body'));

  if (Number(incoming.headers['content-length']) > maxBytes) return tooLarge();
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) return tooLarge();
    chunks.push(chunk);
  });
  incoming.on('error', cut);
  incoming.on('close', cut);
  incoming.on('end', () => {
    done({
      status: incoming.statusCode ?? 0,
      headers: linesByName(incoming.rawHeaders),
      body: Buffer.concat(chunks, bytes),
    });
  });
}
