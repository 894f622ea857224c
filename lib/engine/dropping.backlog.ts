import { exceeds, isExpired, type Backlog, type BacklogOwner } from './backlog.js';
import { Batch, type FrameRun, type Frames } from './batch.js';
import { EarliestExpiry } from './earliest-expiry.js';

const NOTHING = Buffer.alloc(0);

/** What is left of frames that came together. It shares the bytes with everybody who waits for them. */
interface Rest {
  readonly frames: Frames;
  /** So many messages have gone, and so many bytes with them. */
  messages: number;
  bytes: number;
}

/** Keeps the newest messages. */
export class DroppingBacklog implements Backlog {
  /** In their order: messages, and answers. */
  readonly #waiting: (Rest | Buffer)[] = [];
  readonly #expiry = new EarliestExpiry();
  #count = 0;
  #bytes = 0;

  constructor(private readonly owner: BacklogOwner) {}

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  reply(frame: Buffer): void {
    this.#waiting.push(frame);
  }

  append(batch: Batch): void {
    for (const run of batch.runs(this.owner.encoder)) this.#append(run);
    if (this.#exceeds()) this.#makeRoom();
  }

  #append({ messages, frames }: FrameRun): void {
    const { bytes, lengths, expiresAt } = frames;
    if (bytes.length > this.owner.maxBytes) {
      // Everything else would have to go for one that is too large, and it would still not fit.
      if (messages.length === 1) this.owner.lost('droppedMessages');
      else for (const message of messages) this.append(new Batch([message]));
      return;
    }
    this.#waiting.push({ frames, messages: 0, bytes: 0 });
    this.#count += lengths.length;
    this.#bytes += bytes.length;
    this.#expiry.note(expiresAt);
  }

  take(bytes: number): Buffer {
    const now = this.owner.clock();
    const taken: Buffer[] = [];
    for (let left = bytes; left > 0 && this.#waiting.length > 0;) {
      const piece = this.#takePiece(left, now);
      taken.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(taken);
  }

  /** Of what is first: an answer, or messages that come together, until they are so many bytes. */
  #takePiece(bytes: number, now: number): Buffer {
    const next = this.#waiting[0] as Rest | Buffer;
    if (Buffer.isBuffer(next)) {
      this.#waiting.shift();
      return next;
    }
    const { bytes: start, frames } = next;
    if (isExpired(frames, now)) {
      this.#forget(0, Infinity);
      return NOTHING;
    }
    let size = 0;
    let count = 0;
    for (let index = next.messages; index < frames.lengths.length && size < bytes; index += 1) {
      size += frames.lengths[index] as number;
      count += 1;
    }
    this.#forget(0, count);
    return frames.bytes.subarray(start, start + size);
  }

  #makeRoom(): void {
    if (this.#expiry.isOver(this.owner.clock)) this.#dropExpired();
    // Most often there are too many, and not too many bytes: all that are can go in one step.
    this.#drop(this.#count - this.owner.maxMessages);
    while (this.#count > 1 && this.#exceeds()) this.#drop(1);
  }

  #drop(count: number): void {
    for (let left = count; left > 0;) {
      // Answers stay: they are few, since who does not read is not read either.
      const oldest = this.#waiting.findIndex((next) => !Buffer.isBuffer(next));
      left -= this.#forget(oldest, left);
    }
    if (count > 0) this.owner.lost('droppedMessages', count);
  }

  /** What nobody wants any more is not dropped for lack of room. */
  #dropExpired(): void {
    const now = this.owner.clock();
    this.#expiry.reset();
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      const next = this.#waiting[index] as Rest | Buffer;
      if (Buffer.isBuffer(next)) continue;
      if (isExpired(next.frames, now)) this.#forget(index, Infinity);
      else this.#expiry.note(next.frames.expiresAt);
    }
  }

  /** Lets go of messages of one place, from its first. @returns how many they were */
  #forget(index: number, count: number): number {
    const rest = this.#waiting[index] as Rest;
    const { lengths, bytes } = rest.frames;
    const [from, start] = [rest.messages, rest.bytes];
    if (count >= lengths.length - from) {
      this.#waiting.splice(index, 1);
      rest.messages = lengths.length;
      rest.bytes = bytes.length;
    }
    for (; rest.messages < Math.min(from + count, lengths.length); rest.messages += 1) {
      rest.bytes += lengths[rest.messages] as number;
    }
    this.#count -= rest.messages - from;
    this.#bytes -= rest.bytes - start;
    return rest.messages - from;
  }

  #exceeds(): boolean {
    return exceeds(this.owner, this.#count, this.#bytes);
  }
}
