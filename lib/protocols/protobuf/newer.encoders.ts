import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  GroupStateNews,
  InvokeResponse,
  StreamClosedError,
} from '../../engine/ports/frame-encoder.interface.js';
import type { DownstreamKind } from './downstream.frame.js';
import { dataOf, entriesOf } from './field.encoders.js';
import type { GroupStateItemSchema } from './generated/webpubsub.client_pb.js';

export function invokeResponseOf(response: InvokeResponse): DownstreamKind {
  const { invocationId, success } = response;
  if (!response.success) {
    const { name, message } = response.error;
    const value = { invocationId, success, error: { name, message } };
    return { case: 'invokeResponseMessage', value };
  }
  const { payload, metadata } = response;
  return {
    case: 'invokeResponseMessage',
    value: {
      invocationId,
      success,
      ...(payload && { data: dataOf(payload) }),
      metadata: entriesOf(metadata),
    },
  };
}

export function streamClosedOf(
  streamId: string,
  error: StreamClosedError | undefined,
): DownstreamKind {
  return {
    case: 'streamClosedMessage',
    value: { streamId, ...(error && { error: { name: error.name, message: error.message } }) },
  };
}

const STATE_CASES = {
  update: 'groupStateUpdateMessage',
  snapshot: 'groupStateSnapshotMessage',
} as const;

export function groupStateOf(
  { kind, group, items }: GroupStateNews,
  sequenceId: number | undefined,
): DownstreamKind {
  return {
    case: STATE_CASES[kind],
    value: {
      group,
      items: items.map((item) => itemOf(item)),
      ...(sequenceId !== undefined && { sequenceId: BigInt(sequenceId) }),
    },
  };
}

/** Without `user_id` for an anonymous member, without `state` when it was cleared. */
function itemOf({
  connectionId,
  userId,
  state,
  updatedAt,
}: GroupStateNews['items'][number]): MessageInitShape<typeof GroupStateItemSchema> {
  return {
    connectionId,
    ...(userId !== undefined && { userId }),
    ...(state && { state: { entries: entriesOf(state) } }),
    updatedAt: BigInt(updatedAt),
  };
}
