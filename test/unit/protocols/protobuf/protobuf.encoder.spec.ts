import { Message, type MessageInit } from '../../../../lib/engine/message.js';
import { binaryPayload, jsonPayload, textPayload } from '../../../../lib/engine/payload.js';
import {
  dataMessageFrame,
  encodeDataMessage,
  protobufEncoder,
} from '../../../../lib/protocols/protobuf/protobuf.encoder.js';
import { reliableProtobufEncoder } from '../../../../lib/protocols/protobuf/reliable-protobuf.protocol.js';
import { delimited, varint } from '../../../support/protobuf.wire.js';

const FROM_SERVER = delimited(1, 'server');

const fromServer = (init: Omit<MessageInit, 'origin'>) =>
  new Message({ origin: { from: 'server' }, ...init });

/** The frame of a message of less than 64 KiB. */
function frameOf(...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const header =
    content.length < 126
      ? [0x82, content.length]
      : [0x82, 126, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

describe('Protobuf frames', () => {
  it.each([
    ['text', textPayload('hé'), delimited(1, 'hé')],
    ['empty text', textPayload(''), delimited(1, '')],
    ['binary', binaryPayload(Buffer.from([1, 2, 3])), delimited(2, Buffer.from([1, 2, 3]))],
    ['JSON', jsonPayload(' [1.50] '), delimited(4, ' [1.50] ')],
    [
      'an Any with its fields in another order',
      { dataType: 'protobuf' as const, bytes: Buffer.from('1201610a0162', 'hex') },
      delimited(3, Buffer.from('1201610a0162', 'hex')),
    ],
  ])('carry %s as it is', (_, payload, member) => {
    expect(protobufEncoder.message(fromServer({ payload }))).toEqual(
      frameOf(delimited(2, FROM_SERVER, delimited(3, member))),
    );
  });

  it('name the group but not the sender', () => {
    const message = new Message({
      origin: { from: 'group', group: 'zoë', fromUserId: 'ann' },
      payload: textPayload('hi'),
    });
    expect(protobufEncoder.message(message)).toEqual(
      frameOf(
        delimited(2, delimited(1, 'group'), delimited(2, 'zoë'), delimited(3, delimited(1, 'hi'))),
      ),
    );
  });

  it('carry metadata in its order', () => {
    const metadata = new Map([
      ['b', '1'],
      ['1', '2'],
      ['__proto__', '3'],
    ]);
    const entries = [...metadata].map(([key, value]) =>
      delimited(5, delimited(1, key), delimited(2, value)),
    );
    expect(protobufEncoder.message(fromServer({ payload: textPayload(''), metadata }))).toEqual(
      frameOf(delimited(2, FROM_SERVER, delimited(3, delimited(1, '')), ...entries)),
    );
  });

  it('carry the largest ack id', () => {
    const ackId = 18_446_744_073_709_551_615n;
    expect(protobufEncoder.ack(ackId)).toEqual(
      frameOf(delimited(1, varint(1, ackId), varint(2, 1))),
    );
  });

  it('leave out an anonymous user', () => {
    expect(protobufEncoder.connected({ connectionId: 'c1', userId: undefined })).toEqual(
      frameOf(delimited(3, delimited(1, delimited(1, 'c1')))),
    );
  });

  it('carry a reason of any length', () => {
    const reason = 'r'.repeat(5000);
    expect(protobufEncoder.disconnected(reason)).toEqual(
      frameOf(delimited(3, delimited(2, delimited(2, reason)))),
    );
  });
});

describe('Numbered protobuf frames', () => {
  const message = fromServer({ payload: textPayload('hi'), metadata: new Map([['k', 'v']]) });
  const body = encodeDataMessage(message);

  it.each([1, 127, 128, 2 ** 32, Number.MAX_SAFE_INTEGER])('put %d behind the body', (number) => {
    const expected = frameOf(delimited(2, body, varint(4, number)));
    expect(dataMessageFrame(body, number)).toEqual(expected);
    expect(reliableProtobufEncoder.sequencedMessage(message, number, {})).toEqual(expected);
  });

  it('encode the body once', () => {
    const cache = { body: Buffer.from(body) };
    const other = fromServer({ payload: textPayload('never encoded') });
    expect(reliableProtobufEncoder.sequencedMessage(other, 2, cache)).toEqual(
      dataMessageFrame(body, 2),
    );
    const filled: { body?: Buffer } = {};
    reliableProtobufEncoder.sequencedMessage(message, 1, filled);
    expect(filled.body).toEqual(body);
  });
});

describe('Protobuf frames of streams, invocations and group states', () => {
  const fragment = new Message({
    origin: { from: 'group', group: 'room', fromUserId: 'ann' },
    payload: textPayload(''),
    stream: {
      streamId: 's',
      streamSequenceId: 2,
      endOfStream: true,
      error: { name: 'UserError', message: 'gave up', userErrorCode: 'E42' },
    },
  });
  const place = delimited(
    6,
    delimited(1, 's'),
    varint(2, 2),
    varint(3, 1),
    delimited(4, delimited(1, 'UserError'), delimited(2, 'gave up'), delimited(3, 'E42')),
  );
  const room = [delimited(1, 'group'), delimited(2, 'room'), delimited(3, delimited(1, ''))];

  it('tell why a stream ended, numbered or not', () => {
    expect(protobufEncoder.message(fragment)).toEqual(frameOf(delimited(2, ...room, place)));
    expect(reliableProtobufEncoder.sequencedMessage(fragment, 7, {})).toEqual(
      frameOf(delimited(2, ...room, place, varint(4, 7))),
    );
  });

  it('tell the publisher why a stream was closed', () => {
    expect(protobufEncoder.streamClosed?.('s', { name: 'Forbidden', message: 'm' })).toEqual(
      frameOf(
        delimited(8, delimited(1, 's'), delimited(2, delimited(1, 'Forbidden'), delimited(2, 'm'))),
      ),
    );
  });

  it.each([
    ['without data', { success: true as const }, [varint(2, 1)]],
    [
      'with metadata',
      { success: true as const, payload: jsonPayload('1'), metadata: new Map([['k', 'v']]) },
      [
        varint(2, 1),
        delimited(3, delimited(4, '1')),
        delimited(5, delimited(1, 'k'), delimited(2, 'v')),
      ],
    ],
    [
      'with an error',
      { success: false as const, error: { name: 'NotFound' as const, message: 'm' } },
      [delimited(4, delimited(1, 'NotFound'), delimited(2, 'm'))],
    ],
  ])('answer an invocation %s', (_, response, fields) => {
    expect(protobufEncoder.invokeResponse?.({ invocationId: '1', ...response })).toEqual(
      frameOf(delimited(5, delimited(1, '1'), ...fields)),
    );
  });

  it('carry group states of anonymous members, empty or cleared, and a number', () => {
    const base = { userId: undefined, updatedAt: 1000 };
    const items = [
      { connectionId: 'c1', state: new Map<string, string>(), ...base },
      { connectionId: 'c2', state: undefined, ...base },
    ];
    const news = { kind: 'snapshot', group: 'room', items } as const;
    expect(protobufEncoder.groupState?.(news, 9)).toEqual(
      frameOf(
        delimited(
          10,
          delimited(1, 'room'),
          delimited(2, delimited(1, 'c1'), delimited(3), varint(4, 1000)),
          delimited(2, delimited(1, 'c2'), varint(4, 1000)),
          varint(3, 9),
        ),
      ),
    );
  });
});
