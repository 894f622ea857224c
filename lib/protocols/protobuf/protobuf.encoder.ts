import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Message, Metadata } from '../../engine/message.js';
import type { DataType } from '../../engine/payload.js';
import type {
  AckError,
  ConnectedInfo,
  FrameEncoder,
} from '../../engine/ports/frame-encoder.interface.js';
import { binaryFrame } from '../websocket-frame.js';
import { bufferView } from './buffer-view.js';
import {
  DataSchema,
  DownstreamMessageSchema,
  type MapEntry,
  type MessageData,
} from './generated/webpubsub.client_pb.js';

type Kind = NonNullable<MessageInitShape<typeof DownstreamMessageSchema>['kind']>;
type DataCase = NonNullable<MessageData['data']['case']>;

const DATA_CASES: Readonly<Record<DataType, DataCase>> = {
  text: 'textData',
  json: 'jsonData',
  binary: 'binaryData',
  protobuf: 'protobufData',
};
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
};

/**
 * A `data_message` without a sequence id: the part of its frame that is the same for every
 * connection. Data is copied, never opened.
 */
export function encodeDataMessage({ origin, payload, metadata }: Message): Buffer {
  const message = create(DataSchema, {
    from: origin.from,
    ...(origin.from === 'group' && { group: origin.group }),
    data: { data: { case: DATA_CASES[payload.dataType], value: payload.bytes } },
    metadata: entriesOf(metadata),
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

function downstreamFrame(kind: Kind): Buffer {
  const message = create(DownstreamMessageSchema, { kind });
  return binaryFrame(bufferView(toBinary(DownstreamMessageSchema, message)));
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

function entriesOf(metadata: Metadata | undefined): Pick<MapEntry, 'key' | 'value'>[] {
  return [...(metadata ?? [])].map(([key, value]) => ({ key, value }));
}
