import type { Deliverable } from './delivery.js';
import { MessageBlock, MessageBlocks } from './message.blocks.js';

/** A run of messages of one block, numbered without a gap. */
interface Run {
  readonly block: MessageBlock;
  /** What is added to an index of the block to get the number of the message. */
  readonly offset: number;
  start: number;
  readonly end: number;
}

const NOTHING = new MessageBlock();

/**
 * Numbered messages that one client has not confirmed. It holds runs of shared blocks: an entry of its
 * own for each member of a group would cost more than the delivery.
 */
export class MessageQueue {
  readonly #older: Run[] = [];
  // The newest run, spread out: one object less to look at for each delivery.
  #block = NOTHING;
  #offset = 0;
  #start = 0;
  #end = 0;
  #length = 0;
  #bytes = 0;

  constructor(private readonly blocks: MessageBlocks) {}

  get length(): number {
    return this.#length;
  }

  /** Of all frames; the digits of a number are counted as those of the first who got the message. */
  get byteLength(): number {
    return this.#bytes;
  }

  /**
   * Adds messages.
   *
   * @param firstId number of the first; the others follow without a gap
   * @param lengths bytes of the frame of each
   */
  push(firstId: number, messages: readonly Deliverable[], lengths: readonly number[]): void {
    const goesOn = this.#end > 0 && this.#offset + this.#end === firstId;
    if (!goesOn || !this.#block.accepts(this.#end, messages, lengths)) {
      if (this.#start < this.#end) this.#older.push(this.#newest());
      this.#begin(this.blocks.beginningWith(messages, lengths), firstId);
    }
    const from = this.#end;
    this.#end += messages.length;
    this.#length += messages.length;
    this.#bytes += this.#block.bytes(from, this.#end);
  }

  /** Forgets everything up to a number. */
  forgetUpTo(sequenceId: number): void {
    for (let run = this.#older[0]; run !== undefined; run = this.#older[0]) {
      run.start = this.#forget(run, sequenceId);
      if (run.start < run.end) return;
      this.#older.shift();
    }
    this.#start = this.#forget(this.#newest(), sequenceId);
    // Nothing is held that is wanted no more.
    if (this.#start === this.#end) this.#begin(NOTHING, 0);
  }

  /** Forgets what does not pass the test; asked from the first to the last. */
  keep(isKept: (message: Deliverable, sequenceId: number) => boolean): void {
    const kept: [number, [Deliverable], [number]][] = [];
    this.forEach((message, sequenceId, bytes) => {
      if (isKept(message, sequenceId)) kept.push([sequenceId, [message], [bytes]]);
    });
    this.forgetUpTo(Infinity);
    for (const item of kept) this.push(...item);
  }

  forEach(visit: (message: Deliverable, sequenceId: number, bytes: number) => void): void {
    for (const { block, offset, start, end } of [...this.#older, this.#newest()]) {
      for (let index = start; index < end; index += 1) {
        visit(block.message(index), offset + index, block.bytes(index, index + 1));
      }
    }
  }

  #newest(): Run {
    return { block: this.#block, offset: this.#offset, start: this.#start, end: this.#end };
  }

  #begin(block: MessageBlock, sequenceId: number): void {
    this.#block = block;
    this.#offset = sequenceId;
    this.#start = 0;
    this.#end = 0;
  }

  /** @returns where the run begins then */
  #forget({ block, offset, start, end }: Run, sequenceId: number): number {
    const next = Math.max(start, Math.min(end, sequenceId - offset + 1));
    this.#length -= next - start;
    this.#bytes -= block.bytes(start, next);
    return next;
  }
}
