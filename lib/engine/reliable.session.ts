import { Batch, type FrameRun } from './batch.js';
import type { Clock } from './clock.js';
import type { MessageBlocks } from './message.blocks.js';
import type { Outbox } from './outbox.js';
import type { FrameEncoder, SequencedEncoder } from './ports/frame-encoder.interface.js';
import type { Session, SessionOwner } from './session.js';
import { MessageQueue } from './message.queue.js';

/** What all reliable connections of a node have in common. */
export interface ReliableSettings {
  readonly blocks: MessageBlocks;
  readonly clock: Clock;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly recoveryWindowMs: number;
}

/**
 * At least once, in order: numbers what a connection is sent from 1 without gaps, keeps it until the
 * client has confirmed it, and sends it again on a new socket (client-protocols.md 6).
 */
export class ReliableSession implements Session {
  #lastId = 0;
  readonly #unconfirmed: MessageQueue;
  #overflown = false;

  constructor(
    private readonly settings: ReliableSettings,
    private readonly encoder: SequencedEncoder,
    private readonly owner: SessionOwner,
  ) {
    this.#unconfirmed = new MessageQueue(settings.blocks);
  }

  /** Messages that the client has not confirmed. */
  get size(): number {
    return this.#unconfirmed.length;
  }

  deliver(batch: Batch, encoder: FrameEncoder, outbox: Outbox | undefined): void {
    for (const run of batch.sequencedRuns(this.encoder, this.#lastId + 1)) {
      if (this.#overflown) return;
      if (this.#fits(run)) this.#add(run, outbox);
      else if (run.messages.length > 1) {
        // As many as there is room for.
        for (const message of run.messages) this.deliver(new Batch([message]), encoder, outbox);
      } else if (this.#makeRoomFor(run)) this.#add(run, outbox);
      else this.#overflow();
    }
  }

  #add({ messages, frames }: FrameRun, outbox: Outbox | undefined): void {
    this.#unconfirmed.push(this.#lastId + 1, messages, frames.lengths);
    this.#lastId += messages.length;
    // This buffer is the limit; the outbox holds no more than is in it.
    outbox?.appendUnlimited(frames.bytes, frames.expiresAt, messages.length);
  }

  /** Lets go of everything up to a number; one that was never given confirms all. */
  confirm(sequenceId: bigint): void {
    const isGiven = sequenceId <= BigInt(this.#lastId);
    this.#unconfirmed.forgetUpTo(isGiven ? Number(sequenceId) : this.#lastId);
  }

  get detachedMs(): number {
    return this.settings.recoveryWindowMs;
  }

  /** Sends again what is not confirmed, with the numbers it had. */
  resume(outbox: Outbox): void {
    this.#dropExpired();
    this.#unconfirmed.forEach((message, sequenceId) => {
      const frame = message.sequencedFrame(this.encoder, sequenceId);
      outbox.appendUnlimited(frame, message.expiresAt);
    });
  }

  #makeRoomFor(run: FrameRun): boolean {
    this.#dropExpired();
    if (this.#fits(run)) return true;
    this.#dropOutdated();
    return this.#fits(run);
  }

  #fits({ messages, frames }: FrameRun): boolean {
    const { maxMessages, maxBytes } = this.settings;
    const { length, byteLength } = this.#unconfirmed;
    return length + messages.length <= maxMessages && byteLength + frames.bytes.length <= maxBytes;
  }

  /** A message whose time is over is not sent again; its number stays unused. */
  #dropExpired(): void {
    const now = this.settings.clock();
    this.#unconfirmed.keep(({ expiresAt }) => expiresAt === 0 || expiresAt > now);
  }

  /**
   * Old news of a topic give way to newer ones: a client that is told nothing but group states may
   * never confirm them (client-protocols.md 9.5). Their numbers stay unused.
   */
  #dropOutdated(): void {
    const newest = new Map<string, number>();
    this.#unconfirmed.forEach(({ topic }, sequenceId) => {
      if (topic !== undefined) newest.set(topic, sequenceId);
    });
    this.#unconfirmed.keep(
      ({ topic }, sequenceId) => topic === undefined || newest.get(topic) === sequenceId,
    );
  }

  #overflow(): void {
    this.#overflown = true;
    this.#unconfirmed.keep(() => false);
    // Later in the turn: whoever delivers may be walking over the members of a group.
    queueMicrotask(() => this.owner.sessionOverflow());
  }
}
