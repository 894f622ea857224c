import { isUint8Array } from 'node:util/types';
import type { IncomingMessage } from 'node:http';
import { contentLengthOf, readBody } from '../../http/raw-body.js';

/** How many of the largest bodies may be in memory at once. */
const MOST_OF_THE_LARGEST = 8;

/** Why there is no body, as a status. */
export type BodyProblem = 400 | 413 | 500 | 503;

/** Where body parsers of the application leave what they have read. */
interface ParsedRequest extends IncomingMessage {
  readonly rawBody?: unknown;
  readonly body?: unknown;
}

/** The bodies of events, which are in memory as long as their handlers are at work. */
export class EventBodies {
  #held = 0;
  readonly #maxHeld: number;

  constructor(private readonly maxBodyBytes: number) {
    this.#maxHeld = MOST_OF_THE_LARGEST * maxBodyBytes;
  }

  /** Room for one body; to be released. */
  open(): EventBody {
    let own = 0;
    let isReleased = false;
    return {
      read: (request) =>
        this.#read(request, (bytes) => {
          if (isReleased || this.#held + bytes > this.#maxHeld) return false;
          this.#held += bytes;
          own += bytes;
          return true;
        }),
      release: () => {
        isReleased = true;
        this.#held -= own;
        own = 0;
      },
    };
  }

  async #read(
    request: ParsedRequest,
    reserve: (bytes: number) => boolean,
  ): Promise<Buffer | BodyProblem> {
    if (request.readableDidRead) return this.#parsedBody(request);
    if ((contentLengthOf(request) ?? 0) > this.maxBodyBytes) return 413;
    let isAdmitted = true;
    try {
      const admit = (bytes: number): boolean => (isAdmitted = reserve(bytes));
      const body = await readBody(request, this.maxBodyBytes, admit);
      return body ?? (isAdmitted ? 413 : 503);
    } catch {
      // The sender has hung up.
      return 400;
    }
  }

  /** Somebody in front of us has read it: an application that ours is mounted in, for example. */
  #parsedBody({ rawBody, body }: ParsedRequest): Buffer | BodyProblem {
    const bytes = bytesOf(rawBody) ?? bytesOf(body);
    if (bytes === undefined) return 500;
    return bytes.length > this.maxBodyBytes ? 413 : bytes;
  }
}

/** Room for one body. */
export interface EventBody {
  read(request: IncomingMessage): Promise<Buffer | BodyProblem>;
  /** What is still to come is not admitted after this. */
  release(): void;
}

/** What was parsed is written again; numbers beyond the precision of JavaScript have lost digits. */
function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (isUint8Array(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
}
