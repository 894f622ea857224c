import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Message } from '../../engine/message.js';
import type { DataType, Payload } from '../../engine/payload.js';
import type {
  MapEntry,
  MessageData,
  MessageDataSchema,
  StreamFragmentSchema,
} from './generated/webpubsub.client_pb.js';

type DataCase = NonNullable<MessageData['data']['case']>;

const DATA_CASES: Readonly<Record<DataType, DataCase>> = {
  text: 'textData',
  json: 'jsonData',
  binary: 'binaryData',
  protobuf: 'protobufData',
};

/** Data is copied, never opened. */
export function dataOf({ dataType, bytes }: Payload): MessageInitShape<typeof MessageDataSchema> {
  return { data: { case: DATA_CASES[dataType], value: bytes } };
}

export function entriesOf(
  map: ReadonlyMap<string, string> | undefined,
): Pick<MapEntry, 'key' | 'value'>[] {
  return [...(map ?? [])].map(([key, value]) => ({ key, value }));
}

/** The place of a message in its stream. */
export function streamOf(
  stream: NonNullable<Message['stream']>,
): MessageInitShape<typeof StreamFragmentSchema> {
  const { streamId, streamSequenceId, endOfStream, error } = stream;
  return {
    streamId,
    streamSequenceId: BigInt(streamSequenceId),
    ...(endOfStream && { endOfStream }),
    ...(error && {
      error: {
        name: error.name,
        message: error.message ?? '',
        userErrorCode: error.userErrorCode ?? '',
      },
    }),
  };
}
