import type { Batch } from '../../engine/batch.js';
import type { Clock } from '../../engine/clock.js';
import type { Message } from '../../engine/message.js';
import type { Outbox } from '../../engine/outbox.js';
import type { FrameEncoder } from '../../engine/ports/frame-encoder.interface.js';
import type { MqttConnectionInfo, MqttEnding } from '../../engine/ports/mqtt-events.interface.js';
import type { Session, SessionOwner } from '../../engine/session.js';
import { OutgoingMessages } from './outgoing-messages.js';
import type { AcknowledgementPacket, QoS } from './packets.js';
import { isShareable, packetBytes, publishEncoder, publishFrame } from './publish.encoder.js';
import { DISCONNECT_REASONS, type MqttVersion } from './reason-codes.js';
import { SubscriptionTable } from './subscription-table.js';

/** What a CONNECT settles for its network connection. */
export interface ClientTerms {
  readonly version: MqttVersion;
  /** QoS 1 and 2 messages the client takes before it has acknowledged any. */
  readonly receiveMaximum: number;
  /** Largest packet the client takes. */
  readonly maximumPacketSize: number;
  /** How long the session outlives the network connection. */
  readonly expiryMs: number;
  /** How long it could at most. */
  readonly longestExpiryMs: number;
  readonly physicalConnectionId: string;
}

/** What the service says for a client that cannot say it any more. */
export interface SessionWill {
  /** The network connection broke, and the session waits for its client this long. */
  detached(sessionMs: number): void;
  /** The session is over. */
  publish(): void;
  cancel(): void;
}

export interface MqttSessionParts {
  readonly clock: Clock;
  readonly sessionId: string;
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** The QoS of whatever does not come from an MQTT client (client-protocols.md 8.8). */
const SERVICE_QOS: QoS = 1;

const SILENT_ENDING: MqttEnding = { initiatedByClient: false, disconnectPacket: null };

/**
 * What an MQTT client has with the hub, on whichever network connection: its subscriptions, what it
 * was sent and has not acknowledged, and what it sent with QoS 2 and has not released.
 */
export class MqttSession implements Session {
  readonly subscriptions = new SubscriptionTable();
  /** Packet ids of QoS 2 messages that were published and are not released yet. */
  readonly received = new Set<number>();
  will: SessionWill | undefined;
  /** Known once somebody has said DISCONNECT, or a reason to. */
  farewell: MqttEnding | undefined;
  /** Changed by a DISCONNECT. */
  expiryMs: number;
  readonly #outgoing: OutgoingMessages;
  #terms: ClientTerms;

  constructor(
    private readonly parts: MqttSessionParts,
    terms: ClientTerms,
    owner: SessionOwner,
  ) {
    this.#terms = terms;
    this.expiryMs = terms.expiryMs;
    this.#outgoing = new OutgoingMessages(parts, terms, owner);
  }

  get terms(): ClientTerms {
    return this.#terms;
  }

  get info(): MqttConnectionInfo {
    const { physicalConnectionId } = this.#terms;
    return { physicalConnectionId, sessionId: this.parts.sessionId };
  }

  get ending(): MqttEnding {
    return this.farewell ?? SILENT_ENDING;
  }

  get detachedMs(): number {
    return this.expiryMs;
  }

  deliver(batch: Batch, encoder: FrameEncoder, outbox: Outbox | undefined): void {
    // All there is in this protocol: it knows no group states.
    for (const message of batch.messagesFor(encoder)) this.#deliver(message as Message, outbox);
  }

  #deliver(message: Message, outbox: Outbox | undefined): void {
    const subscription = this.subscriptions.of(message);
    const sender = message.mqtt?.sender;
    if (subscription?.noLocal && sender !== undefined && sender === subscription.owner) return;
    const offered = message.mqtt?.qos ?? SERVICE_QOS;
    const qos = Math.min(offered, subscription?.qos ?? offered) as QoS;
    if (qos > 0) this.#outgoing.add(message, qos, subscription?.ids, outbox);
    else if (outbox !== undefined) this.#deliverOnce(message, subscription?.ids, outbox);
  }

  /** The client is back, with a CONNECT that settles things anew. */
  renew(terms: ClientTerms): void {
    this.#terms = terms;
    this.expiryMs = terms.expiryMs;
    this.farewell = undefined;
    this.will?.cancel();
    this.will = undefined;
    this.#outgoing.renew(terms);
  }

  resume(outbox: Outbox): void {
    this.#outgoing.resume(outbox);
  }

  /** A PUBACK, PUBREC or PUBCOMP of the client. */
  acknowledged(packet: AcknowledgementPacket): void {
    this.#outgoing.acknowledged(packet);
  }

  closing(code: number): void {
    const reasonCode = this.#terms.version === 5 ? DISCONNECT_REASONS.get(code) : undefined;
    this.farewell ??= {
      initiatedByClient: false,
      disconnectPacket:
        reasonCode === undefined ? null : { code: reasonCode, userProperties: null },
    };
  }

  left(group: string): void {
    this.subscriptions.delete(group);
  }

  ended(): void {
    const { will } = this;
    this.will = undefined;
    this.#outgoing.clear();
    will?.publish();
  }

  #deliverOnce(message: Message, ids: readonly number[] | undefined, outbox: Outbox): void {
    const { version, maximumPacketSize } = this.#terms;
    const frame = isShareable(message, ids)
      ? message.frame(publishEncoder(version, 0))
      : publishFrame(message, {
          version,
          qos: 0,
          packetId: 0,
          isDuplicate: false,
          subscriptionIds: ids,
          now: this.parts.clock(),
        });
    if (packetBytes(frame) <= maximumPacketSize) outbox.append(frame, message.expiresAt);
  }
}
