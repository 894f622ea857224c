import type { Metadata } from '../../engine/message.js';
import { isEventName, isGroupName, metadataProblem } from '../../engine/names.js';
import { textPayload, type DataType, type Payload } from '../../engine/payload.js';
import type { UpstreamMessage } from '../../engine/upstream-message.js';
import { scanMembers } from './json.scanner.js';

/** Why a text is no message of the protocol; for the log. */
export class InvalidJsonMessage extends Error {
  override readonly name = 'InvalidJsonMessage';
}

/** The members of a message as they are written; of a repeated one the last (client-protocols.md 5.1). */
type Members = ReadonlyMap<string, string>;

const MAX_UINT64 = 18_446_744_073_709_551_615n;
const MAX_TTL_SECONDS = 300;
const DIGITS = /^\d{1,20}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const DATA_TYPES: readonly DataType[] = ['text', 'json', 'binary', 'protobuf'];

/** One reader for each `type`, under its lower-case name. */
const READERS: ReadonlyMap<string, (members: Members) => UpstreamMessage> = new Map<
  string,
  (members: Members) => UpstreamMessage
>([
  ['joingroup', (members) => ({ type: 'joinGroup', ...readGroupAndAck(members) })],
  ['leavegroup', (members) => ({ type: 'leaveGroup', ...readGroupAndAck(members) })],
  ['sendtogroup', readSendToGroup],
  ['event', readEvent],
  ['ping', () => ({ type: 'ping' })],
  ['sequenceack', (members) => ({ type: 'sequenceAck', sequenceId: readSequenceId(members) })],
]);

/**
 * Reads one message of `json.webpubsub.azure.v1`. Data and 64-bit numbers are taken from the text,
 * not from parsed values, so nothing of them is lost.
 *
 * @throws {@link InvalidJsonMessage}
 */
export function decodeJsonMessage(text: string): UpstreamMessage {
  if (!isObject(parse(text))) throw new InvalidJsonMessage('not an object');
  const members = new Map<string, string>();
  for (const { name, text: value } of scanMembers(text)) members.set(name, value);
  const type = readString(members, 'type');
  const reader = READERS.get(type.toLowerCase());
  if (reader === undefined) throw new InvalidJsonMessage(`unknown type '${type.slice(0, 64)}'`);
  return reader(members);
}

function readSendToGroup(members: Members): UpstreamMessage {
  if (members.has('stream')) throw new InvalidJsonMessage('streams are not supported');
  const metadata = readMetadata(members);
  return {
    type: 'sendToGroup',
    ...readGroupAndAck(members),
    payload: readPayload(members, metadata),
    noEcho: readNoEcho(members),
    ttlSeconds: readTtl(members),
    ...(metadata && { metadata }),
  };
}

function readEvent(members: Members): UpstreamMessage {
  const event = readString(members, 'event');
  if (!isEventName(event)) throw new InvalidJsonMessage('invalid event name');
  const metadata = readMetadata(members);
  return {
    type: 'event',
    event,
    payload: readPayload(members, metadata),
    ...(metadata && { metadata }),
    ...readAckId(members),
  };
}

function readGroupAndAck(members: Members): { group: string; ackId?: bigint } {
  const group = readString(members, 'group');
  if (!isGroupName(group)) throw new InvalidJsonMessage('invalid group name');
  return { group, ...readAckId(members) };
}

function readAckId(members: Members): { ackId?: bigint } {
  const text = members.get('ackId');
  return text === undefined || text === 'null' ? {} : { ackId: readUint64('ackId', text) };
}

function readSequenceId(members: Members): bigint {
  return readUint64('sequenceId', members.get('sequenceId') ?? '');
}

function readUint64(name: string, text: string): bigint {
  if (DIGITS.test(text)) {
    const value = BigInt(text);
    if (value <= MAX_UINT64) return value;
  }
  throw new InvalidJsonMessage(`${name} is not an unsigned 64-bit integer`);
}

function readNoEcho(members: Members): boolean {
  const text = members.get('noEcho') ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidJsonMessage('noEcho is not a boolean');
}

function readTtl(members: Members): number {
  const text = members.get('ttlSeconds') ?? '0';
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= MAX_TTL_SECONDS) return value;
  throw new InvalidJsonMessage('ttlSeconds is not an integer from 0 to 300');
}

/** Without data a message is an empty text, but only if it carries metadata (5.3). */
function readPayload(members: Members, metadata: Metadata | undefined): Payload {
  const data = members.get('data');
  const dataType = readDataType(members);
  if (data === undefined) {
    if (metadata !== undefined) return textPayload('');
    throw new InvalidJsonMessage('data is missing');
  }
  if (data === 'null') throw new InvalidJsonMessage('data is null');
  switch (dataType) {
    case 'json':
      return { dataType, bytes: Buffer.from(data, 'utf8') };
    case 'text':
      return textPayload(parseString('data', data));
    case 'binary':
    case 'protobuf':
      return { dataType, bytes: decodeBase64(parseString('data', data)) };
  }
}

function readDataType(members: Members): DataType {
  if (!members.has('dataType')) return 'json';
  const name = readString(members, 'dataType').toLowerCase();
  const dataType = DATA_TYPES.find((candidate) => candidate === name);
  if (dataType === undefined) throw new InvalidJsonMessage('unknown dataType');
  return dataType;
}

/** The standard alphabet with padding: what `Buffer` would skip or guess is refused. */
function decodeBase64(text: string): Buffer {
  if (text.length % 4 !== 0 || !BASE64.test(text)) throw new InvalidJsonMessage('invalid base64');
  return Buffer.from(text, 'base64');
}

/** @returns `undefined` when it is absent, null or empty */
function readMetadata(members: Members): Metadata | undefined {
  const text = members.get('metadata');
  if (text === undefined || text === 'null') return undefined;
  if (!text.startsWith('{')) throw new InvalidJsonMessage('metadata is not an object');
  const metadata = new Map<string, string>();
  for (const { name, text: value } of scanMembers(text)) {
    if (metadata.has(name)) throw new InvalidJsonMessage('a metadata key is repeated');
    metadata.set(name, parseString('metadata', value));
  }
  const problem = metadataProblem(metadata);
  if (problem !== undefined) throw new InvalidJsonMessage(problem);
  return metadata.size === 0 ? undefined : metadata;
}

function readString(members: Members, name: string): string {
  const text = members.get(name);
  if (text === undefined) throw new InvalidJsonMessage(`${name} is missing`);
  return parseString(name, text);
}

function parseString(name: string, text: string): string {
  if (!text.startsWith('"')) throw new InvalidJsonMessage(`${name} is not a string`);
  return JSON.parse(text) as string;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A RangeError for absurd nesting is a refusal like any other.
    throw new InvalidJsonMessage('not JSON', { cause: error });
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
