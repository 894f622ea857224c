import {
  array,
  assert,
  bigInt,
  boolean,
  constantFrom,
  json,
  nat,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
  uint8Array,
  uniqueArray,
} from 'fast-check';
import { Message } from '../../lib/engine/message.js';
import { isGroupName } from '../../lib/engine/names.js';
import type { DataType, Payload } from '../../lib/engine/payload.js';
import { ProtocolViolation } from '../../lib/engine/ports/client-protocol.interface.js';
import type { SendToGroupRequest } from '../../lib/engine/upstream-message.js';
import {
  dataMessageFrame,
  encodeDataMessage,
} from '../../lib/protocols/protobuf/protobuf.encoder.js';
import { protobufProtocol } from '../../lib/protocols/protobuf/protobuf.protocol.js';
import { protobufVectors } from '../support/protobuf.vectors.js';
import { delimited, varint } from '../support/protobuf.wire.js';

const MAX_UINT64 = 2n ** 64n - 1n;
const DATA_NUMBERS: Readonly<Record<DataType, number>> = {
  text: 1,
  binary: 2,
  protobuf: 3,
  json: 4,
};

const BYTES = uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const TEXT = string({ unit: 'binary', maxLength: 50 });

/** A field of any kind, with the numbers that the protocol uses and some that it does not. */
const FIELD = oneof(
  tuple(nat(20), bigInt({ min: 0n, max: 2n ** 70n })).map(([n, value]) => varint(n, value)),
  tuple(nat(20), BYTES).map(([n, bytes]) => delimited(n, bytes)),
);
const FIELDS = array(FIELD, { maxLength: 6 });

/** Messages of the right build with anything in it, two levels deep. */
const BUILT = array(tuple(nat(20), array(oneof(FIELD, tuple(nat(8), FIELDS)), { maxLength: 6 })), {
  maxLength: 3,
}).map((messages) =>
  Buffer.concat(
    messages.map(([n, fields]) =>
      delimited(n, ...fields.map((field) => (Buffer.isBuffer(field) ? field : nest(field)))),
    ),
  ),
);

function nest([n, fields]: [number, Buffer[]]): Buffer {
  return delimited(n, ...fields);
}

/** A valid message with some bytes replaced, removed, doubled or inserted. */
const MUTATED = tuple(
  constantFrom(...protobufVectors.upstream.map(({ hex }) => hex)),
  array(tuple(nat(), constantFrom('replace', 'remove', 'double', 'insert'), nat(255)), {
    minLength: 1,
    maxLength: 4,
  }),
).map(([hex, changes]) => {
  const bytes = [...Buffer.from(hex, 'hex')];
  for (const [where, how, byte] of changes) {
    const at = where % (bytes.length + 1);
    const kept = bytes[at] ?? byte;
    const put = { replace: [byte], remove: [], double: [kept, kept], insert: [byte, kept] }[how];
    bytes.splice(at, 1, ...(put ?? []));
  }
  return Buffer.from(bytes);
});

const PAYLOAD = oneof(
  TEXT.map((text): Payload => ({ dataType: 'text', bytes: Buffer.from(text) })),
  json().map((text): Payload => ({ dataType: 'json', bytes: Buffer.from(` ${text}\n`) })),
  BYTES.map((bytes): Payload => ({ dataType: 'binary', bytes })),
  tuple(TEXT, BYTES, boolean()).map(([type, value, isTurned]): Payload => {
    const fields = [delimited(1, type), delimited(2, value)];
    return { dataType: 'protobuf', bytes: Buffer.concat(isTurned ? fields.toReversed() : fields) };
  }),
);

const METADATA = uniqueArray(
  tuple(
    constantFrom('a', 'B', '1', '02', 'trace-id', '__proto__', 'constructor'),
    constantFrom('', 'v', 'a value with spaces'),
  ),
  { selector: ([key]) => key, maxLength: 5 },
).map((entries) => new Map(entries));

const REQUEST = record({
  group: string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter(isGroupName),
  payload: PAYLOAD,
  metadata: METADATA,
  ackId: option(bigInt({ min: 0n, max: MAX_UINT64 }), { nil: undefined }),
  noEcho: option(boolean(), { nil: undefined }),
  ttlSeconds: option(nat(300), { nil: undefined }),
});

