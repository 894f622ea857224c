import { decodeProtobufMessage } from '../../../../lib/protocols/protobuf/protobuf.decoder.js';
import { MalformedMessageError } from '../../../../lib/protocols/protobuf/malformed-message.error.js';
import { delimited, varint } from '../../../support/protobuf.wire.js';

const MAX_UINT64 = 18_446_744_073_709_551_615n;
const TOKEN_CHARACTERS =
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ROOM = delimited(1, 'room');
const TEXT = delimited(3, delimited(1, 'hi'));

const send = (...fields: Buffer[]) => delimited(1, ...fields);
const event = (...fields: Buffer[]) => delimited(5, ...fields);
const join = (...fields: Buffer[]) => delimited(6, ...fields);
const leave = (...fields: Buffer[]) => delimited(7, ...fields);
const sendData = (...members: Buffer[]) => send(ROOM, delimited(3, ...members));
const entry = (field: number, key: string, value: string) =>
  delimited(field, delimited(1, key), delimited(2, value));
const any = (...more: Buffer[]) =>
  Buffer.concat([delimited(1, 'example.com/unheard.Of'), delimited(2, 'value'), ...more]);

const decode = (bytes: Buffer) => decodeProtobufMessage(bytes);
const refusal = (detail: string) =>
  expect.objectContaining({ name: 'MalformedMessageError', message: detail });

describe('Reading protobuf messages', () => {
  it.each([
    ['an ack id of 0', join(ROOM, varint(2, 0)), 0n],
    ['the largest ack id', join(ROOM, varint(2, MAX_UINT64)), MAX_UINT64],
    ['an ack id that no double can hold', leave(ROOM, varint(2, 2n ** 53n + 1n)), 2n ** 53n + 1n],
    [
      'the ack id of an event',
      event(delimited(1, 'e'), delimited(2, delimited(1, '')), varint(3, 7)),
      7n,
    ],
  ])('keeps %s', (_, bytes, ackId) => {
    expect(decode(bytes)).toMatchObject({ ackId });
  });

  it('tells an absent ack id from 0', () => {
    expect(decode(join(ROOM))).not.toHaveProperty('ackId');
  });

  it('reads a sequence id exactly, and 0 when there is none', () => {
    expect(decode(delimited(8, varint(1, MAX_UINT64)))).toEqual({
      type: 'sequenceAck',
      sequenceId: MAX_UINT64,
    });
    expect(decode(delimited(8))).toEqual({ type: 'sequenceAck', sequenceId: 0n });
  });

  it.each([
    ['empty text', delimited(1, ''), 'text', ''],
    ['text with a byte order mark', delimited(1, '\uFEFFhi'), 'text', '\uFEFFhi'],
    ['empty bytes', delimited(2, ''), 'binary', ''],
    ['JSON in its own spelling', delimited(4, ' {"a" : 1.50e+1}\n'), 'json', ' {"a" : 1.50e+1}\n'],
    ['JSON null', delimited(4, 'null'), 'json', 'null'],
  ])('passes on %s', (_, member, dataType, text) => {
    expect(decode(sendData(member))).toMatchObject({
      payload: { dataType, bytes: Buffer.from(text) },
    });
  });

  it.each([
    ['as it is', any()],
    [
      'with its fields in another order',
      Buffer.concat([delimited(2, 'value'), delimited(1, 'x/y')]),
    ],
    ['with fields of its own', any(varint(15, 1), delimited(16, 'more'))],
    ['with a longer spelling of a length', Buffer.from('0a810078', 'hex')],
    ['that is empty', Buffer.alloc(0)],
  ])('passes on an Any %s, byte for byte', (_, bytes) => {
    expect(decode(sendData(delimited(3, bytes)))).toMatchObject({
      payload: { dataType: 'protobuf', bytes },
    });
  });

  it('keeps metadata in the order it came in', () => {
    const metadata = [
      ['z', '1'],
      ['2', 'two'],
      ['1', ''],
      ['__proto__', 'p'],
    ] as const;
    const bytes = send(ROOM, TEXT, ...metadata.map(([key, value]) => entry(6, key, value)));
    const message = decode(bytes) as unknown as { metadata: ReadonlyMap<string, string> };
    expect([...message.metadata]).toEqual(metadata);
  });

  it.each([
    ['sendToGroup', send(ROOM, entry(6, 'k', 'v'))],
    ['event', event(delimited(1, 'e'), entry(4, 'k', 'v'))],
  ])('takes a %s with metadata and without data for an empty text', (type, bytes) => {
    expect(decode(bytes)).toMatchObject({
      type,
      payload: { dataType: 'text', bytes: Buffer.alloc(0) },
      metadata: new Map([['k', 'v']]),
    });
  });

  it('reads noEcho and a ttl of at most 300 seconds', () => {
    expect(decode(send(ROOM, TEXT, varint(4, 1), varint(5, 300)))).toMatchObject({
      noEcho: true,
      ttlSeconds: 300,
    });
    expect(decode(send(ROOM, TEXT, varint(4, 0), varint(5, 0)))).toMatchObject({
      noEcho: false,
      ttlSeconds: 0,
    });
  });

  it('accepts fields in any order, skips unknown ones and takes the last kind of message', () => {
    const unknown = [varint(100, 5), delimited(101, 'x'), Buffer.from('ab06ac06', 'hex')];
    const bytes = Buffer.concat([delimited(9), ...unknown, join(varint(2, 1), ...unknown, ROOM)]);
    expect(decode(bytes)).toEqual({ type: 'joinGroup', group: 'room', ackId: 1n });
  });

  it('accepts as many metadata entries as fit into 8192 bytes', () => {
    const characters = TOKEN_CHARACTERS.split('');
    const keys = characters.flatMap((first) => characters.map((second) => first + second));
    const entries = keys.slice(0, 4096).map((key) => entry(6, key, ''));
    expect(decode(send(ROOM, TEXT, ...entries))).toMatchObject({ type: 'sendToGroup' });
    expect(() => decode(send(ROOM, TEXT, ...entries, entry(6, 'k', '')))).toThrow(/exceeds 8192/);
  });
});

