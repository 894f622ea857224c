import type { Clock } from './clock.js';
import type { Deliverable } from './delivery.js';
import type { Outbox } from './outbox.js';
import type { FrameEncoder, SequencedEncoder } from './ports/frame-encoder.interface.js';
import type { Session, SessionOwner } from './session.js';

export interface ReliableSessionParts {
  readonly encoder: SequencedEncoder;
  readonly clock: Clock;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly recoveryWindowMs: number;
}

interface Unconfirmed {
  readonly sequenceId: number;
  /** A reference, shared with everybody else who got it; encoded again only when it is replayed. */
  readonly message: Deliverable;
  readonly bytes: number;
}

/**
 * At least once, in order: numbers what a connection is sent from 1 without gaps, keeps it until the
 * client has confirmed it, and sends it again on a new socket (client-protocols.md 6).
 */
export class ReliableSession implements Session {
  #lastId = 0;
  #unconfirmed: Unconfirmed[] = [];
  #bytes = 0;
  #overflown = false;

  constructor(
    private readonly parts: ReliableSessionParts,
    private readonly owner: SessionOwner,
  ) {}

  /** Messages that the client has not confirmed. */
  get size(): number {
    return this.#unconfirmed.length;
  }

  deliver(message: Deliverable, _encoder: FrameEncoder, outbox: Outbox | undefined): void {
    if (this.#overflown) return;
    const sequenceId = this.#lastId + 1;
    const frame = message.sequencedFrame(this.parts.encoder, sequenceId);
    if (!this.#hasRoomFor(frame.length)) {
      this.#overflow();
      return;
    }
    this.#lastId = sequenceId;
    this.#unconfirmed.push({ sequenceId, message, bytes: frame.length });
    this.#bytes += frame.length;
    // This buffer is the limit; the outbox holds no more than is in it.
    outbox?.appendUnlimited(frame, message.expiresAt);
  }

  /** Lets go of everything up to a number; one that was never given confirms all. */
  confirm(sequenceId: bigint): void {
    let count = 0;
    for (const { sequenceId: id, bytes } of this.#unconfirmed) {
      if (BigInt(id) > sequenceId) break;
      this.#bytes -= bytes;
      count += 1;
    }
    if (count > 0) this.#unconfirmed.splice(0, count);
  }

  get detachedMs(): number {
    return this.parts.recoveryWindowMs;
  }

  /** Sends again what is not confirmed, with the numbers it had. */
  resume(outbox: Outbox): void {
    this.#dropExpired();
    for (const { message, sequenceId } of this.#unconfirmed) {
      const frame = message.sequencedFrame(this.parts.encoder, sequenceId);
      outbox.appendUnlimited(frame, message.expiresAt);
    }
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#fits(bytes)) return true;
    this.#dropExpired();
    if (this.#fits(bytes)) return true;
    this.#dropOutdated();
    return this.#fits(bytes);
  }

  #fits(bytes: number): boolean {
    const { maxMessages, maxBytes } = this.parts;
    return this.#unconfirmed.length < maxMessages && this.#bytes + bytes <= maxBytes;
  }

  /** A message whose time is over is not sent again; its number stays unused. */
  #dropExpired(): void {
    const now = this.parts.clock();
    this.#unconfirmed = this.#unconfirmed.filter(({ message, bytes }) => {
      const isExpired = message.expiresAt !== 0 && message.expiresAt <= now;
      if (isExpired) this.#bytes -= bytes;
      return !isExpired;
    });
  }

  /**
   * Old news of a topic give way to newer ones: a client that is told nothing but group states may
   * never confirm them (client-protocols.md 9.5). Their numbers stay unused.
   */
  #dropOutdated(): void {
    const topics = new Set<string>();
    const kept: Unconfirmed[] = [];
    for (const unconfirmed of this.#unconfirmed.toReversed()) {
      const { topic } = unconfirmed.message;
      if (topic !== undefined && topics.has(topic)) this.#bytes -= unconfirmed.bytes;
      else kept.push(unconfirmed);
      if (topic !== undefined) topics.add(topic);
    }
    this.#unconfirmed = kept.toReversed();
  }

  #overflow(): void {
    this.#overflown = true;
    this.#unconfirmed = [];
    this.#bytes = 0;
    // Later in the turn: whoever delivers may be walking over the members of a group.
    queueMicrotask(() => this.owner.sessionOverflow());
  }
}
