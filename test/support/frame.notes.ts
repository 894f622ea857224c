import { readFields, type Fields } from './protobuf.client.js';

/** How a client reads what it is sent. */
export type Dialect = 'raw' | 'json' | 'protobuf';

/** A WebSocket frame of the service. */
export interface ServiceFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const LENGTH_16 = 126;
const LENGTH_64 = 127;

/**
 * The frames in what was written in one go.
 *
 * @throws Error when they are not whole, final and unmasked
 */
export function framesIn(bytes: Buffer): ServiceFrame[] {
  const frames: ServiceFrame[] = [];
  for (let at = 0; at < bytes.length;) {
    const [first, short] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
    if ((first & 0xf0) !== 0x80 || short > LENGTH_64) throw new Error('No frame of a service.');
    const start = at + (short === LENGTH_16 ? 4 : short === LENGTH_64 ? 10 : 2);
    const length =
      short === LENGTH_16
        ? bytes.readUInt16BE(at + 2)
        : short === LENGTH_64
          ? Number(bytes.readBigUInt64BE(at + 2))
          : short;
    at = start + length;
    if (at > bytes.length) throw new Error('A frame was written in two pieces.');
    frames.push({ opcode: first & 15, payload: bytes.subarray(start, at) });
  }
  return frames;
}

/**
 * A message of the service in a few words, for lists that are compared: `server text hi`,
 * `#7 group/room json 1`, `ack 3`, `ack 3 Duplicate`, `pong`, `connected c1`, `disconnected Bye.`.
 * What a raw client gets has no origin.
 */
export function noteOf(dialect: Dialect, payload: Buffer, isText: boolean): string {
  switch (dialect) {
    case 'raw':
      return `${isText ? 'text' : 'binary'} ${shortened(payload.toString())}`;
    case 'json':
      return isText ? jsonNote(payload) : 'a binary frame';
    case 'protobuf':
      return isText ? 'a text frame' : protobufNote(payload);
  }
}

/** A text with its paddings counted: `m1xxxx` is `m1x4`. */
export function shortened(text: string): string {
  return text.replace(/x{2,}/g, (run) => `x${String(run.length)}`);
}

interface JsonMessage {
  readonly type: string;
  readonly event?: string;
  readonly from?: string;
  readonly group?: string;
  readonly dataType?: string;
  readonly data?: unknown;
  readonly sequenceId?: number;
  readonly ackId?: number;
  readonly error?: { readonly name: string };
  readonly connectionId?: string;
  readonly message?: string;
}

function jsonNote(payload: Buffer): string {
  const message = JSON.parse(payload.toString()) as JsonMessage;
  switch (message.type) {
    case 'message':
      return dataNote(message.sequenceId, message.group, message.dataType, jsonData(message));
    case 'ack':
      return ackNote(message.ackId, message.error?.name);
    case 'pong':
      return 'pong';
    default:
      return message.event === 'connected'
        ? `connected ${message.connectionId}`
        : `${message.event} ${message.message}`;
  }
}

function jsonData({ dataType, data }: JsonMessage): string {
  if (dataType === 'json') return JSON.stringify(data);
  return dataType === 'binary' ? Buffer.from(String(data), 'base64').toString() : String(data);
}

const DATA_TYPES = new Map([
  [1, 'text'],
  [2, 'binary'],
  [4, 'json'],
]);

function protobufNote(payload: Buffer): string {
  for (const [kind, value] of readFields(payload)) {
    const fields = readFields(value as Buffer);
    switch (kind) {
      case 1: {
        const error = fields.get(3) as Buffer | undefined;
        return ackNote(numberIn(fields, 1), error && textIn(readFields(error), 1));
      }
      case 2: {
        const [[field, data] = [0, '']] = readFields(fields.get(3) as Buffer);
        return dataNote(
          numberIn(fields, 4),
          textIn(fields, 2),
          DATA_TYPES.get(field),
          String(data),
        );
      }
      case 3: {
        const connected = fields.get(1) as Buffer | undefined;
        if (connected !== undefined) return `connected ${textIn(readFields(connected), 1)}`;
        return `disconnected ${textIn(readFields(fields.get(2) as Buffer), 2)}`;
      }
      case 4:
        return 'pong';
      default:
        return `an unknown message ${String(kind)}`;
    }
  }
  return 'an empty message';
}

function textIn(fields: Fields, field: number): string | undefined {
  return fields.get(field)?.toString();
}

function numberIn(fields: Fields, field: number): number | undefined {
  const value = fields.get(field);
  return value === undefined ? undefined : Number(value);
}

/** As {@link noteOf} writes a data message of a pub/sub client. */
export function dataNote(
  sequenceId: number | undefined,
  group: string | undefined,
  dataType: string | undefined,
  data: string,
): string {
  const number = sequenceId === undefined ? '' : `#${String(sequenceId)} `;
  const origin = group === undefined ? 'server' : `group/${group}`;
  return `${number}${origin} ${dataType} ${shortened(data)}`;
}

/** As {@link noteOf} writes an ack. */
export function ackNote(ackId: number | undefined, error?: string): string {
  return `ack ${String(ackId)}${error === undefined ? '' : ` ${error}`}`;
}