describe('Refusing protobuf messages', () => {
  it.each([
    ['an empty group name', join(delimited(1, '')), 'invalid group name'],
    ['a blank group name', leave(delimited(1, ' \t')), 'invalid group name'],
    [
      'a group name of 1025 characters',
      send(delimited(1, 'g'.repeat(1025)), TEXT),
      'invalid group name',
    ],
    ['an event without a name', event(delimited(2, delimited(1, 'hi'))), 'invalid event name'],
    [
      'an invalid event name',
      event(delimited(1, '1e'), delimited(2, delimited(1, 'hi'))),
      'invalid event name',
    ],
    ['an event without data', event(delimited(1, 'e')), 'data is missing'],
    ['a send without data', send(ROOM), 'data is missing'],
    ['data without a member', sendData(), 'data of no known type'],
    ['data of an unknown type', sendData(delimited(5, 'x')), 'data of no known type'],
    [
      'data without a member beside metadata',
      send(ROOM, delimited(3), entry(6, 'k', 'v')),
      'data of no known type',
    ],
    [
      'text that is not UTF-8',
      sendData(delimited(1, Buffer.from([0xc3]))),
      'the text is not UTF-8',
    ],
    [
      'JSON that is not UTF-8',
      sendData(delimited(4, Buffer.from([0x22, 0xc3, 0x22]))),
      'the text is not UTF-8',
    ],
    ['JSON that is none', sendData(delimited(4, '{a:1}')), 'json_data is not JSON'],
    ['two JSON values', sendData(delimited(4, '1 2')), 'json_data is not JSON'],
    ['empty JSON', sendData(delimited(4, '')), 'json_data is not JSON'],
    ['JSON with a byte order mark', sendData(delimited(4, '\uFEFF1')), 'json_data is not JSON'],
    ['a ttl of 301 seconds', send(ROOM, TEXT, varint(5, 301)), 'ttl_seconds is not from 0 to 300'],
    [
      'a repeated metadata key',
      send(ROOM, TEXT, entry(6, 'k', 'v'), entry(6, 'k', 'v')),
      'a metadata key is repeated',
    ],
    [
      'an event that starts a stream',
      event(delimited(1, 'e'), delimited(2, delimited(1, 'hi')), delimited(5)),
      'no stream can start here',
    ],
    ['an unknown kind of message', delimited(12), 'no known kind of message'],
    ['an Any that is none', sendData(delimited(3, 'x')), 'protobuf_data is no Any'],
    [
      'an Any whose type is not UTF-8',
      sendData(delimited(3, delimited(1, Buffer.from([0xff])))),
      'protobuf_data is no Any',
    ],
  ])('refuses %s', (_, bytes, detail) => {
    expect(() => decode(bytes)).toThrow(refusal(detail));
  });

  it.each([
    ['key', entry(6, '', 'v'), /Metadata key ''/],
    ['key without a key', delimited(6), /Metadata key ''/],
    ['value', entry(6, 'k', '\n'), /Metadata value/],
  ])('refuses metadata with an invalid %s', (_, metadata, detail) => {
    expect(() => decode(send(ROOM, TEXT, metadata))).toThrow(detail);
  });

  it.each([
    ['the end within a field', join(ROOM).subarray(0, -1)],
    ['a group name that is not UTF-8', join(delimited(1, Buffer.from([0xff])))],
    ['a field that reaches beyond its message', Buffer.from('32020a04726f6f6d', 'hex')],
    ['a name in the form of a number', join(varint(1, 4), Buffer.from('room'))],
    ['a number in the form of bytes', join(ROOM, delimited(2, '\u0001'))],
    ['a kind of message in the form of a number', varint(9, 0)],
    ['a number of 11 bytes', join(ROOM, Buffer.from('10ffffffffffffffffffff01', 'hex'))],
    ['the end of a group that never began', Buffer.from('64', 'hex')],
    ['groups in groups in groups', Buffer.alloc(1_000_000, 0x63)],
    ['more fields than metadata can need', Buffer.alloc(40_000, delimited(9))],
    ['more fields within its fields', send(ROOM, TEXT, Buffer.alloc(40_000, delimited(6)))],
  ])('refuses %s', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(MalformedMessageError);
    expect(() => decode(bytes)).toThrow(/^not protobuf: /);
  });
});
