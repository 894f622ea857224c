import { LazyAborter } from './abort-signals.js';
import type { AckMemory } from './ack-memory.js';
import { Batch } from './batch.js';
import { plainDelivery, type Deliverable } from './delivery.js';
import type { Group } from './group.js';
import { CLOSE_GRACE_MS, SLOW_CLOSE_GRACE_MS } from './limits.js';
import type { Invocations } from './invocations.js';
import type { LocalHub } from './local-hub.js';
import { Outbox, type OutboxOwner, type OutboxSettings } from './outbox.js';
import type { Permissions } from './permissions.js';
import type { ClientProtocol } from './ports/client-protocol.interface.js';
import type { ConnectionChannel } from './ports/connection-channel.interface.js';
import type { EventConnection } from './ports/event-sink.interface.js';
import type { ReconnectionTokens } from './ports/reconnection-tokens.interface.js';
import { ReliableSession, type ReliableSettings } from './reliable.session.js';
import type { Session, SessionOwner } from './session.js';
import { SmallSet } from './small-set.js';
import type { Streams } from './streams.js';
import type { Timed, TimingWheel, WheelTimer } from './timing.wheel.js';

/** Who a connection is; settled before its WebSocket is accepted. */
export interface ConnectionInit {
  readonly id: string;
  /** What event sinks know the connection by, already at `connect`. */
  readonly identity: object;
  /** `undefined` = anonymous. */
  readonly userId: string | undefined;
  readonly permissions: Permissions;
  readonly protocol: ClientProtocol;
  /** The subprotocol of the handshake answer, in the client's spelling. */
  readonly subprotocol: string | undefined;
  readonly state: string | undefined;
  /** Makes the session of a protocol that has one of its own. */
  readonly createSession?: (owner: SessionOwner) => Session;
}

/** What all connections of a node have in common. */
export interface ConnectionParts {
  readonly outbox: OutboxSettings;
  readonly timers: TimingWheel;
  readonly tokens: ReconnectionTokens;
  readonly reliable: ReliableSettings;
}

/**
 * One client of a hub: who it is, what it may do, where it is a member, and what it is owed. A
 * reliable one outlives its socket for a while: it is detached, and still gets messages.
 */
export class Connection implements OutboxOwner, SessionOwner, Timed {
  readonly id: string;
  readonly userId: string | undefined;
  readonly permissions: Permissions;
  readonly protocol: ClientProtocol;
  readonly subprotocol: string | undefined;
  readonly groups = new SmallSet<Group>();
  readonly session: Session | undefined;
  readonly #identity: object;
  readonly #aborter = new LazyAborter();
  /** Opaque to us; event handlers set it. */
  state: string | undefined;
  /** Made with the first request that carries an `ackId`. */
  ackMemory: AckMemory | undefined;
  /** Made with the first `invoke`. */
  invocations: Invocations | undefined;
  /** Made with the first stream the client publishes. */
  streams: Streams | undefined;
  /** The message that is at work, whichever socket it came from. */
  work: Promise<void> | undefined;
  /** Whether handlers have been told `connected`: changes of groups before that are part of it. */
  isAnnounced = false;
  #open = true;
  #events = 0;
  #stateChangedAt = 0;
  #channel: ConnectionChannel | undefined;
  #outbox: Outbox | undefined;
  #expiry: WheelTimer | undefined;

  constructor(
    init: ConnectionInit,
    private readonly hub: LocalHub,
    channel: ConnectionChannel,
    private readonly parts: ConnectionParts,
  ) {
    this.id = init.id;
    this.#identity = init.identity;
    this.userId = init.userId;
    this.permissions = init.permissions;
    this.protocol = init.protocol;
    this.subprotocol = init.subprotocol;
    this.state = init.state;
    this.session = init.createSession?.(this) ?? this.#createReliableSession();
    this.#attach(channel);
  }

  /** False from the moment the connection has left every lookup table. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether the client has not taken what was written to it. */
  get isBlocked(): boolean {
    return this.#outbox?.isBlocked ?? false;
  }

  get info(): EventConnection {
    return {
      hub: this.hub.name,
      connectionId: this.id,
      userId: this.userId,
      subprotocol: this.subprotocol,
      state: this.state,
      identity: this.#identity,
      ...(this.session?.info && { mqtt: this.session.info }),
    };
  }

  /** Numbers the events of this connection; 0 belongs to `connect`. */
  nextEventId(): number {
    this.#events += 1;
    return this.#events;
  }

  /** The time of a change of its group states: each is later than the one before. */
  nextStateChange(): number {
    this.#stateChangedAt = Math.max(this.parts.outbox.clock(), this.#stateChangedAt + 1);
    return this.#stateChangedAt;
  }

  /** Aborts when the connection ends: for handlers that still work for it. */
  get endSignal(): AbortSignal {
    return this.#aborter.signal;
  }

  /** The client is on its way out: handlers that work for it may stop. */
  leave(): void {
    this.#aborter.abort();
  }

  /** Behind everything that was delivered before. */
  deliver(message: Deliverable): void {
    this.hub.fanOut.settle();
    this.take(new Batch([message]));
  }

