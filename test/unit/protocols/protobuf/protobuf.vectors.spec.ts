import { Message, type MessageInit } from '../../../../lib/engine/message.js';
import type { DataType, Payload } from '../../../../lib/engine/payload.js';
import type {
  AckError,
  GroupStateNews,
} from '../../../../lib/engine/ports/frame-encoder.interface.js';
import { protobufProtocol } from '../../../../lib/protocols/protobuf/protobuf.protocol.js';
import {
  reliableProtobufEncoder,
  reliableProtobufProtocol,
} from '../../../../lib/protocols/protobuf/reliable-protobuf.protocol.js';
import { protobufVectors, type ProtobufVector } from '../../../support/protobuf.vectors.js';
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

const groupAndAckOf = (fields: Fields) => ({ group: fields['group'], ...ackIdOf(fields) });
const streamIdOf = ({ stream_id: streamId }: Fields) => ({ streamId: streamId as Text });

function stateOf(fields: Fields): ReadonlyMap<string, string> | undefined {
  const state = fields['state'] as { readonly entries: Readonly<Record<string, string>> };
  return state && new Map(Object.entries(state.entries));
}

function startOf(fields: Fields) {
  const stream = fields['stream'] as Fields;
  return {
    type: 'startStream',
    ...groupAndAckOf(fields),
    ...streamIdOf(stream),
    idleTimeoutMs: stream['idle_timeout_ms'],
    noEcho: false,
    hasPayload: false,
  };
}

/** What our decoder has to make of each kind of message. */
const UPSTREAM: Readonly<Record<string, (fields: Fields) => object>> = {
  join_group_message: (fields) => ({ type: 'joinGroup', ...groupAndAckOf(fields) }),
  leave_group_message: (fields) => ({ type: 'leaveGroup', ...groupAndAckOf(fields) }),
  send_to_group_message: (fields) =>
    'stream' in fields
      ? startOf(fields)
      : {
          type: 'sendToGroup',
          ...groupAndAckOf(fields),
          payload: payloadOf(fields),
          noEcho: fields['no_echo'] ?? false,
          ttlSeconds: fields['ttl_seconds'] ?? 0,
          ...metadataOf(fields),
        },
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
  invoke_event_message: (fields) => ({
    type: 'invoke',
    invocationId: fields['invocation_id'],
    event: fields['event'],
    payload: payloadOf(fields),
  }),
  cancel_invocation_message: (fields) => ({
    type: 'cancelInvocation',
    invocationId: fields['invocation_id'],
  }),
  stream_data_message: (fields) => ({
    type: 'streamData',
    ...streamIdOf(fields),
    fragment:
      'data' in fields
        ? { sequenceId: BigInt(fields['stream_sequence_id'] as number), payload: payloadOf(fields) }
        : undefined,
  }),
  stream_end_message: (fields) => ({ type: 'streamEnd', ...streamIdOf(fields) }),
  set_group_state_message: (fields) => ({
    type: 'setGroupState',
    ...groupAndAckOf(fields),
    state: stateOf(fields),
  }),
  subscribe_group_state_message: (fields) => ({
    type: 'subscribeGroupState',
    ...groupAndAckOf(fields),
  }),
  unsubscribe_group_state_message: (fields) => ({
    type: 'unsubscribeGroupState',
    ...groupAndAckOf(fields),
  }),
};

function placeOf({ stream }: Fields): Pick<MessageInit, 'stream'> {
  if (stream === undefined) return {};
  const fields = stream as Fields;
  return {
    stream: {
      ...streamIdOf(fields),
      streamSequenceId: fields['stream_sequence_id'] as number,
      ...(fields['end_of_stream'] === true && { endOfStream: true }),
    },
  };
}

function itemOf(fields: Fields): GroupStateNews['items'][number] {
  return {
    connectionId: fields['connection_id'] as Text,
    userId: fields['user_id'] as Text | undefined,
    state: stateOf(fields),
    updatedAt: fields['updated_at'] as number,
  };
}

/** How our encoder is asked for each kind of message. */
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
      ...placeOf(fields),
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
  invoke_response_message: (fields) =>
    protobufProtocol.encoder.invokeResponse?.({
      invocationId: fields['invocation_id'] as Text,
      success: true,
      payload: payloadOf(fields),
    }),
  stream_ack_message: (fields) =>
    protobufProtocol.encoder.streamAck?.(
      streamIdOf(fields).streamId,
      fields['expected_sequence_id'] as number,
    ),
  stream_nack_message: (fields) =>
    protobufProtocol.encoder.streamNack?.({
      ...streamIdOf(fields),
      name: 'InvalidSequenceId',
      message: fields['message'] as Text,
      expected: fields['expected_sequence_id'] as number,
    }),
  stream_closed_message: (fields) =>
    protobufProtocol.encoder.streamClosed?.(streamIdOf(fields).streamId),
  group_state_update_message: (fields) =>
    protobufProtocol.encoder.groupState?.({
      kind: 'update',
      group: fields['group'] as Text,
      items: (fields['items'] as unknown as Fields[]).map((item) => itemOf(item)),
    }),
};

const rows = (list: readonly ProtobufVector[]) =>
  list.map((vector): [string, ProtobufVector] => [vector.name, vector]);

describe.each([protobufProtocol, reliableProtobufProtocol])('Requests of $name', (protocol) => {
  it.each(rows(protobufVectors.upstream))('reads: %s', (_, { hex, message }) => {
    const [[kind, fields] = ['', {}]] = Object.entries(message);
    expect(protocol.decode(Buffer.from(hex, 'hex'), true)).toStrictEqual(UPSTREAM[kind]?.(fields));
  });

  it.each(protobufVectors.upstreamInvalid)('refuses: $name', ({ hex }) => {
    expect(() => protocol.decode(Buffer.from(hex, 'hex'), true)).toThrow(
      expect.objectContaining({
        code: 1007,
        reason: `The client message is not a valid ${protocol.name} protocol message.`,
      }),
    );
  });
});

describe('Frames of the protobuf protocols', () => {
  it.each(rows(protobufVectors.downstream))('writes: %s', (_, { hex, message }) => {
    const [[kind, fields] = ['', {}]] = Object.entries(message);
    const frame = DOWNSTREAM[kind]?.(fields);
    const content = Buffer.from(hex, 'hex');
    expect(frame).toEqual(Buffer.from([0x82, content.length, ...content]));
  });
});
