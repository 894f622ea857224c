import type { Message } from '../../engine/message.js';
import type {
  SequencedCache,
  SequencedEncoder,
} from '../../engine/ports/frame-encoder.interface.js';
import { binaryFrame } from '../websocket-frame.js';
import { packet, text16, uint16 } from './byte.writers.js';
import { contentTypeOf } from './content-types.js';
import type { QoS } from './packets.js';
import { writeProperties, type MqttProperties } from './properties.js';
import type { MqttVersion } from './reason-codes.js';
import { SERVER_MESSAGES } from './topics.js';

/** What differs from one receiver to the next. */
export interface PublishOptions {
  readonly version: MqttVersion;
  readonly qos: QoS;
  readonly packetId: number;
  readonly isDuplicate: boolean;
  readonly subscriptionIds: readonly number[] | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The PUBLISH packet of one receiver, as a WebSocket frame. */
export function publishFrame(message: Message, options: PublishOptions): Buffer {
  const { version, qos, packetId, isDuplicate, subscriptionIds, now } = options;
  const properties = version === 5 ? propertiesOf(message, now, subscriptionIds) : undefined;
  return binaryFrame(
    packet(
      0x30 | (isDuplicate ? 8 : 0) | (qos << 1),
      text16(topicOf(message)),
      ...(qos > 0 ? [uint16(packetId)] : []),
      ...(properties ? [writeProperties(properties)] : []),
      message.payload.bytes,
    ),
  );
}

/**
 * The same for every receiver whose packet ids are equal: kept with the message and shared. Not for
 * messages whose remaining life is part of the packet.
 */
class PublishEncoder implements SequencedEncoder {
  constructor(
    private readonly version: MqttVersion,
    private readonly qos: QoS,
  ) {}

  message(message: Message): Buffer {
    return this.#frame(message, 0);
  }

  sequencedMessage(message: Message, packetId: number, cache: SequencedCache): Buffer {
    if (cache.body === undefined) {
      cache.body = this.#frame(message, packetId);
      return cache.body;
    }
    const frame = Buffer.from(cache.body);
    frame.writeUInt16BE(packetId, packetIdOffset(frame));
    return frame;
  }

  ack(): undefined {}
  pong(): undefined {}
  connected(): undefined {}
  disconnected(): undefined {}

  #frame(message: Message, packetId: number): Buffer {
    return publishFrame(message, {
      version: this.version,
      qos: this.qos,
      packetId,
      isDuplicate: false,
      subscriptionIds: undefined,
      now: 0,
    });
  }
}

const ENCODERS: Readonly<Record<MqttVersion, readonly SequencedEncoder[]>> = {
  4: [new PublishEncoder(4, 0), new PublishEncoder(4, 1), new PublishEncoder(4, 2)],
  5: [new PublishEncoder(5, 0), new PublishEncoder(5, 1), new PublishEncoder(5, 2)],
};

/** Whether the packets of a message differ by receiver only in their ids. */
export function isShareable(
  message: Message,
  subscriptionIds: readonly number[] | undefined,
): boolean {
  return subscriptionIds === undefined && (message.mqtt === undefined || message.expiresAt === 0);
}

/** One for all receivers of a version and a QoS. */
export function publishEncoder(version: MqttVersion, qos: QoS): SequencedEncoder {
  return ENCODERS[version][qos] as SequencedEncoder;
}

/** Bytes of the MQTT packet in a frame of {@link publishFrame}. */
export function packetBytes(frame: Buffer): number {
  return frame.length - frameHeaderBytes(frame);
}

/** What a message takes while it waits; its payload is shared, but counts for everybody. */
export function pendingBytes(message: Message): number {
  return message.payload.bytes.length + attributeBytes(message.mqtt);
}

function attributeBytes(mqtt: Message['mqtt']): number {
  if (mqtt === undefined) return 0;
  let bytes = (mqtt.correlationData?.length ?? 0) + (mqtt.responseTopic?.length ?? 0);
  for (const { name, value } of mqtt.userProperties ?? []) bytes += name.length + value.length;
  return bytes;
}

function frameHeaderBytes(frame: Buffer): number {
  const length = frame[1] as number;
  return length === 127 ? 10 : length === 126 ? 4 : 2;
}

/** Behind the WebSocket header, the first byte, the remaining length, and the topic. */
function packetIdOffset(frame: Buffer): number {
  let at = frameHeaderBytes(frame) + 1;
  while ((frame[at] as number) & 0x80) at += 1;
  at += 1;
  return at + 2 + frame.readUInt16BE(at);
}

function topicOf({ mqtt, origin }: Message): string {
  return mqtt?.topic ?? (origin.from === 'group' ? origin.group : SERVER_MESSAGES);
}

/** What the publisher said goes on untouched; for everybody else there is only the type of the data. */
function propertiesOf(
  { mqtt, payload, expiresAt }: Message,
  now: number,
  subscriptionIds: readonly number[] | undefined,
): MqttProperties {
  const own: MqttProperties = mqtt ?? { contentType: contentTypeOf(payload.dataType) };
  return {
    payloadFormat: own.payloadFormat,
    contentType: own.contentType,
    responseTopic: own.responseTopic,
    correlationData: own.correlationData,
    userProperties: own.userProperties,
    subscriptionIds,
    ...(mqtt && expiresAt !== 0 && { messageExpirySeconds: remainingSeconds(expiresAt, now) }),
  };
}

function remainingSeconds(expiresAt: number, now: number): number {
  return Math.max(1, Math.ceil((expiresAt - now) / 1000));
}
