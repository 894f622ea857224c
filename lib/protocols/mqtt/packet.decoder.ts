import { ByteReader } from './byte.reader.js';
import { decodeConnect } from './connect.decoder.js';
import type { RawPacket } from './packet.framer.js';
import type {
  AcknowledgementPacket,
  ClientPacket,
  DisconnectPacket,
  PublishPacket,
  QoS,
  SubscribePacket,
  SubscriptionRequest,
  UnsubscribePacket,
} from './packets.js';
import { readProperties, type MqttProperties } from './properties.js';
import { malformed, MqttViolation, REASON, type MqttVersion } from './reason-codes.js';

const PUBLISH_PROPERTIES: ReadonlySet<keyof MqttProperties> = new Set([
  'payloadFormat',
  'messageExpirySeconds',
  'contentType',
  'responseTopic',
  'correlationData',
  'topicAlias',
  'userProperties',
]);
const ACKNOWLEDGEMENT_PROPERTIES: ReadonlySet<keyof MqttProperties> = new Set([
  'reasonString',
  'userProperties',
]);
const SUBSCRIBE_PROPERTIES: ReadonlySet<keyof MqttProperties> = new Set([
  'subscriptionIds',
  'userProperties',
]);
const UNSUBSCRIBE_PROPERTIES: ReadonlySet<keyof MqttProperties> = new Set(['userProperties']);
const DISCONNECT_PROPERTIES: ReadonlySet<keyof MqttProperties> = new Set([
  'sessionExpirySeconds',
  'reasonString',
  'userProperties',
]);

const NONE: MqttProperties = {};

/** Packet types that are in the upper half of the first byte; what is missing only servers send. */
const TYPE = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
  auth: 15,
} as const;

/**
 * Reads a packet of a client, strictly: what the standard calls malformed never becomes a packet.
 *
 * @param version of the CONNECT; anything before it
 * @throws {@link MqttViolation}
 */
export function decodePacket({ firstByte, body }: RawPacket, version: MqttVersion): ClientPacket {
  const type = firstByte >> 4;
  const flags = firstByte & 0x0f;
  const reader = new ByteReader(body);
  if (type === TYPE.publish) return decodePublish(reader, flags, version);
  const expected =
    type === TYPE.pubrel || type === TYPE.subscribe || type === TYPE.unsubscribe ? 2 : 0;
  if (flags !== expected) throw malformed('reserved flags are set');
  const packet = decodeByType(type, reader, version);
  if (!reader.isAtEnd) throw malformed('the packet is longer than its fields');
  return packet;
}

function decodeByType(type: number, reader: ByteReader, version: MqttVersion): ClientPacket {
  switch (type) {
    case TYPE.connect:
      return decodeConnect(reader);
    case TYPE.puback:
      return decodeAcknowledgement('puback', reader, version);
    case TYPE.pubrec:
      return decodeAcknowledgement('pubrec', reader, version);
    case TYPE.pubrel:
      return decodeAcknowledgement('pubrel', reader, version);
    case TYPE.pubcomp:
      return decodeAcknowledgement('pubcomp', reader, version);
    case TYPE.subscribe:
      return decodeSubscribe(reader, version);
    case TYPE.unsubscribe:
      return decodeUnsubscribe(reader, version);
    case TYPE.pingreq:
      return { type: 'pingreq' };
    case TYPE.disconnect:
      return decodeDisconnect(reader, version);
    case TYPE.auth:
      throw new MqttViolation(REASON.protocolError, 'AUTH without an authentication method');
    default:
      throw new MqttViolation(REASON.protocolError, `a client cannot send packet type ${type}`);
  }
}

function decodePublish(reader: ByteReader, flags: number, version: MqttVersion): PublishPacket {
  const qos = qosOf((flags >> 1) & 3);
  if (qos === 0 && (flags & 0x08) !== 0) throw malformed('QoS 0 with DUP');
  const topic = reader.text();
  return {
    type: 'publish',
    topic,
    qos,
    retain: (flags & 1) === 1,
    packetId: qos === 0 ? 0 : reader.packetId(),
    properties: version === 5 ? readProperties(reader, PUBLISH_PROPERTIES) : NONE,
    payload: reader.rest(),
  };
}

function decodeAcknowledgement(
  type: AcknowledgementPacket['type'],
  reader: ByteReader,
  version: MqttVersion,
): AcknowledgementPacket {
  const packetId = reader.packetId();
  if (version === 4 || reader.isAtEnd) return { type, packetId, reasonCode: REASON.success };
  const reasonCode = reader.byte();
  if (!reader.isAtEnd) readProperties(reader, ACKNOWLEDGEMENT_PROPERTIES);
  return { type, packetId, reasonCode };
}

function decodeSubscribe(reader: ByteReader, version: MqttVersion): SubscribePacket {
  const packetId = reader.packetId();
  const properties = version === 5 ? readProperties(reader, SUBSCRIBE_PROPERTIES) : NONE;
  const subscriptions: SubscriptionRequest[] = [];
  do {
    const filter = reader.text();
    const options = reader.byte();
    const retainHandling = (options >> 4) & 3;
    if (options & (version === 5 ? 0xc0 : 0xfc) || retainHandling === 3) {
      throw malformed('reserved subscription options');
    }
    const qos = qosOf(options & 3);
    subscriptions.push({ filter, qos, noLocal: (options & 4) !== 0 });
  } while (!reader.isAtEnd);
  return { type: 'subscribe', packetId, subscriptions, properties };
}

function decodeUnsubscribe(reader: ByteReader, version: MqttVersion): UnsubscribePacket {
  const packetId = reader.packetId();
  if (version === 5) readProperties(reader, UNSUBSCRIBE_PROPERTIES);
  const filters: string[] = [];
  do filters.push(reader.text());
  while (!reader.isAtEnd);
  return { type: 'unsubscribe', packetId, filters };
}

function decodeDisconnect(reader: ByteReader, version: MqttVersion): DisconnectPacket {
  if (version === 4 || reader.isAtEnd) {
    return { type: 'disconnect', reasonCode: REASON.success, properties: NONE };
  }
  const reasonCode = reader.byte();
  const properties = reader.isAtEnd ? NONE : readProperties(reader, DISCONNECT_PROPERTIES);
  return { type: 'disconnect', reasonCode, properties };
}

export function qosOf(bits: number): QoS {
  if (bits === 0 || bits === 1 || bits === 2) return bits;
  throw malformed('QoS 3');
}
