import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Message } from '../../engine/message.js';
import type {
  AckError,
  ConnectedInfo,
  FrameEncoder,
} from '../../engine/ports/frame-encoder.interface.js';
import { binaryFrame } from '../websocket-frame.js';
import { bufferView } from './buffer-view.js';
import { downstreamFrame } from './downstream.frame.js';
import { dataOf, entriesOf, streamOf } from './field.encoders.js';
import { DataSchema, DownstreamMessageSchema } from './generated/webpubsub.client_pb.js';
import { groupStateOf, invokeResponseOf, streamClosedOf } from './newer.encoders.js';

const DATA_MESSAGE_NUMBER = DownstreamMessageSchema.field.dataMessage.number;
const SEQUENCE_ID_NUMBER = DataSchema.field.sequenceId.number;

const PONG = downstreamFrame({ case: 'pongMessage', value: {} });

/** Frames of `protobuf.webpubsub.azure.v1` (client-protocols.md 7.3). */
export const protobufEncoder: FrameEncoder = {
  message: (message) => dataMessageFrame(encodeDataMessage(message)),

  ack: (ackId, error) => downstreamFrame({ case: 'ackMessage', value: ackOf(ackId, error) }),

  pong: () => PONG,

  connected: (info) =>
    downstreamFrame({
      case: 'systemMessage',
      value: { kind: { case: 'connectedMessage', value: connectedOf(info) } },
    }),

  disconnected: (reason) =>
    downstreamFrame({
      case: 'systemMessage',
      value: { kind: { case: 'disconnectedMessage', value: { reason } } },
    }),

  invokeResponse: (response) => downstreamFrame(invokeResponseOf(response)),

  streamAck: (streamId, expected) =>
    downstreamFrame({
      case: 'streamAckMessage',
      value: { streamId, expectedSequenceId: BigInt(expected) },
    }),

  streamNack: ({ streamId, name, message, expected }) =>
    downstreamFrame({
      case: 'streamNackMessage',
      value: { streamId, name, message, expectedSequenceId: BigInt(expected) },
    }),

  streamClosed: (streamId, error) => downstreamFrame(streamClosedOf(streamId, error)),

  groupState: (news, sequenceId) => downstreamFrame(groupStateOf(news, sequenceId)),
};

/**
 * A `data_message` without a sequence id: the part of its frame that is the same for every
 * connection.
 */
export function encodeDataMessage({ origin, payload, metadata, stream }: Message): Buffer {
  const message = create(DataSchema, {
    from: origin.from,
    ...(origin.from === 'group' && { group: origin.group }),
    data: dataOf(payload),
    metadata: entriesOf(metadata),
    ...(stream && { stream: streamOf(stream) }),
  });
  return bufferView(toBinary(DataSchema, message));
}

/**
 * The complete frame of a `data_message`. Fields may come in any order, so the number of a
 * connection is put behind a `body` that it shares with all others.
 *
 * @param body what {@link encodeDataMessage} returned
 */
export function dataMessageFrame(body: Buffer, sequenceId?: number): Buffer {
  const number = sequenceId === undefined ? new Uint8Array() : encodeSequenceId(sequenceId);
  const writer = new BinaryWriter()
    .tag(DATA_MESSAGE_NUMBER, WireType.LengthDelimited)
    .uint32(body.length + number.length)
    .raw(body)
    .raw(number);
  return binaryFrame(bufferView(writer.finish()));
}

function encodeSequenceId(sequenceId: number): Uint8Array {
  return new BinaryWriter().tag(SEQUENCE_ID_NUMBER, WireType.Varint).uint64(sequenceId).finish();
}

function ackOf(ackId: bigint, error: AckError | undefined) {
  return error === undefined
    ? { ackId, success: true }
    : { ackId, success: false, error: { name: error.name, message: error.message } };
}

/** An anonymous user is the empty string, which proto3 leaves out. */
function connectedOf({ connectionId, userId, reconnectionToken }: ConnectedInfo) {
  return {
    connectionId,
    userId: userId ?? '',
    ...(reconnectionToken !== undefined && { reconnectionToken }),
  };
}
