import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { binaryFrame } from '../websocket-frame.js';
import { bufferView } from './buffer-view.js';
import { DownstreamMessageSchema } from './generated/webpubsub.client_pb.js';

/** One kind of message to a client, and its fields. */
export type DownstreamKind = NonNullable<MessageInitShape<typeof DownstreamMessageSchema>['kind']>;

/** The complete frame of one `DownstreamMessage`. */
export function downstreamFrame(kind: DownstreamKind): Buffer {
  const message = create(DownstreamMessageSchema, { kind });
  return binaryFrame(bufferView(toBinary(DownstreamMessageSchema, message)));
}
