import { Message } from '../../../../lib/engine/message.js';
import type { DataType, Payload } from '../../../../lib/engine/payload.js';
import type { AckError } from '../../../../lib/engine/ports/frame-encoder.interface.js';
import { protobufProtocol } from '../../../../lib/protocols/protobuf/protobuf.protocol.js';
import {
  reliableProtobufEncoder,
  reliableProtobufProtocol,
} from '../../../../lib/protocols/protobuf/reliable-protobuf.protocol.js';
import {
  protobufVectors,
  type ProtobufVector,
  type ProtobufVectors,
} from '../../../support/protobuf.vectors.js';
import { delimited } from '../../../support/protobuf.wire.js';

type Fields = ProtobufVector['message'][string];
type Text = string;

const DATA_TYPES: Readonly<Record<string, DataType>> = {
  text_data: 'text',
  json_data: 'json',
  binary_data: 'binary',
  protobuf_data: 'protobuf',
};

function payloadOf(fields: Fields): Payload {
  const [[member, value] = []] = Object.entries(fields['data'] as Fields);
  const dataType = DATA_TYPES[member as string] as DataType;
  return { dataType, bytes: bytesOf(value as Text | Fields) };
}

function bytesOf(value: Text | Fields): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  if ('__b64' in value) return Buffer.from(value['__b64'] as Text, 'base64');
  const { type_url: typeUrl, value: content } = value;
  return Buffer.concat([delimited(1, typeUrl as Text), delimited(2, bytesOf(content as Fields))]);
}

const metadataOf = ({ metadata }: Fields) =>
  metadata === undefined
    ? {}
    : { metadata: new Map(Object.entries(metadata as Record<string, string>)) };
const ackIdOf = ({ ack_id: ackId }: Fields) =>
  ackId === undefined ? {} : { ackId: BigInt(ackId as number) };

/** What our decoder has to make of the kinds of messages that are served. */
const UPSTREAM: Readonly<Record<string, (fields: Fields) => object>> = {
  join_group_message: (fields) => ({
    type: 'joinGroup',
    group: fields['group'],
    ...ackIdOf(fields),
  }),
  leave_group_message: (fields) => ({
    type: 'leaveGroup',
    group: fields['group'],
    ...ackIdOf(fields),
  }),
  send_to_group_message: (fields) => ({
    type: 'sendToGroup',
    group: fields['group'],
    payload: payloadOf(fields),
    noEcho: fields['no_echo'] ?? false,
    ttlSeconds: fields['ttl_seconds'] ?? 0,
    ...metadataOf(fields),
    ...ackIdOf(fields),
  }),
  event_message: (fields) => ({
    type: 'event',
    event: fields['event'],
    payload: payloadOf(fields),
    ...metadataOf(fields),
    ...ackIdOf(fields),
  }),
  ping_message: () => ({ type: 'ping' }),
  sequence_ack_message: (fields) => ({
    type: 'sequenceAck',
    sequenceId: BigInt(fields['sequence_id'] as number),
  }),
};

/** How our encoder is asked for the kinds of messages that are served. */
const DOWNSTREAM: Readonly<Record<string, (fields: Fields) => Buffer | undefined>> = {
  ack_message: ({ ack_id: ackId, error }) =>
    protobufProtocol.encoder.ack(BigInt(ackId as number), error as AckError | undefined),
  data_message: (fields) => {
    const { group, sequence_id: sequenceId } = fields;
    const message = new Message({
      origin:
        group === undefined
          ? { from: 'server' }
          : { from: 'group', group: group as Text, fromUserId: 'not said' },
      payload: payloadOf(fields),
      ...metadataOf(fields),
    });
    return sequenceId === undefined
      ? protobufProtocol.encoder.message(message)
      : reliableProtobufEncoder.sequencedMessage(message, sequenceId as number, {});
  },
  system_message: ({ connected_message: connected, disconnected_message: disconnected }) => {
    if (disconnected !== undefined) {
      return protobufProtocol.encoder.disconnected((disconnected as Fields)['reason'] as Text);
    }
    const info = connected as Readonly<Record<string, string>>;
    return protobufProtocol.encoder.connected({
      connectionId: info['connection_id'] as string,
      userId: info['user_id'],
      ...(info['reconnection_token'] && { reconnectionToken: info['reconnection_token'] }),
    });
  },
  pong_message: () => protobufProtocol.encoder.pong(),
};

/** Rows of the vectors, those of the served kinds or the others. */
function rows(list: ProtobufVectors['upstream'], served: boolean): [string, ProtobufVector][] {
  return list
    .filter(({ message }) => isServed(message) === served)
    .map((vector) => [vector.name, vector]);
}

function isServed(message: ProtobufVector['message']): boolean {
  const [[kind, fields] = ['', {}]] = Object.entries(message);
  return (kind in UPSTREAM || kind in DOWNSTREAM) && !('stream' in fields);
}

const [upstream, downstream] = [protobufVectors.upstream, protobufVectors.downstream];

describe.each([protobufProtocol, reliableProtobufProtocol])('Requests of $name', (protocol) => {
  it.each(rows(upstream, true))('reads: %s', (_, { hex, message }) => {
    const [[kind, fields] = ['', {}]] = Object.entries(message);
    expect(protocol.decode(Buffer.from(hex, 'hex'), true)).toStrictEqual(UPSTREAM[kind]?.(fields));
  });

  it.each([
    ...rows(upstream, false).map(([name, { hex }]) => [`${name} (not served)`, hex]),
    ...protobufVectors.upstreamInvalid.map(({ name, hex }) => [name, hex]),
  ])('refuses: %s', (_, hex) => {
    expect(() => protocol.decode(Buffer.from(hex, 'hex'), true)).toThrow(
      expect.objectContaining({
        code: 1007,
        reason: `The client message is not a valid ${protocol.name} protocol message.`,
      }),
    );
  });
});

describe('Frames of the protobuf protocols', () => {
  it.each(rows(downstream, true))('writes: %s', (_, { hex, message }) => {
    const [[kind, fields] = ['', {}]] = Object.entries(message);
    const frame = DOWNSTREAM[kind]?.(fields);
    const content = Buffer.from(hex, 'hex');
    expect(frame).toEqual(Buffer.from([0x82, content.length, ...content]));
  });
});
