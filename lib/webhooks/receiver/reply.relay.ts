import type { EventReply } from '../../engine/ports/event-sink.interface.js';

/** Most messages, and most bytes, that may wait to be sent. */
const MAX_WAITING = 1000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * The messages a handler sends to its client, in order. There is room for one in the answer, so each is
 * held back until the next one comes, and goes out by itself then; the last one is left for the answer.
 */
export class ReplyRelay {
  readonly #aborter = new AbortController();
  #held: EventReply | undefined;
  #sent: Promise<void> = Promise.resolve();
  #waiting = 0;
  #waitingBytes = 0;
  #isClosed = false;
  #failure: Error | undefined;

  /** @param send sends one message by itself */
  constructor(private readonly send: (reply: EventReply) => Promise<void>) {}

  /** Why a message could not be sent. What comes after it would be out of order, so it is the end. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Aborts with the failure. */
  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  /** Takes one message. At the end it goes nowhere. */
  readonly add = (reply: EventReply): void => {
    if (this.#isClosed) return;
    const previous = this.#held;
    this.#held = reply;
    if (previous !== undefined) this.#enqueue(previous);
  };

  /**
   * Waits until all but the last one are sent.
   *
   * @returns the last one
   * @throws when one could not be sent
   */
  async last(): Promise<EventReply | undefined> {
    await this.#sent;
    if (this.#failure !== undefined) throw this.#failure;
    return this.#held;
  }

  /**
   * Sends the last one as well: the answer has no place for it.
   *
   * @throws when one could not be sent
   */
  async flush(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#enqueue(held);
    await this.last();
  }

  /** The event is over; what still waits goes nowhere. */
  close(): void {
    this.#isClosed = true;
    this.#held = undefined;
  }

  #enqueue(reply: EventReply): void {
    const { length } = reply.payload.bytes;
    if (this.#waiting >= MAX_WAITING || this.#waitingBytes + length > MAX_WAITING_BYTES) {
      this.#fail(new Error('The handler sends messages faster than the service takes them.'));
      return;
    }
    this.#waiting += 1;
    this.#waitingBytes += length;
    this.#sent = this.#sent.then(async () => {
      try {
        if (!this.#isClosed) await this.send(reply);
      } catch (cause) {
        this.#fail(new Error('A message to the client could not be sent.', { cause }));
      } finally {
        this.#waiting -= 1;
        this.#waitingBytes -= length;
      }
    });
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.close();
    // Not in the middle of a call of `add`: the handler may just have begun.
    queueMicrotask(() => this.#aborter.abort(failure));
  }
}