  /** For {@link FanOut}, which sees to the order. */
  take(batch: Batch): void {
    if (!this.#open) return;
    (this.session ?? plainDelivery).deliver(batch, this.protocol.encoder, this.#outbox);
  }

  /** Queues a frame that only this client gets: an ack, a pong, the `connected` frame. */
  reply(frame: Buffer | undefined): void {
    if (!this.#open || frame === undefined) return;
    this.hub.fanOut.settle();
    this.#outbox?.reply(frame);
  }

  /** Whether this socket is the one the connection is served by. */
  isServedBy(channel: ConnectionChannel): boolean {
    return this.#open && this.#channel === channel;
  }

  /** The socket takes bytes: at first, and again after it did not. */
  drained(channel: ConnectionChannel): void {
    if (this.isServedBy(channel)) this.#outbox?.drained();
  }

  /** Writes what is queued before somebody else closes the socket. */
  flushForClose(channel: ConnectionChannel): void {
    if (!this.isServedBy(channel)) return;
    this.hub.fanOut.settle();
    this.#outbox?.flushForClose();
  }

  /**
   * The client is back on another socket: the old one is cut, and what it may have missed is sent
   * again. The caller has checked that the connection has a {@link session}.
   */
  recover(channel: ConnectionChannel): void {
    if (this.#expiry !== undefined) this.parts.timers.cancel(this.#expiry);
    this.#expiry = undefined;
    this.hub.fanOut.settle();
    this.invocations?.abort();
    const previous = this.#channel;
    this.#channel = undefined;
    previous?.abort();
    const outbox = this.#attach(channel);
    this.session?.resume(outbox);
  }

  /** The socket broke; a reliable connection waits for its client to come back. */
  lost(channel: ConnectionChannel, reason: string): void {
    if (!this.isServedBy(channel)) return;
    const detachedMs = this.session?.detachedMs ?? 0;
    if (detachedMs === 0) {
      this.ended(reason);
      return;
    }
    this.invocations?.abort();
    this.#channel = undefined;
    this.#outbox = undefined;
    this.#expiry = this.parts.timers.schedule(detachedMs, this);
  }

  /** The recovery window is over. */
  onTimer(): void {
    this.#expiry = undefined;
    this.ended('The connection recovery timeout expired.');
  }

  /** Closes on behalf of the application (client-protocols.md 10.2). */
  closeByApplication(reason: string | undefined): void {
    const text = reason
      ? `Application server closed the connection. Reason: ${reason}`
      : 'Application server closed the connection.';
    const { encoder } = this.protocol;
    if (encoder.closedByApplication === undefined) return this.disconnect(text);
    this.reply(encoder.closedByApplication(reason));
    this.#end(1000, '', text, CLOSE_GRACE_MS);
  }

  /** Writes what is queued and a `disconnected` frame with the text, then closes with 1000. */
  disconnect(text: string): void {
    this.reply(this.protocol.encoder.disconnected(text));
    this.#end(1000, '', text, CLOSE_GRACE_MS);
  }

  /** Closes with a code and a reason of the protocol. What was accepted before is still written. */
  close(code: number, reason: string): void {
    this.#end(code, reason, reason, CLOSE_GRACE_MS);
  }

  outboxOverflow(): void {
    const reason = 'The outbound message queue is full.';
    this.parts.outbox.slowConsumers?.count('closedConnections');
    this.#end(1008, reason, reason, SLOW_CLOSE_GRACE_MS);
  }

  sessionOverflow(): void {
    const reason = 'The reliable message buffer is full.';
    this.parts.outbox.slowConsumers?.count('closedConnections');
    this.#end(1008, reason, reason, SLOW_CLOSE_GRACE_MS);
  }

  /** The connection is over, and there is nobody left to write to. */
  ended(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#aborter.abort();
    this.invocations?.abort();
    this.streams?.cancel();
    if (this.#expiry !== undefined) this.parts.timers.cancel(this.#expiry);
    this.hub.remove(this, reason === '' ? 'The connection ended.' : reason);
    this.session?.ended?.();
  }

  #end(code: number, reason: string, eventReason: string, graceMs: number): void {
    if (!this.#open) return;
    this.hub.fanOut.settle();
    if (this.#channel !== undefined) this.session?.closing?.(code);
    this.#outbox?.flushForClose();
    this.ended(eventReason);
    this.#channel?.close(code, reason, graceMs);
  }

  #attach(channel: ConnectionChannel): Outbox {
    this.#channel = channel;
    const plainEncoder = this.session === undefined ? this.protocol.encoder : undefined;
    this.#outbox = new Outbox(this.parts.outbox, channel, this, plainEncoder);
    // Queued before anything else can be: a message never precedes it.
    this.reply(
      this.protocol.encoder.connected({
        connectionId: this.id,
        userId: this.userId,
        ...(this.protocol.reliableEncoder && { reconnectionToken: this.#issueToken() }),
      }),
    );
    return this.#outbox;
  }

  #createReliableSession(): ReliableSession | undefined {
    const encoder = this.protocol.reliableEncoder;
    if (encoder === undefined) return undefined;
    return new ReliableSession(this.parts.reliable, encoder, this);
  }

  #issueToken(): string {
    return this.parts.tokens.issue({
      hub: this.hub.name,
      connectionId: this.id,
      subprotocol: this.protocol.name ?? '',
    });
  }
}