const dataOf = ({ dataType, bytes }: Payload) =>
  delimited(3, delimited(DATA_NUMBERS[dataType], bytes));
const entriesOf = (metadata: ReadonlyMap<string, string>, field: number) =>
  [...metadata].map(([key, value]) =>
    delimited(field, delimited(1, key), ...(value === '' ? [] : [delimited(2, value)])),
  );

/** Whether the decoder answers as it may: with a message, or with close 1007. */
function isAnswered(bytes: Buffer): boolean {
  try {
    return protobufProtocol.decode(bytes, true).type !== undefined;
  } catch (error) {
    return error instanceof ProtocolViolation && error.code === 1007;
  }
}

describe('The protobuf codec', () => {
  it.each([
    ['arbitrary bytes', uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)), 40_000],
    ['mutated messages', MUTATED, 40_000],
    ['arbitrary fields', BUILT, 20_000],
  ])('answers %s with a message or close 1007', (_, frames, numRuns) => {
    expect(() => assert(property(frames, isAnswered), { numRuns })).not.toThrow();
  });

  it('reads what another encoder writes, in any order of fields', () => {
    assert(
      property(REQUEST, boolean(), (request, isTurned) => {
        const { group, payload, metadata, ackId, noEcho, ttlSeconds } = request;
        const entries = entriesOf(metadata, 6);
        const fields = [
          delimited(1, group),
          ackId === undefined ? Buffer.alloc(0) : varint(2, ackId),
          dataOf(payload),
          noEcho === undefined ? Buffer.alloc(0) : varint(4, Number(noEcho)),
          ttlSeconds === undefined ? Buffer.alloc(0) : varint(5, ttlSeconds),
          Buffer.concat(entries),
        ];
        const frame = delimited(1, ...(isTurned ? fields.toReversed() : fields));
        const message = protobufProtocol.decode(frame, true) as SendToGroupRequest;
        expect(message).toEqual({
          type: 'sendToGroup',
          group,
          payload,
          noEcho: noEcho ?? false,
          ttlSeconds: ttlSeconds ?? 0,
          ...(metadata.size > 0 && { metadata }),
          ...(ackId !== undefined && { ackId }),
        });
        expect([...(message.metadata ?? [])]).toEqual([...metadata]);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes what another encoder writes', () => {
    assert(
      property(REQUEST, nat(), ({ group, payload, metadata }, sequenceId) => {
        const message = new Message({
          origin: { from: 'group', group, fromUserId: null },
          payload,
          ...(metadata.size > 0 && { metadata }),
        });
        const body = encodeDataMessage(message);
        expect(body).toEqual(
          Buffer.concat([
            delimited(1, 'group'),
            delimited(2, group),
            dataOf(payload),
            ...entriesOf(metadata, 5),
          ]),
        );
        const content = delimited(2, body, varint(4, sequenceId));
        expect(dataMessageFrame(body, sequenceId).subarray(-content.length)).toEqual(content);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads fragments of streams that another encoder writes', () => {
    assert(
      property(TEXT, bigInt({ min: 0n, max: MAX_UINT64 }), PAYLOAD, (id, sequenceId, payload) => {
        const frame = delimited(13, delimited(1, id), varint(2, sequenceId), dataOf(payload));
        expect(protobufProtocol.decode(frame, true)).toEqual({
          type: 'streamData',
          streamId: id,
          fragment: { sequenceId, payload },
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('reads group states that another encoder writes, of repeated keys the last', () => {
    const STATE = option(array(tuple(TEXT, TEXT), { maxLength: 5 }), { nil: undefined });
    assert(
      property(STATE, (entries) => {
        const fields = (entries ?? []).map(([key, value]) =>
          delimited(1, delimited(1, key), delimited(2, value)),
        );
        const state = entries === undefined ? Buffer.alloc(0) : delimited(3, ...fields);
        expect(protobufProtocol.decode(delimited(15, delimited(1, 'room'), state), true)).toEqual({
          type: 'setGroupState',
          group: 'room',
          state: entries && new Map(entries),
        });
      }),
      { numRuns: 1000 },
    );
  });
});
