import type { HubSlowConsumers, WaitingMessage } from './slow-consumers.js';

/** What a backlog has to know of its client. */
export interface BacklogOwner {
  readonly maxMessages: number;
  readonly maxBytes: number;
  clock(): number;
  /** What waits elsewhere for the same client, and counts too. */
  bufferedBytes(): number;
}

/** An answer to a request of the client itself. */
interface WaitingReply {
  readonly frame: Buffer;
  readonly expiresAt?: undefined;
}

type Waiting = WaitingMessage | WaitingReply;

const isReply = (waiting: Waiting): waiting is WaitingReply => waiting.expiresAt === undefined;

/**
 * What waits for a client that does not read, when its hub would rather lose old messages than the
 * client: references, shared with everybody else who waits for them.
 */
export class Backlog {
  /** In the order they are to be written, with holes where a message was. */
  #queue: (Waiting | undefined)[] = [];
  #front = 0;
  /** Before it there are no messages any more, only answers. */
  #oldest = 0;
  #holes = 0;
  readonly #places = new Map<string, number>();
  #messages = 0;
  #bytes = 0;
  #firstExpiry = Infinity;

  constructor(
    private readonly owner: BacklogOwner,
    private readonly slow: Pick<HubSlowConsumers, 'count'>,
  ) {}

  get isEmpty(): boolean {
    return this.#queue.length - this.#front - this.#holes === 0;
  }

  /** Queues the answer to a request of the client itself: it is never dropped. */
  reply(frame: Buffer): void {
    this.#queue.push({ frame });
  }

  /**
   * Queues a message, and drops the oldest until everything fits again. A newer message of a topic goes
   * to the end: what the client gets of one topic is never older than what it had of another.
   */
  append(message: WaitingMessage): void {
    const { frame, expiresAt, topic } = message;
    if (topic !== undefined) this.#conflate(topic);
    if (frame.length > this.owner.maxBytes) {
      // Everything else would have to go for it, and it would still not fit.
      this.slow.count('droppedMessages');
      return;
    }
    if (topic !== undefined) this.#places.set(topic, this.#queue.length);
    this.#queue.push(message);
    this.#messages += 1;
    this.#bytes += frame.length;
    if (expiresAt < this.#firstExpiry) this.#firstExpiry = expiresAt;
    if (this.#exceeds()) this.#makeRoom();
  }

  /** Takes frames from the front until they are so many bytes, or all. */
  take(bytes: number): Buffer {
    const now = this.owner.clock();
    const frames: Buffer[] = [];
    let sum = 0;
    for (; this.#front < this.#queue.length && sum < bytes; this.#front += 1) {
      const next = this.#queue[this.#front];
      if (next === undefined) {
        this.#holes -= 1;
        continue;
      }
      if (!isReply(next)) {
        this.#forget(next);
        if (now >= next.expiresAt) continue;
      }
      frames.push(next.frame);
      sum += next.frame.length;
    }
    this.#compact();
    return Buffer.concat(frames, sum);
  }

  #exceeds(): boolean {
    const { maxMessages, maxBytes } = this.owner;
    return this.#messages > maxMessages || this.#bytes + this.owner.bufferedBytes() > maxBytes;
  }

  #makeRoom(): void {
    if (this.#firstExpiry !== Infinity) this.#dropExpired(this.owner.clock());
    this.#oldest = Math.max(this.#oldest, this.#front);
    for (; this.#messages > 1 && this.#exceeds(); this.#oldest += 1) {
      const message = this.#queue[this.#oldest];
      if (message === undefined || isReply(message)) continue;
      this.#remove(this.#oldest, message);
      this.slow.count('droppedMessages');
    }
    this.#compact();
  }

  #conflate(topic: string): void {
    const place = this.#places.get(topic);
    if (place === undefined) return;
    this.#remove(place, this.#queue[place] as WaitingMessage);
    this.slow.count('conflatedMessages');
    this.#compact();
  }

  /** What nobody wants any more is not dropped for lack of room. */
  #dropExpired(now: number): void {
    if (now < this.#firstExpiry) return;
    this.#firstExpiry = Infinity;
    for (let place = this.#front; place < this.#queue.length; place += 1) {
      const message = this.#queue[place];
      if (message === undefined || isReply(message)) continue;
      if (now >= message.expiresAt) this.#remove(place, message);
      else this.#firstExpiry = Math.min(this.#firstExpiry, message.expiresAt);
    }
  }

  #remove(place: number, message: WaitingMessage): void {
    this.#queue[place] = undefined;
    this.#holes += 1;
    this.#forget(message);
  }

  #forget({ frame, topic }: WaitingMessage): void {
    this.#messages -= 1;
    this.#bytes -= frame.length;
    if (topic !== undefined) this.#places.delete(topic);
  }

  /** Closes up when half of the queue is holes and what has been taken. */
  #compact(): void {
    const live = this.#queue.length - this.#front - this.#holes;
    if (this.#queue.length <= 2 * live + 1) return;
    this.#queue = this.#queue.slice(this.#front).filter((next) => next !== undefined);
    this.#front = 0;
    this.#oldest = 0;
    this.#holes = 0;
    this.#queue.forEach((next, place) => {
      if (next === undefined || isReply(next) || next.topic === undefined) return;
      this.#places.set(next.topic, place);
    });
  }
}
