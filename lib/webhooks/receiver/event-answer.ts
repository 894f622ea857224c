import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { MAX_STATE_BYTES } from '../../events/connection-state.js';
import { discardBody } from '../../http/raw-body.js';

export type AnswerHeader = readonly [name: string, value: string];

/** What a sender of events is answered. */
export interface EventAnswer {
  readonly status: number;
  readonly headers?: readonly AnswerHeader[];
  readonly body?: Buffer;
  /** Whether the connection ends with it, because the rest of the request is not wanted. */
  readonly isLast?: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// 80 to ff are bytes of UTF-8.
const SENDABLE = /^[\x20-\x7e\x80-\xff]*$/;
const ASCII = /^[\x20-\x7e]*$/;
const EMPTY = Buffer.alloc(0);

/** A refusal that tells no more than its status does. */
export function plainRefusal(status: number, isLast = false): EventAnswer {
  return { ...textAnswer(status, STATUS_CODES[status] ?? ''), isLast };
}

export function textAnswer(status: number, text: string): EventAnswer {
  const headers: AnswerHeader[] = [['Content-Type', 'text/plain; charset=utf-8']];
  return text === '' ? { status } : { status, headers, body: Buffer.from(text, 'utf8') };
}

export function jsonAnswer(
  status: number,
  value: object,
  headers: readonly AnswerHeader[] = [],
): EventAnswer {
  const type: AnswerHeader = ['Content-Type', 'application/json; charset=utf-8'];
  return { status, headers: [type, ...headers], body: Buffer.from(JSON.stringify(value), 'utf8') };
}

/**
 * The header that keeps a state; none when there is none to keep.
 *
 * @throws RangeError when no later request could carry it
 */
export function stateHeader(state: string | undefined): AnswerHeader[] {
  if (state === undefined) return [];
  if (state.length > MAX_STATE_BYTES || !ASCII.test(state)) {
    throw new RangeError(
      `A connection state is at most ${MAX_STATE_BYTES} characters of printable ASCII.`,
    );
  }
  return [['ce-connectionState', state]];
}

/** @throws TypeError when a header of ours cannot be sent as it is (events.md 2.1.5) */
export function textHeader(name: string, value: string): AnswerHeader {
  const bytes = Buffer.from(value, 'utf8').toString('latin1');
  if (TOKEN.test(name) && SENDABLE.test(bytes)) return [name, bytes];
  throw new TypeError('The answer has metadata or a user property that no HTTP header can carry.');
}

/** Answers a request, unless there is an answer already or nobody left to read it. */
export function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: EventAnswer,
): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers = [], body = EMPTY, isLast = false } = answer;
  const own: AnswerHeader[] = [];
  if (status !== 204) own.push(['Content-Length', String(body.length)]);
  if (isLast) own.push(['Connection', 'close']);
  // Pairs in a row: a name may be there several times.
  response.writeHead(status, [...headers, ...own].flat());
  if (isLast && !request.complete) {
    // The end of the response would be the end of the socket, and a sender that is still writing would
    // see that instead of the answer.
    response.write(body);
    request.once('close', () => response.end());
  } else {
    response.end(status === 204 ? undefined : body);
  }
  discardBody(request);
}
