import { exceeds, isExpired, type Backlog, type BacklogOwner } from './backlog.js';
import type { Batch } from './batch.js';
import type { Deliverable } from './delivery.js';
import { EarliestExpiry } from './earliest-expiry.js';

/** A topic; a number for what has none. */
type Key = string | number;

/**
 * Keeps the newest message of each topic. A newer one goes to the end: what the client gets of one
 * topic is never older than what it had of another.
 */
export class ConflatingBacklog implements Backlog {
  /** Messages and answers. A map keeps its keys in the order they came. */
  readonly #waiting = new Map<Key, Deliverable | Buffer>();
  readonly #expiry = new EarliestExpiry();
  /** Before it there are only answers. */
  #oldest: Iterator<[Key, Deliverable | Buffer]> | undefined;
  #lastKey = 0;
  #count = 0;
  #bytes = 0;

  constructor(
    private readonly owner: BacklogOwner,
    private readonly topicOf: (message: Deliverable) => string | undefined,
  ) {}

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  reply(frame: Buffer): void {
    this.#waiting.set(this.#nextKey(), frame);
  }

  append(batch: Batch): void {
    for (const message of batch.messagesFor(this.owner.encoder)) this.#append(message);
    if (this.#exceeds()) this.#makeRoom();
  }

  #append(message: Deliverable): void {
    const topic = this.topicOf(message);
    if (topic !== undefined && this.#remove(topic, this.#waiting.get(topic))) {
      this.owner.lost('conflatedMessages');
    }
    const { length } = this.#frame(message);
    if (length > this.owner.maxBytes) {
      // Everything else would have to go for it, and it would still not fit.
      this.owner.lost('droppedMessages');
      return;
    }
    this.#waiting.set(topic ?? this.#nextKey(), message);
    this.#count += 1;
    this.#bytes += length;
    this.#expiry.note(message.expiresAt);
  }

  take(bytes: number): Buffer {
    const now = this.owner.clock();
    const frames: Buffer[] = [];
    let sum = 0;
    for (const [key, next] of this.#waiting) {
      if (sum >= bytes) break;
      if (this.#remove(key, next) && isExpired(next, now)) continue;
      const frame = Buffer.isBuffer(next) ? next : this.#frame(next);
      this.#waiting.delete(key);
      frames.push(frame);
      sum += frame.length;
    }
    return Buffer.concat(frames, sum);
  }

  #makeRoom(): void {
    if (this.#expiry.isOver(this.owner.clock)) this.#dropExpired();
    while (this.#count > 1 && this.#exceeds()) {
      // One that goes on where it was: from the front, a map walks over everything it has deleted.
      this.#oldest ??= this.#waiting.entries();
      const { done, value } = this.#oldest.next();
      if (done === true) return;
      if (this.#remove(...value)) this.owner.lost('droppedMessages');
    }
  }

  /** What nobody wants any more is not dropped for lack of room. */
  #dropExpired(): void {
    const now = this.owner.clock();
    this.#expiry.reset();
    for (const [key, next] of this.#waiting) {
      if (Buffer.isBuffer(next)) continue;
      if (isExpired(next, now)) this.#remove(key, next);
      else this.#expiry.note(next.expiresAt);
    }
  }

  /** Takes a message away; answers stay. */
  #remove(key: Key, waiting: Deliverable | Buffer | undefined): waiting is Deliverable {
    if (waiting === undefined || Buffer.isBuffer(waiting)) return false;
    this.#waiting.delete(key);
    this.#count -= 1;
    this.#bytes -= this.#frame(waiting).length;
    return true;
  }

  #exceeds(): boolean {
    return exceeds(this.owner, this.#count, this.#bytes);
  }

  #nextKey(): number {
    this.#lastKey += 1;
    return this.#lastKey;
  }

  #frame(message: Deliverable): Buffer {
    return message.frame(this.owner.encoder);
  }
}
