import { decodeProtobufMessage } from '../../../../lib/protocols/protobuf/protobuf.decoder.js';
import { MalformedMessageError } from '../../../../lib/protocols/protobuf/malformed-message.error.js';
import { delimited, varint } from '../../../support/protobuf.wire.js';

const ROOM = delimited(1, 'room');
const TEXT = delimited(3, delimited(1, 'hi'));
const PAYLOAD = { dataType: 'text', bytes: Buffer.from('hi') };

const start = (...fields: Buffer[]) => delimited(1, ROOM, ...fields);
const invoke = (...fields: Buffer[]) => delimited(10, ...fields);
const data = (...fields: Buffer[]) => delimited(13, delimited(1, 's'), ...fields);
const end = (...fields: Buffer[]) => delimited(14, delimited(1, 's'), ...fields);
const entry = (field: number, key: string, value: string) =>
  delimited(field, delimited(1, key), delimited(2, value));

const NAME = delimited(1, 'echo');
const ID = delimited(2, '1');

describe('Reading invocations, streams and group states', () => {
  it.each([
    [
      'an invocation without data',
      invoke(NAME, ID),
      { type: 'invoke', invocationId: '1', event: 'echo' },
    ],
    [
      'an invocation with metadata',
      invoke(NAME, ID, TEXT, entry(4, 'k', 'v')),
      {
        type: 'invoke',
        invocationId: '1',
        event: 'echo',
        payload: PAYLOAD,
        metadata: new Map([['k', 'v']]),
      },
    ],
    [
      'a start with all its fields, and data that it must not have',
      start(varint(2, 0), TEXT, varint(4, 1), delimited(7, delimited(1, 's'), varint(2, 0))),
      {
        type: 'startStream',
        group: 'room',
        ackId: 0n,
        streamId: 's',
        idleTimeoutMs: 0,
        noEcho: true,
        hasPayload: true,
      },
    ],
    [
      'a start without an id or a time-out: the engine answers it',
      start(delimited(7)),
      {
        type: 'startStream',
        group: 'room',
        streamId: '',
        idleTimeoutMs: undefined,
        noEcho: false,
        hasPayload: false,
      },
    ],
    [
      'a fragment with number 0',
      data(varint(2, 0), TEXT),
      { type: 'streamData', streamId: 's', fragment: { sequenceId: 0n, payload: PAYLOAD } },
    ],
    [
      'a fragment without data (S15)',
      data(varint(2, 1)),
      { type: 'streamData', streamId: 's', fragment: 'incomplete' },
    ],
    [
      'a fragment without a number (S15)',
      data(TEXT),
      { type: 'streamData', streamId: 's', fragment: 'incomplete' },
    ],
    [
      'an end with an error',
      end(delimited(2, delimited(1, 'gave up'), delimited(2, 'E42'))),
      { type: 'streamEnd', streamId: 's', error: { message: 'gave up', userErrorCode: 'E42' } },
    ],
    [
      'an end with an error that says nothing',
      end(delimited(2)),
      { type: 'streamEnd', streamId: 's', error: {} },
    ],
    [
      'an empty state, which clears nothing',
      delimited(15, ROOM, delimited(3)),
      { type: 'setGroupState', group: 'room', state: new Map() },
    ],
    [
      'a state with a repeated key: the last value',
      delimited(
        15,
        ROOM,
        delimited(3, entry(1, 'k', '1'), entry(1, '__proto__', 'p'), entry(1, 'k', '2')),
      ),
      {
        type: 'setGroupState',
        group: 'room',
        state: new Map([
          ['k', '2'],
          ['__proto__', 'p'],
        ]),
      },
    ],
  ])('reads %s', (_, bytes, message) => {
    expect(decodeProtobufMessage(bytes)).toStrictEqual(message);
  });

  it.each([
    ['an invocation without an id', invoke(NAME, TEXT), 'invalid invocation_id'],
    [
      'an id of 1025 characters',
      invoke(NAME, delimited(2, 'i'.repeat(1025))),
      'invalid invocation_id',
    ],
    ['a cancellation without an id', delimited(11), 'invalid invocation_id'],
    ['an invocation without an event', invoke(ID), 'invalid event name'],
    [
      'an invocation that starts a stream',
      invoke(NAME, ID, delimited(5)),
      'no stream can start here',
    ],
    ['an invocation with empty data', invoke(NAME, ID, delimited(3)), 'data of no known type'],
    [
      'a start without a group',
      delimited(1, delimited(7, delimited(1, 's'))),
      'invalid group name',
    ],
    ['a fragment of no known type', data(varint(2, 1), delimited(3)), 'data of no known type'],
    ['a state without a group', delimited(15), 'invalid group name'],
    ['a subscription without a group', delimited(16), 'invalid group name'],
    ['its end without a group', delimited(17), 'invalid group name'],
  ])('refuses %s', (_, bytes, detail) => {
    expect(() => decodeProtobufMessage(bytes)).toThrow(new MalformedMessageError(detail));
  });
});
