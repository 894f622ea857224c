import type { ByteReader } from './byte.reader.js';
import type { ConnectPacket, QoS, WillPacket } from './packets.js';
import { readProperties, type MqttProperties } from './properties.js';
import { malformed, MqttViolation, REASON, RETURN, type MqttVersion } from './reason-codes.js';

const CONNECT_PROPERTIES: ReadonlySet<keyof MqttProperties> = new Set([
  'sessionExpirySeconds',
  'receiveMaximum',
  'maximumPacketSize',
  'topicAliasMaximum',
  'requestResponseInformation',
  'requestProblemInformation',
  'userProperties',
  'authenticationMethod',
  'authenticationData',
]);
const WILL_PROPERTIES: ReadonlySet<keyof MqttProperties> = new Set([
  'willDelaySeconds',
  'payloadFormat',
  'messageExpirySeconds',
  'contentType',
  'responseTopic',
  'correlationData',
  'userProperties',
]);

/** A CONNECT that is answered with a CONNACK, because it is clear enough in which version. */
export class ConnectRejection extends MqttViolation {
  constructor(
    readonly version: MqttVersion,
    reasonCode: number,
    detail: string,
  ) {
    super(reasonCode, detail);
  }

  /** For the CONNACK; MQTT 3.1.1 only knows the wrong version. */
  get connackCode(): number {
    return this.version === 5 ? this.reasonCode : RETURN.unsupportedVersion;
  }
}

export function decodeConnect(reader: ByteReader): ConnectPacket {
  const protocol = reader.text();
  const level = reader.byte();
  const version = level >= 5 ? 5 : 4;
  if (protocol !== 'MQTT' || (level !== 4 && level !== 5)) {
    // What else is in the packet is anybody's guess.
    reader.rest();
    throw new ConnectRejection(version, REASON.unsupportedVersion, `${protocol} ${level}`);
  }
  try {
    return decodeFields(reader, version);
  } catch (error) {
    if (!(error instanceof MqttViolation) || version === 4) throw error;
    throw new ConnectRejection(version, error.reasonCode, error.message);
  }
}

const NONE: MqttProperties = {};

function decodeFields(reader: ByteReader, version: MqttVersion): ConnectPacket {
  const flags = reader.byte();
  const has = (bit: number): boolean => (flags & bit) !== 0;
  if (has(0x01)) throw malformed('the reserved connect flag is set');
  if (!has(0x04) && (flags & 0x38) !== 0) throw malformed('will options without a will');
  if (version === 4 && has(0x40) && !has(0x80)) throw malformed('a password without a user name');
  const keepAliveSeconds = reader.uint16();
  const properties = version === 5 ? readProperties(reader, CONNECT_PROPERTIES) : NONE;
  if (properties.receiveMaximum === 0 || properties.maximumPacketSize === 0) {
    throw new MqttViolation(REASON.protocolError, 'a maximum of 0');
  }
  const clientId = reader.text();
  const will = has(0x04) ? decodeWill(reader, flags, version) : undefined;
  const packet: ConnectPacket = {
    type: 'connect',
    version,
    clientId,
    isCleanStart: has(0x02),
    keepAliveSeconds,
    will,
    username: has(0x80) ? reader.text() : undefined,
    password: has(0x40) ? reader.binary() : undefined,
    properties,
  };
  if (!reader.isAtEnd) throw malformed('the packet is longer than its fields');
  return packet;
}

function decodeWill(reader: ByteReader, flags: number, version: MqttVersion): WillPacket {
  const qos = (flags >> 3) & 3;
  if (qos === 3) throw malformed('will QoS 3');
  const properties = version === 5 ? readProperties(reader, WILL_PROPERTIES) : NONE;
  return {
    qos: qos as QoS,
    retain: (flags & 0x20) !== 0,
    properties,
    topic: reader.text(),
    payload: reader.binary(),
  };
}
