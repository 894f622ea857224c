import { MAX_CLIENT_ID_LENGTH } from '../../engine/limits.js';
import type {
  InvokeRequest,
  SetGroupStateRequest,
  StartStreamRequest,
  StreamDataRequest,
  StreamEndRequest,
  UpstreamMessage,
} from '../../engine/upstream-message.js';
import { readEventName, readGroupAndAck, readMetadata, readPayload } from './field.readers.js';
import type {
  CancelInvocation,
  InvokeEvent,
  SendToGroup,
  SetGroupState,
  StreamData,
  StreamEnd,
  StreamStart,
} from './generated/webpubsub.client_pb.js';
import { MalformedMessageError } from './malformed-message.error.js';

/** The target is not said: there is none but events. */
export function readInvoke(message: InvokeEvent): InvokeRequest {
  const metadata = readMetadata(message.metadata);
  return {
    type: 'invoke',
    invocationId: readInvocationId(message),
    event: readEventName(message),
    ...(message.data && { payload: readPayload(message.data) }),
    ...(metadata && { metadata }),
  };
}

export function readCancelInvocation(message: CancelInvocation): UpstreamMessage {
  return { type: 'cancelInvocation', invocationId: readInvocationId(message) };
}

function readInvocationId({ invocationId }: { readonly invocationId: string }): string {
  if (invocationId !== '' && invocationId.length <= MAX_CLIENT_ID_LENGTH) return invocationId;
  throw new MalformedMessageError('invalid invocation_id');
}

/** @param stream what makes a `send_to_group_message` the start of a stream */
export function readStreamStart(message: SendToGroup, stream: StreamStart): StartStreamRequest {
  return {
    type: 'startStream',
    ...readGroupAndAck(message),
    streamId: stream.streamId,
    idleTimeoutMs: stream.idleTimeoutMs,
    noEcho: message.noEcho ?? false,
    hasPayload: message.data !== undefined,
  };
}

export function readStreamData({ streamId, ...message }: StreamData): StreamDataRequest {
  const { streamSequenceId: sequenceId, data } = message;
  if (sequenceId === undefined && data === undefined) {
    return { type: 'streamData', streamId, fragment: undefined };
  }
  if (sequenceId === undefined || data === undefined) {
    return { type: 'streamData', streamId, fragment: 'incomplete' };
  }
  return { type: 'streamData', streamId, fragment: { sequenceId, payload: readPayload(data) } };
}

export function readStreamEnd({ streamId, error }: StreamEnd): StreamEndRequest {
  if (error === undefined) return { type: 'streamEnd', streamId };
  const { message, userErrorCode } = error;
  return {
    type: 'streamEnd',
    streamId,
    error: {
      ...(message !== undefined && { message }),
      ...(userErrorCode !== undefined && { userErrorCode }),
    },
  };
}

/** Of a repeated key the last value counts, as in every protobuf map. */
export function readSetGroupState(message: SetGroupState): SetGroupStateRequest {
  const entries = message.state?.entries.map(({ key, value }) => [key, value] as const);
  return {
    type: 'setGroupState',
    ...readGroupAndAck(message),
    state: entries && new Map(entries),
  };
}
