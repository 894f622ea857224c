import type { Clock } from '../../engine/clock.js';
import type { Message } from '../../engine/message.js';
import type { Outbox } from '../../engine/outbox.js';
import type { SessionOwner } from '../../engine/session.js';
import { binaryFrame } from '../websocket-frame.js';
import type { ClientTerms } from './mqtt.session.js';
import { packetEncoder } from './packet.encoder.js';
import type { AcknowledgementPacket, QoS } from './packets.js';
import {
  isShareable,
  packetBytes,
  pendingBytes,
  publishEncoder,
  publishFrame,
} from './publish.encoder.js';
import { REASON } from './reason-codes.js';

interface Outgoing {
  readonly message: Message;
  readonly qos: QoS;
  readonly subscriptionIds: readonly number[] | undefined;
  readonly bytes: number;
  /** 0 until it is sent for the first time. */
  packetId: number;
  /** QoS 2: the client has it, and only the PUBCOMP is missing. */
  isReleased: boolean;
}

interface OutgoingParts {
  readonly clock: Clock;
  readonly maxMessages: number;
  readonly maxBytes: number;
}

const MAX_PACKET_ID = 65_535;

/** The messages with QoS 1 and 2 that a client has not acknowledged, in order, and within its limits. */
export class OutgoingMessages {
  readonly #inFlight = new Map<number, Outgoing>();
  #queue: Outgoing[] = [];
  #bytes = 0;
  #lastId = 0;
  #isOverflown = false;

  constructor(
    private readonly parts: OutgoingParts,
    private terms: ClientTerms,
    private readonly owner: SessionOwner,
  ) {}

  add(
    message: Message,
    qos: QoS,
    subscriptionIds: readonly number[] | undefined,
    outbox: Outbox | undefined,
  ): void {
    if (this.#isOverflown) return;
    const bytes = pendingBytes(message);
    if (!this.#hasRoomFor(bytes)) return this.#overflow();
    this.#bytes += bytes;
    this.#queue.push({ message, qos, subscriptionIds, bytes, packetId: 0, isReleased: false });
    if (outbox !== undefined) this.#send(outbox);
  }

  renew(terms: ClientTerms): void {
    this.terms = terms;
  }

  /** Everything unacknowledged again, with the ids it had; then what has come meanwhile. */
  resume(outbox: Outbox): void {
    const again: Outgoing[] = [];
    for (const outgoing of this.#inFlight.values()) {
      if (outgoing.isReleased) this.#reply('pubrel', outgoing.packetId);
      else again.push(outgoing);
    }
    for (const { packetId } of again) this.#inFlight.delete(packetId);
    this.#queue = again.concat(this.#queue);
    this.#send(outbox);
  }

  acknowledged({ type, packetId, reasonCode }: AcknowledgementPacket): void {
    const outgoing = this.#inFlight.get(packetId);
    if (type === 'pubrec') {
      if (reasonCode < REASON.unspecified) this.#release(outgoing, packetId);
      else if (outgoing?.qos === 2) this.#settle(outgoing);
    } else if (outgoing !== undefined && outgoing.qos === (type === 'puback' ? 1 : 2)) {
      this.#settle(outgoing);
    }
  }

  clear(): void {
    this.#inFlight.clear();
    this.#queue = [];
    this.#bytes = 0;
  }

  #release(outgoing: Outgoing | undefined, packetId: number): void {
    if (outgoing?.qos !== 2) return this.#reply('pubrel', packetId, REASON.unknownPacketId);
    outgoing.isReleased = true;
    this.#reply('pubrel', packetId);
  }

  #settle(outgoing: Outgoing): void {
    this.#inFlight.delete(outgoing.packetId);
    this.#bytes -= outgoing.bytes;
    this.#send(undefined);
  }

  /** As many as the client takes at a time. */
  #send(outbox: Outbox | undefined): void {
    while (this.#inFlight.size < this.terms.receiveMaximum) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      const frame = this.#frameOf(next);
      if (frame === undefined) {
        this.#bytes -= next.bytes;
        continue;
      }
      this.#inFlight.set(next.packetId, next);
      // The limits of the session are the limits; the outbox holds no more than is in it.
      if (outbox === undefined) this.owner.reply(frame);
      else outbox.appendUnlimited(frame, 0);
    }
  }

  /** `undefined` when its time is over, or the client does not take packets of this size. */
  #frameOf(outgoing: Outgoing): Buffer | undefined {
    const { message, qos, subscriptionIds } = outgoing;
    const { version, maximumPacketSize } = this.terms;
    const isDuplicate = outgoing.packetId !== 0;
    const now = this.parts.clock();
    if (!isDuplicate) {
      if (message.expiresAt !== 0 && message.expiresAt <= now) return undefined;
      outgoing.packetId = this.#nextId();
    }
    const { packetId } = outgoing;
    const isShared = !isDuplicate && isShareable(message, subscriptionIds);
    const frame = isShared
      ? message.sequencedFrame(publishEncoder(version, qos), packetId)
      : publishFrame(message, { version, qos, packetId, isDuplicate, subscriptionIds, now });
    return packetBytes(frame) <= maximumPacketSize ? frame : undefined;
  }

  /** Fewer are under way than there are ids. */
  #nextId(): number {
    do this.#lastId = this.#lastId === MAX_PACKET_ID ? 1 : this.#lastId + 1;
    while (this.#inFlight.has(this.#lastId));
    return this.#lastId;
  }

  #reply(type: 'pubrel', packetId: number, reasonCode?: number): void {
    const packet = packetEncoder.acknowledgement(this.terms.version, type, packetId, reasonCode);
    this.owner.reply(binaryFrame(packet));
  }

  #hasRoomFor(bytes: number): boolean {
    if (this.#fits(bytes)) return true;
    this.#dropExpired();
    return this.#fits(bytes);
  }

  #fits(bytes: number): boolean {
    const { maxMessages, maxBytes } = this.parts;
    const count = this.#inFlight.size + this.#queue.length;
    return count < maxMessages && this.#bytes + bytes <= maxBytes;
  }

  #dropExpired(): void {
    const now = this.parts.clock();
    this.#queue = this.#queue.filter(({ message, bytes, packetId }) => {
      const isExpired = packetId === 0 && message.expiresAt !== 0 && message.expiresAt <= now;
      if (isExpired) this.#bytes -= bytes;
      return !isExpired;
    });
  }

  #overflow(): void {
    this.#isOverflown = true;
    this.clear();
    // Later in the turn: whoever delivers may be walking over the members of a group.
    queueMicrotask(() => this.owner.sessionOverflow());
  }
}
