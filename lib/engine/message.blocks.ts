import type { Deliverable } from './delivery.js';

/**
 * What one block holds at most: a client that has not confirmed one message of it keeps all of them.
 */
const MAX_MESSAGES = 64;
const MAX_BYTES = 64 * 1024;

/** Messages in the order they were delivered, shared by all connections that were sent the same. */
export class MessageBlock {
  readonly #messages: Deliverable[] = [];
  /** Bytes up to the end of each message. */
  readonly #ends: number[] = [];

  message(index: number): Deliverable {
    return this.#messages[index] as Deliverable;
  }

  /** Bytes of the messages from one index up to, and without, another. */
  bytes(from: number, to: number): number {
    return this.#end(to) - this.#end(from);
  }

  /** Whether the message stands at the index; at the end it is put there while there is room. */
  accepts(index: number, message: Deliverable, bytes: number): boolean {
    const { length } = this.#messages;
    if (index < length) return this.#messages[index] === message;
    const end = this.#end(length) + bytes;
    if (length > 0 && (length >= MAX_MESSAGES || end > MAX_BYTES)) return false;
    this.#messages.push(message);
    this.#ends.push(end);
    return true;
  }

  #end(count: number): number {
    return count === 0 ? 0 : (this.#ends[count - 1] as number);
  }
}

/** Gives the members of a group that begin a block with the same message the same one. */
export class MessageBlocks {
  #last = new MessageBlock();

  beginningWith(message: Deliverable, bytes: number): MessageBlock {
    if (!this.#last.accepts(0, message, bytes)) {
      this.#last = new MessageBlock();
      this.#last.accepts(0, message, bytes);
    }
    return this.#last;
  }
}
