import type { Deliverable } from './delivery.js';
import type { HubSlowConsumers } from './slow-consumers.js';

/** What a backlog has to know of its client. */
export interface BacklogOwner {
  readonly maxMessages: number;
  readonly maxBytes: number;
  clock(): number;
  /** What waits elsewhere for the same client, and counts too. */
  bufferedBytes(): number;
}

/** In the place of a message that is gone. */
const GONE = Buffer.alloc(0);

/**
 * What waits for a client that does not read, when its hub would rather lose old messages than the
 * client. Columns of references to what everybody who waits shares: a message costs no object here.
 */
export class Backlog {
  /** In the order they are to be written, with holes where a message was. */
  #frames: Buffer[] = [];
  /** `undefined` = an answer to a request of the client itself. */
  #messages: (Deliverable | undefined)[] = [];
  #front = 0;
  /** Before it there are no messages any more, only answers. */
  #oldest = 0;
  #holes = 0;
  readonly #places = new Map<string, number>();
  #count = 0;
  #bytes = 0;
  #firstExpiry = Infinity;

  constructor(
    private readonly owner: BacklogOwner,
    private readonly slow: Pick<HubSlowConsumers, 'count' | 'topicOf'>,
  ) {}

  get isEmpty(): boolean {
    return this.#live === 0;
  }

  /** Queues the answer to a request of the client itself: it is never dropped. */
  reply(frame: Buffer): void {
    this.#frames.push(frame);
    this.#messages.push(undefined);
  }

  /**
   * Queues a message, and drops the oldest until everything fits again. A newer message of a topic goes
   * to the end: what the client gets of one topic is never older than what it had of another.
   */
  append(frame: Buffer, message: Deliverable): void {
    const topic = this.slow.topicOf(message);
    if (topic !== undefined) this.#conflate(topic);
    if (frame.length > this.owner.maxBytes) {
      // Everything else would have to go for it, and it would still not fit.
      this.slow.count('droppedMessages');
      return;
    }
    if (topic !== undefined) this.#places.set(topic, this.#frames.length);
    this.#frames.push(frame);
    this.#messages.push(message);
    this.#count += 1;
    this.#bytes += frame.length;
    const { expiresAt } = message;
    if (expiresAt !== 0 && expiresAt < this.#firstExpiry) this.#firstExpiry = expiresAt;
    if (this.#exceeds()) this.#makeRoom();
  }

  /** Takes frames from the front until they are so many bytes, or all. */
  take(bytes: number): Buffer {
    const now = this.owner.clock();
    const frames: Buffer[] = [];
    let sum = 0;
    for (; this.#front < this.#frames.length && sum < bytes; this.#front += 1) {
      const frame = this.#frames[this.#front] as Buffer;
      const message = this.#messages[this.#front];
      if (frame === GONE) {
        this.#holes -= 1;
        continue;
      }
      if (message !== undefined) {
        this.#forget(frame, message);
        if (isExpired(message, now)) continue;
      }
      frames.push(frame);
      sum += frame.length;
    }
    this.#compact();
    return Buffer.concat(frames, sum);
  }

  get #live(): number {
    return this.#frames.length - this.#front - this.#holes;
  }

  #exceeds(): boolean {
    const { maxMessages, maxBytes } = this.owner;
    return this.#count > maxMessages || this.#bytes + this.owner.bufferedBytes() > maxBytes;
  }

  #makeRoom(): void {
    if (this.#firstExpiry !== Infinity) this.#dropExpired(this.owner.clock());
    this.#oldest = Math.max(this.#oldest, this.#front);
    for (; this.#count > 1 && this.#exceeds(); this.#oldest += 1) {
      const message = this.#messages[this.#oldest];
      if (message === undefined) continue;
      this.#remove(this.#oldest, message);
      this.slow.count('droppedMessages');
    }
    this.#compact();
  }

  #conflate(topic: string): void {
    const place = this.#places.get(topic);
    if (place === undefined) return;
    this.#remove(place, this.#messages[place] as Deliverable);
    this.slow.count('conflatedMessages');
    this.#compact();
  }

  /** What nobody wants any more is not dropped for lack of room. */
  #dropExpired(now: number): void {
    if (now < this.#firstExpiry) return;
    this.#firstExpiry = Infinity;
    for (let place = this.#front; place < this.#frames.length; place += 1) {
      const message = this.#messages[place];
      if (message === undefined || message.expiresAt === 0) continue;
      if (isExpired(message, now)) this.#remove(place, message);
      else this.#firstExpiry = Math.min(this.#firstExpiry, message.expiresAt);
    }
  }

  #remove(place: number, message: Deliverable): void {
    this.#forget(this.#frames[place] as Buffer, message);
    this.#frames[place] = GONE;
    this.#messages[place] = undefined;
    this.#holes += 1;
  }

  #forget(frame: Buffer, message: Deliverable): void {
    this.#count -= 1;
    this.#bytes -= frame.length;
    const topic = this.slow.topicOf(message);
    if (topic !== undefined) this.#places.delete(topic);
  }

  /** Closes up when half of the queue is holes and what has been taken. */
  #compact(): void {
    if (this.#frames.length <= 2 * this.#live + 1) return;
    const [frames, messages] = [this.#frames, this.#messages];
    [this.#frames, this.#messages] = [[], []];
    for (let place = this.#front; place < frames.length; place += 1) {
      const [frame, message] = [frames[place] as Buffer, messages[place]];
      if (frame === GONE) continue;
      const topic = message && this.slow.topicOf(message);
      if (topic !== undefined) this.#places.set(topic, this.#frames.length);
      this.#frames.push(frame);
      this.#messages.push(message);
    }
    this.#front = 0;
    this.#oldest = 0;
    this.#holes = 0;
  }
}

function isExpired({ expiresAt }: Deliverable, now: number): boolean {
  return expiresAt !== 0 && now >= expiresAt;
}
