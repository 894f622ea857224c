import type { Clock } from './clock.js';
import type { FlushScheduler, Flushable } from './flush.scheduler.js';
import type { FrameChain } from './frame-chain.js';
import type { ConnectionChannel } from './ports/connection-channel.interface.js';

/** What all outboxes of a hub have in common. */
export interface OutboxSettings {
  readonly scheduler: FlushScheduler;
  readonly clock: Clock;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** What even frames that somebody else limits must not exceed: replaced ones stay in the queue. */
  readonly hardMaxBytes: number;
}

/** A reading client is written to before the end of the turn when this much has piled up. */
const EARLY_FLUSH_BYTES = 256 * 1024;

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

  constructor(
    private readonly settings: OutboxSettings,
    private readonly channel: ConnectionChannel,
    private readonly owner: OutboxOwner,
  ) {}

  /** Whether the client has not taken what was written; ends with {@link drained}. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** Queues a data frame; too many for a client that does not read end its connection. */
  append(frame: Buffer, expiresAt: number): void {
    this.#add(frame, expiresAt);
    if (this.#blocked && this.#exceedsLimits()) this.#overflow();
  }

  /** Queues a frame that somebody else limits: it ends the connection only far beyond. */
  appendUnlimited(frame: Buffer, expiresAt: number): void {
    this.#add(frame, expiresAt);
    const waiting = this.#pending?.byteLength ?? 0;
    if (this.#blocked && waiting > this.settings.hardMaxBytes) this.#overflow();
  }

  /** Queues the answer to a request of the client itself: never a reason to end the connection. */
  reply(frame: Buffer): void {
    this.#add(frame, 0);
  }

  #add(frame: Buffer, expiresAt: number): void {
    if (this.#overflown) return;
    const pending = (this.#pending ?? this.settings.scheduler.root).append(frame, expiresAt);
    this.#pending = pending;
    // Even if nothing can be written then: the root of this turn must not outlive it.
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.settings.scheduler.add(this);
    }
    if (this.#blocked) {
      // What has expired is not waiting any more: it neither counts nor piles up.
      if (this.#exceedsLimits()) this.#pending = pending.withoutExpired(this.settings.clock());
    } else if (
      pending.byteLength >= EARLY_FLUSH_BYTES ||
      pending.length >= this.settings.maxMessages
    ) {
      this.#write(pending);
    }
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#pending !== undefined && !this.#blocked) this.#write(this.#pending);
  }

  /** Writes everything now, even to a socket that does not take it: before a Close frame. */
  flushForClose(): void {
    if (this.#pending !== undefined) this.#write(this.#pending);
  }

  /** The socket has taken everything that was written to it. */
  drained(): void {
    this.#blocked = false;
    this.flush();
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
