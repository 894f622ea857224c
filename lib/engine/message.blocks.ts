import type { Deliverable } from './delivery.js';

/** What one block is filled up to: a client that has not confirmed one message of it keeps all of them. */
const MAX_MESSAGES = 64;
const MAX_BYTES = 64 * 1024;

/** Messages in the order they were delivered, shared by all connections that were sent the same. */
export class MessageBlock {
  readonly #messages: Deliverable[] = [];
  /** Bytes up to the end of each message. */
  readonly #ends: number[] = [];
  /** Where messages begin that came together. */
  readonly #starts = new Map<readonly Deliverable[], number>();

  message(index: number): Deliverable {
    return this.#messages[index] as Deliverable;
  }

  /** Bytes of the messages from one index up to, and without, another. */
  bytes(from: number, to: number): number {
    return this.#end(to) - this.#end(from);
  }

  /**
   * Whether the messages stand at the index; at the end they are put there while there is room.
   *
   * @param lengths bytes of the frame of each
   */
  accepts(index: number, messages: readonly Deliverable[], lengths: readonly number[]): boolean {
    if (index < this.#messages.length) return this.#has(index, messages);
    if (!this.#hasRoomFor(lengths)) return false;
    this.#add(messages, lengths);
    return true;
  }

  #has(index: number, messages: readonly Deliverable[]): boolean {
    if (messages.length === 1) return this.#messages[index] === messages[0];
    return this.#starts.get(messages) === index;
  }

  #hasRoomFor(lengths: readonly number[]): boolean {
    const { length } = this.#messages;
    if (length === 0) return true;
    const bytes = lengths.reduce((sum, one) => sum + one, this.#end(length));
    return length + lengths.length <= MAX_MESSAGES && bytes <= MAX_BYTES;
  }

  #add(messages: readonly Deliverable[], lengths: readonly number[]): void {
    const { length } = this.#messages;
    if (messages.length > 1) this.#starts.set(messages, length);
    let end = this.#end(length);
    messages.forEach((message, index) => {
      this.#messages.push(message);
      this.#ends.push((end += lengths[index] ?? 0));
    });
  }

  #end(count: number): number {
    return count === 0 ? 0 : (this.#ends[count - 1] as number);
  }
}

/** Gives the members of a group that begin a block with the same messages the same one. */
export class MessageBlocks {
  #last = new MessageBlock();

  beginningWith(messages: readonly Deliverable[], lengths: readonly number[]): MessageBlock {
    if (!this.#last.accepts(0, messages, lengths)) {
      this.#last = new MessageBlock();
      this.#last.accepts(0, messages, lengths);
    }
    return this.#last;
  }
}
