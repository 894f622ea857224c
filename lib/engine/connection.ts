import type { AckMemory } from './ack-memory.js';
import { plainDelivery, type Delivery } from './delivery.js';
import type { Group } from './group.js';
import { CLOSE_GRACE_MS, SLOW_CLOSE_GRACE_MS } from './limits.js';
import type { LocalHub } from './local-hub.js';
import type { Message } from './message.js';
import { Outbox, type OutboxSettings, type OutboxOwner } from './outbox.js';
import type { Permissions } from './permissions.js';
import type { ClientProtocol } from './ports/client-protocol.interface.js';
import type { ConnectionChannel } from './ports/connection-channel.interface.js';
import type { EventConnection } from './ports/event-sink.interface.js';
import { SmallSet } from './small-set.js';

/** Who a connection is; settled before its WebSocket is accepted. */
export interface ConnectionInit {
  readonly id: string;
  /** `undefined` = anonymous. */
  readonly userId: string | undefined;
  readonly permissions: Permissions;
  readonly protocol: ClientProtocol;
  /** The subprotocol of the handshake answer, in the client's spelling. */
  readonly subprotocol: string | undefined;
  readonly state: string | undefined;
}

/** One client of a hub: who it is, what it may do, where it is a member, and what it is owed. */
export class Connection implements OutboxOwner {
  readonly id: string;
  readonly userId: string | undefined;
  readonly permissions: Permissions;
  readonly protocol: ClientProtocol;
  readonly subprotocol: string | undefined;
  readonly groups = new SmallSet<Group>();
  readonly outbox: Outbox;
  readonly delivery: Delivery = plainDelivery;
  /** Opaque to us; event handlers set it. */
  state: string | undefined;
  /** Made with the first request that carries an `ackId`. */
  ackMemory: AckMemory | undefined;
  #open = true;
  #events = 0;
  #aborter: AbortController | undefined;

  constructor(
    init: ConnectionInit,
    private readonly hub: LocalHub,
    private readonly channel: ConnectionChannel,
    outboxSettings: OutboxSettings,
  ) {
    this.id = init.id;
    this.userId = init.userId;
    this.permissions = init.permissions;
    this.protocol = init.protocol;
    this.subprotocol = init.subprotocol;
    this.state = init.state;
    this.outbox = new Outbox(outboxSettings, channel, this);
    // Queued before anything else can be: a message never precedes it.
    this.reply(init.protocol.encoder.connected({ connectionId: init.id, userId: init.userId }));
  }

  /** False from the moment the connection has left every lookup table. */
  get isOpen(): boolean {
    return this.#open;
  }

  get info(): EventConnection {
    return {
      hub: this.hub.name,
      connectionId: this.id,
      userId: this.userId,
      subprotocol: this.subprotocol,
      state: this.state,
    };
  }

  /** Numbers the events of this connection; 0 belongs to `connect`. */
  nextEventId(): number {
    this.#events += 1;
    return this.#events;
  }

  /** Aborts when the connection ends: for handlers that still work for it. */
  get endSignal(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (!this.#open) this.#aborter.abort();
    return this.#aborter.signal;
  }

  deliver(message: Message): void {
    if (this.#open) this.delivery.deliver(message, this.protocol.encoder, this.outbox);
  }

  /** Queues a frame that only this client gets: an ack, a pong, the `connected` frame. */
  reply(frame: Buffer | undefined): void {
    if (this.#open && frame !== undefined) this.outbox.reply(frame);
  }

  /** Closes on behalf of the application (client-protocols.md 10.2). */
  closeByApplication(reason: string | undefined): void {
    this.disconnect(
      reason
        ? `Application server closed the connection. Reason: ${reason}`
        : 'Application server closed the connection.',
    );
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
    this.#end(1008, reason, reason, SLOW_CLOSE_GRACE_MS);
  }

  /** The socket is gone; there is nobody left to write to. */
  ended(reason: string): void {
    this.#leave(reason);
  }

  #end(code: number, reason: string, eventReason: string, graceMs: number): void {
    if (!this.#open) return;
    this.outbox.flushForClose();
    this.#leave(eventReason);
    this.channel.close(code, reason, graceMs);
  }

  #leave(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#aborter?.abort();
    this.hub.remove(this, reason === '' ? 'The connection ended.' : reason);
  }
}
