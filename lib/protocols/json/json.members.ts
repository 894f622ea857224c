import type { Metadata } from '../../engine/message.js';
import { isGroupName, metadataProblem } from '../../engine/names.js';
import { textPayload, type DataType, type Payload } from '../../engine/payload.js';
import { isSerializedAny } from '../serialized-any.js';
import { scanMembers } from './json.scanner.js';
import { jsonViolation } from './json.violation.js';

/** Everything a message or an object in it can say; other members are ignored, however many there are. */
const MEMBER_NAMES: ReadonlySet<string> = new Set([
  'type',
  'group',
  'event',
  'dataType',
  'data',
  'metadata',
  'noEcho',
  'ttlSeconds',
  'ackId',
  'sequenceId',
  'stream',
  'streamId',
  'streamSequenceId',
  'error',
  'invocationId',
  'target',
  'state',
  'idleTimeoutMs',
  'message',
  'userErrorCode',
]);

/** The members of a message as they are written; of a repeated one the last (client-protocols.md 5.1). */
export type Members = ReadonlyMap<string, string>;
const MAX_UINT64 = 18_446_744_073_709_551_615n;
const MAX_TTL_SECONDS = 300;
const DIGITS = /^\d{1,20}$/;
const TTL_DIGITS = /^\d{1,3}$/;
const NOT_BASE64 = /[^A-Za-z0-9+/]/;
const DATA_TYPES: readonly DataType[] = ['text', 'json', 'binary', 'protobuf'];

/** @throws {@link ProtocolViolation} 1007, as all readers here */
export function readMembers(text: string): Members {
  const members = new Map<string, string>();
  for (const { name: written, value } of scanMembers(text)) {
    const name = written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
    if (MEMBER_NAMES.has(name)) members.set(name, value);
  }
  return members;
}

export function readGroupAndAck(members: Members): { group: string; ackId?: bigint } {
  const group = readString(members, 'group');
  if (!isGroupName(group)) throw jsonViolation('invalid group name');
  return { group, ...readAckId(members) };
}

export function readAckId(members: Members): { ackId?: bigint } {
  const text = members.get('ackId');
  return text === undefined || text === 'null' ? {} : { ackId: readUint64(members, 'ackId') };
}

/** @param name of a member that must be there */
export function readUint64(members: Members, name: string): bigint {
  const text = members.get(name) ?? '';
  if (DIGITS.test(text)) {
    const value = BigInt(text);
    if (value <= MAX_UINT64) return value;
  }
  throw jsonViolation(`${name} is not an unsigned 64-bit integer`);
}

export function readNoEcho(members: Members): boolean {
  const text = members.get('noEcho') ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw jsonViolation('noEcho is not a boolean');
}

export function readTtl(members: Members): number {
  const text = members.get('ttlSeconds') ?? '0';
  const value = TTL_DIGITS.test(text) ? Number(text) : Number.NaN;
  if (value <= MAX_TTL_SECONDS) return value;
  throw jsonViolation('ttlSeconds is not an integer from 0 to 300');
}

/** Without data a message is an empty text, but only if it carries metadata (5.3). */
export function readPayload(members: Members, metadata: Metadata | undefined): Payload {
  const data = members.get('data');
  const dataType = readDataType(members);
  if (data === undefined) {
    if (metadata !== undefined) return textPayload('');
    throw jsonViolation('data is missing');
  }
  if (data === 'null') throw jsonViolation('data is null');
  switch (dataType) {
    case 'json':
      return { dataType, bytes: Buffer.from(data, 'utf8') };
    case 'text':
      return textPayload(parseString('data', data));
    case 'binary':
      return { dataType, bytes: decodeBase64(parseString('data', data)) };
    case 'protobuf':
      return { dataType, bytes: decodeAny(parseString('data', data)) };
  }
}

function readDataType(members: Members): DataType {
  if (!members.has('dataType')) return 'json';
  const name = readString(members, 'dataType').toLowerCase();
  const dataType = DATA_TYPES.find((candidate) => candidate === name);
  if (dataType === undefined) throw jsonViolation('unknown dataType');
  return dataType;
}

function decodeAny(text: string): Buffer {
  const bytes = decodeBase64(text);
  if (!isSerializedAny(bytes)) throw jsonViolation('data is no serialized Any');
  return bytes;
}

/** The standard alphabet with padding: what `Buffer` would skip or guess is refused. */
function decodeBase64(text: string): Buffer {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0 || NOT_BASE64.test(text.slice(0, text.length - padding))) {
    throw jsonViolation('data is not base64');
  }
  return Buffer.from(text, 'base64');
}

/** @returns `undefined` when it is absent, null or empty */
export function readMetadata(members: Members): Metadata | undefined {
  const text = members.get('metadata');
  if (text === undefined || text === 'null') return undefined;
  const metadata = new Map<string, string>();
  const problem = metadataProblem(readEntries(text, metadata));
  if (problem !== undefined) throw jsonViolation(JSON.stringify(problem));
  return metadata.size === 0 ? undefined : metadata;
}

/** The members of an object that is a member itself; `undefined` when it is absent or null. */
export function readObject(members: Members, name: string): Members | undefined {
  const text = members.get(name);
  return text === undefined || text === 'null' ? undefined : readMembers(text);
}

/** A map of strings; of a repeated key the last. `undefined` when it is absent or null. */
export function readStringMap(
  members: Members,
  name: string,
): ReadonlyMap<string, string> | undefined {
  const text = members.get(name);
  if (text === undefined || text === 'null') return undefined;
  const map = new Map<string, string>();
  for (const { name: key, value } of scanMembers(text)) {
    map.set(parseString(name, key), parseString(name, value));
  }
  return map;
}

/** Lazily, so that nothing is kept of what comes behind the first problem. */
function* readEntries(text: string, metadata: Map<string, string>): Generator<[string, string]> {
  for (const { name, value } of scanMembers(text)) {
    const key = parseString('metadata', name);
    if (metadata.has(key)) throw jsonViolation('a metadata key is repeated');
    const entry: [string, string] = [key, parseString('metadata', value)];
    metadata.set(...entry);
    yield entry;
  }
}

export function readString(members: Members, name: string): string {
  const text = members.get(name);
  if (text === undefined) throw jsonViolation(`${name} is missing`);
  return parseString(name, text);
}

/** `undefined` when it is absent or null. */
export function readOptionalString(members: Members, name: string): string | undefined {
  const text = members.get(name);
  return text === undefined || text === 'null' ? undefined : parseString(name, text);
}

function parseString(name: string, text: string): string {
  if (!text.startsWith('"')) throw jsonViolation(`${name} is not a string`);
  return JSON.parse(text) as string;
}
