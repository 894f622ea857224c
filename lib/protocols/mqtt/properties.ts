import type { MqttUserProperty } from '../../engine/ports/mqtt-events.interface.js';
import type { ByteReader } from './byte.reader.js';
import { malformed, MqttViolation, REASON } from './reason-codes.js';
import { text16, uint16, uint32, variableInteger, binary16 } from './byte.writers.js';

/** The properties of a packet of MQTT 5.0; MQTT 3.1.1 has none. */
export interface MqttProperties {
  readonly payloadFormat?: number;
  readonly messageExpirySeconds?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
  readonly subscriptionIds?: readonly number[];
  readonly sessionExpirySeconds?: number;
  readonly assignedClientId?: string;
  readonly serverKeepAliveSeconds?: number;
  readonly authenticationMethod?: string;
  readonly authenticationData?: Buffer;
  readonly requestProblemInformation?: number;
  readonly willDelaySeconds?: number;
  readonly requestResponseInformation?: number;
  readonly reasonString?: string;
  readonly receiveMaximum?: number;
  readonly topicAliasMaximum?: number;
  readonly topicAlias?: number;
  readonly retainAvailable?: number;
  readonly userProperties?: readonly MqttUserProperty[];
  readonly maximumPacketSize?: number;
  readonly wildcardSubscriptionAvailable?: number;
  readonly sharedSubscriptionAvailable?: number;
}

type PropertyName = keyof MqttProperties;
type Kind = 'flag' | 'uint16' | 'uint32' | 'variable' | 'text' | 'binary' | 'pair';

interface PropertyType {
  readonly id: number;
  readonly name: PropertyName;
  readonly kind: Kind;
}

// Section 2.2.2.2 of the standard, in the order of the identifiers.
const TYPES: readonly PropertyType[] = [
  { id: 0x01, name: 'payloadFormat', kind: 'flag' },
  { id: 0x02, name: 'messageExpirySeconds', kind: 'uint32' },
  { id: 0x03, name: 'contentType', kind: 'text' },
  { id: 0x08, name: 'responseTopic', kind: 'text' },
  { id: 0x09, name: 'correlationData', kind: 'binary' },
  { id: 0x0b, name: 'subscriptionIds', kind: 'variable' },
  { id: 0x11, name: 'sessionExpirySeconds', kind: 'uint32' },
  { id: 0x12, name: 'assignedClientId', kind: 'text' },
  { id: 0x13, name: 'serverKeepAliveSeconds', kind: 'uint16' },
  { id: 0x15, name: 'authenticationMethod', kind: 'text' },
  { id: 0x16, name: 'authenticationData', kind: 'binary' },
  { id: 0x17, name: 'requestProblemInformation', kind: 'flag' },
  { id: 0x18, name: 'willDelaySeconds', kind: 'uint32' },
  { id: 0x19, name: 'requestResponseInformation', kind: 'flag' },
  { id: 0x1f, name: 'reasonString', kind: 'text' },
  { id: 0x21, name: 'receiveMaximum', kind: 'uint16' },
  { id: 0x22, name: 'topicAliasMaximum', kind: 'uint16' },
  { id: 0x23, name: 'topicAlias', kind: 'uint16' },
  { id: 0x25, name: 'retainAvailable', kind: 'flag' },
  { id: 0x26, name: 'userProperties', kind: 'pair' },
  { id: 0x27, name: 'maximumPacketSize', kind: 'uint32' },
  { id: 0x28, name: 'wildcardSubscriptionAvailable', kind: 'flag' },
  { id: 0x2a, name: 'sharedSubscriptionAvailable', kind: 'flag' },
];
const BY_ID: ReadonlyMap<number, PropertyType> = new Map(TYPES.map((type) => [type.id, type]));

/** Longest block of properties that is read: many tiny ones would take many times their size. */
const MAX_PROPERTY_BYTES = 64 * 1024;

const NO_PROPERTIES: MqttProperties = {};

/** Reads a block of properties that may only contain `allowed` ones, each at most once. */
export function readProperties(
  reader: ByteReader,
  allowed: ReadonlySet<PropertyName>,
): MqttProperties {
  const length = reader.variableInteger();
  if (length === 0) return NO_PROPERTIES;
  if (length > MAX_PROPERTY_BYTES) {
    throw new MqttViolation(REASON.packetTooLarge, 'the properties are too long');
  }
  const block = reader.part(length);
  const found = new Map<PropertyName, unknown>();
  const userProperties: MqttUserProperty[] = [];
  while (!block.isAtEnd) {
    const type = BY_ID.get(block.variableInteger());
    if (type === undefined || !allowed.has(type.name)) {
      throw malformed('a property is unknown or not allowed in this packet');
    }
    if (type.kind === 'pair') {
      userProperties.push({ name: block.text(), value: block.text() });
      continue;
    }
    if (found.has(type.name)) {
      throw new MqttViolation(REASON.protocolError, `the property ${type.name} is there twice`);
    }
    found.set(type.name, readValue(block, type.kind));
  }
  if (userProperties.length > 0) found.set('userProperties', userProperties);
  return Object.fromEntries(found);
}

function readValue(reader: ByteReader, kind: Exclude<Kind, 'pair'>): unknown {
  switch (kind) {
    case 'flag': {
      const value = reader.byte();
      if (value > 1) throw new MqttViolation(REASON.protocolError, 'a flag is neither 0 nor 1');
      return value;
    }
    case 'uint16':
      return reader.uint16();
    case 'uint32':
      return reader.uint32();
    case 'variable': {
      const value = reader.variableInteger();
      if (value === 0) throw new MqttViolation(REASON.protocolError, 'a subscription id is 0');
      return [value];
    }
    case 'text':
      return reader.text();
    case 'binary':
      return reader.binary();
  }
}

/** The block with its length in front; the empty one is a single 0. */
export function writeProperties(properties: MqttProperties): Buffer {
  const parts: Buffer[] = [];
  for (const { id, name, kind } of TYPES) {
    const value = properties[name];
    if (value === undefined) continue;
    const values = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    for (const one of values) parts.push(Buffer.from([id]), ...writeValue(kind, one));
  }
  const block = Buffer.concat(parts);
  return Buffer.concat([variableInteger(block.length), block]);
}

function writeValue(kind: Kind, value: unknown): Buffer[] {
  switch (kind) {
    case 'flag':
      return [Buffer.from([value as number])];
    case 'uint16':
      return [uint16(value as number)];
    case 'uint32':
      return [uint32(value as number)];
    case 'variable':
      return [variableInteger(value as number)];
    case 'text':
      return [text16(value as string)];
    case 'binary':
      return [binary16(value as Buffer)];
    case 'pair': {
      const pair = value as MqttUserProperty;
      return [text16(pair.name), text16(pair.value)];
    }
  }
}
