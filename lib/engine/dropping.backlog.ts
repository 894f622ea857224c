import { exceeds, isExpired, type Backlog, type BacklogOwner } from './backlog.js';
import { Batch, type FrameRun } from './batch.js';
import type { MessageBlocks } from './message.blocks.js';
import { MessageQueue } from './message.queue.js';

interface Reply {
  readonly frame: Buffer;
  /** Messages up to this number come first. */
  readonly after: number;
}

/** Keeps the newest messages, in blocks that are shared with everybody else who waits for them. */
export class DroppingBacklog implements Backlog {
  readonly #messages: MessageQueue;
  readonly #replies: Reply[] = [];
  #lastId = 0;
  #firstExpiry = Infinity;

  constructor(
    private readonly owner: BacklogOwner,
    blocks: MessageBlocks,
  ) {
    this.#messages = new MessageQueue(blocks);
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0 && this.#replies.length === 0;
  }

  reply(frame: Buffer): void {
    this.#replies.push({ frame, after: this.#lastId });
  }

  append(batch: Batch): void {
    for (const run of batch.runs(this.owner.encoder)) this.#append(run);
    if (this.#exceeds()) this.#makeRoom();
  }

  #append(run: FrameRun): void {
    const { messages, byteLength, expiresAt } = run;
    if (byteLength > this.owner.maxBytes) {
      // Everything else would have to go for one that is too large, and it would still not fit.
      if (messages.length === 1) this.owner.lost('droppedMessages');
      else for (const message of messages) this.append(new Batch([message]));
      return;
    }
    this.#messages.push(this.#lastId + 1, run);
    this.#lastId += messages.length;
    if (expiresAt !== 0 && expiresAt < this.#firstExpiry) this.#firstExpiry = expiresAt;
  }

  take(bytes: number): Buffer {
    const now = this.owner.clock();
    const frames: Buffer[] = [];
    for (let sum = 0; sum < bytes && !this.isEmpty;) {
      const frame = this.#takeReply() ?? this.#takeMessage(now);
      if (frame === undefined) continue;
      frames.push(frame);
      sum += frame.length;
    }
    return Buffer.concat(frames);
  }

  #takeReply(): Buffer | undefined {
    const [reply] = this.#replies;
    if (reply === undefined || reply.after >= (this.#messages.firstId ?? Infinity))
      return undefined;
    this.#replies.shift();
    return reply.frame;
  }

  #takeMessage(now: number): Buffer | undefined {
    const { first } = this.#messages;
    this.#messages.forgetFirst(1);
    if (first === undefined || isExpired(first, now)) return undefined;
    return first.frame(this.owner.encoder);
  }

  #makeRoom(): void {
    if (this.#firstExpiry !== Infinity) this.#dropExpired(this.owner.clock());
    // Most often there are too many, and not too many bytes: all that are can go in one step.
    this.#drop(this.#messages.length - this.owner.maxMessages);
    while (this.#messages.length > 1 && this.#exceeds()) this.#drop(1);
  }

  #drop(count: number): void {
    if (count <= 0) return;
    this.#messages.forgetFirst(count);
    this.owner.lost('droppedMessages', count);
  }

  /** What nobody wants any more is not dropped for lack of room. */
  #dropExpired(now: number): void {
    if (now < this.#firstExpiry) return;
    this.#firstExpiry = Infinity;
    this.#messages.keep((message) => {
      if (isExpired(message, now)) return false;
      if (message.expiresAt !== 0) {
        this.#firstExpiry = Math.min(this.#firstExpiry, message.expiresAt);
      }
      return true;
    });
  }

  #exceeds(): boolean {
    return exceeds(this.owner, this.#messages.length, this.#messages.byteLength);
  }
}
