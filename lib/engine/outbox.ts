import type { Backlog } from './backlog.js';
import type { Batch } from './batch.js';
import type { Clock } from './clock.js';
import type { FlushScheduler, Flushable } from './flush.scheduler.js';
import type { FrameChain } from './frame-chain.js';
import type { ConnectionChannel } from './ports/connection-channel.interface.js';
import type { FrameEncoder } from './ports/frame-encoder.interface.js';
import type { HubSlowConsumers } from './slow-consumers.js';

/** What all outboxes of a hub have in common. */
export interface OutboxSettings {
  readonly scheduler: FlushScheduler;
  readonly clock: Clock;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** What even frames that somebody else limits must not exceed: replaced ones stay in the queue. */
  readonly hardMaxBytes: number;
  /** What becomes of clients that do not read; they are closed unless it says otherwise. */
  readonly slowConsumers?: HubSlowConsumers;
}

/** So much is written at a time: before the end of the turn when it has piled up, and from a backlog. */
const WRITE_BYTES = 256 * 1024;

/**
 * What one connection is still owed. Nothing waits in a library out of our sight: once the operating
 * system stops taking bytes, frames stay here, are counted, and run into a limit.
 */
export class Outbox implements Flushable {
  #pending: FrameChain | undefined;
  #scheduled = false;
  // Nothing is written before the WebSocket is accepted: the socket calls drained() when it is.
  #blocked = true;
  #overflown = false;
  /** In the place of the chain while the client does not read and may lose messages. */
  #backlog: Backlog | undefined;

  constructor(
    private readonly settings: OutboxSettings,
    private readonly channel: ConnectionChannel,
    private readonly owner: OutboxOwner,
    /** The encoder of a protocol that promises no more than that a message arrives at most once. */
    private readonly plainEncoder?: FrameEncoder,
  ) {}

  /** Whether the client has not taken what was written; ends with {@link drained}. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /**
   * Queues data; too much for a client that does not read ends its connection.
   *
   * @param frame the frames of so many messages, in one piece
   */
  append(frame: Buffer, expiresAt: number, messages = 1): void {
    this.#add(frame, expiresAt, messages);
    if (this.#blocked && this.#exceedsLimits()) this.#overflow();
  }

  /**
   * Queues messages that come together for a client that does not read, if it rather loses some of
   * them than its connection.
   *
   * @returns whether it is such a client
   */
  appendToBacklog(batch: Batch): boolean {
    const backlog = this.#blocked ? this.#openBacklog() : undefined;
    backlog?.append(this.settings.slowConsumers?.conflate(batch) ?? batch);
    return backlog !== undefined;
  }

  /** Queues what somebody else limits: it ends the connection only far beyond. */
  appendUnlimited(frame: Buffer, expiresAt: number, messages = 1): void {
    this.#add(frame, expiresAt, messages);
    const waiting = this.#pending?.byteLength ?? 0;
    if (this.#blocked && waiting > this.settings.hardMaxBytes) this.#overflow();
  }

  /** Queues the answer to a request of the client itself: never a reason to end the connection. */
  reply(frame: Buffer): void {
    const backlog = this.#blocked ? this.#openBacklog() : undefined;
    if (backlog !== undefined) backlog.reply(frame);
    else this.#add(frame, 0, 1);
  }

  #add(frame: Buffer, expiresAt: number, messages: number): void {
    if (this.#overflown) return;
    if (this.#canWriteAtOnce && expiresAt === 0) {
      if (!this.channel.write(frame)) this.#blocked = true;
      return;
    }
    const waiting = this.#pending ?? this.settings.scheduler.root;
    const pending = waiting.append(frame, expiresAt, messages);
    this.#pending = pending;
    // Even if nothing can be written then: the root of this turn must not outlive it.
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.settings.scheduler.add(this);
    }
    if (this.#blocked) {
      // What has expired is not waiting any more: it neither counts nor piles up.
      if (this.#exceedsLimits()) this.#pending = pending.withoutExpired(this.settings.clock());
    } else if (pending.byteLength >= WRITE_BYTES || pending.length >= this.settings.maxMessages) {
      this.#write(pending);
    }
  }

  get #canWriteAtOnce(): boolean {
    const { scheduler } = this.settings;
    return scheduler.isWriting && this.#pending === undefined && !this.#blocked;
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#pending !== undefined && !this.#blocked) this.#write(this.#pending);
  }

  /** Writes everything now, even to a socket that does not take it: before a Close frame. */
  flushForClose(): void {
    while (this.#backlog !== undefined) this.#writeBacklog(this.#backlog);
    if (this.#pending !== undefined) this.#write(this.#pending);
  }

  /** The socket has taken everything that was written to it. */
  drained(): void {
    this.#blocked = false;
    while (this.#backlog !== undefined && !this.#blocked) this.#writeBacklog(this.#backlog);
    this.flush();
  }

  /** Instead of the chain: what waits for a client that may lose messages. */
  #openBacklog(): Backlog | undefined {
    if (this.#backlog !== undefined) return this.#backlog;
    const { plainEncoder: encoder, settings } = this;
    const { slowConsumers, maxMessages, maxBytes, clock } = settings;
    if (encoder === undefined || !slowConsumers?.loseMessages) return undefined;
    const bufferedBytes = (): number => this.channel.bufferedBytes;
    this.#backlog = slowConsumers.openBacklog({
      encoder,
      maxMessages,
      maxBytes,
      clock,
      bufferedBytes,
    });
    return this.#backlog;
  }

  #writeBacklog(backlog: Backlog): void {
    const bytes = backlog.take(WRITE_BYTES);
    if (backlog.isEmpty) this.#backlog = undefined;
    if (bytes.length > 0 && !this.channel.write(bytes)) this.#blocked = true;
  }

  #write(pending: FrameChain): void {
    this.#pending = undefined;
    const bytes = pending.join(this.settings.clock());
    if (bytes.length > 0 && !this.channel.write(bytes)) this.#blocked = true;
  }

  #exceedsLimits(): boolean {
    if (this.#pending === undefined) return false;
    const { length, byteLength } = this.#pending;
    const { maxMessages, maxBytes } = this.settings;
    return length > maxMessages || byteLength + this.channel.bufferedBytes > maxBytes;
  }

  #overflow(): void {
    this.#pending = undefined;
    this.#overflown = true;
    // Later in the turn: whoever appends may be walking over the members of a group.
    queueMicrotask(() => this.owner.outboxOverflow());
  }
}

/** Who an outbox belongs to. */
export interface OutboxOwner {
  /** The client does not read; what it was owed has been dropped. */
  outboxOverflow(): void;
}
