import type { UpstreamMessage } from '../../engine/upstream-message.js';
import {
  readAckId,
  readEventName,
  readGroupAndAck,
  readMetadata,
  readPayloadOrEmpty,
} from './field.readers.js';
import {
  UpstreamMessageSchema,
  type Event,
  type SendToGroup,
  type UpstreamMessage as WireMessage,
} from './generated/webpubsub.client_pb.js';
import { MalformedMessageError } from './malformed-message.error.js';
import {
  readCancelInvocation,
  readInvoke,
  readSetGroupState,
  readStreamData,
  readStreamEnd,
  readStreamStart,
} from './newer.readers.js';
import { readProtobuf } from './protobuf.reader.js';

type Kind = Exclude<WireMessage['kind'], { readonly case: undefined }>;
type Readers = {
  readonly [Case in Kind['case']]: (
    message: Extract<Kind, { readonly case: Case }>['value'],
  ) => UpstreamMessage;
};

const MAX_TTL_SECONDS = 300;

/** One reader for each kind of message. */
const READERS: Readers = {
  joinGroupMessage: (message) => ({ type: 'joinGroup', ...readGroupAndAck(message) }),
  leaveGroupMessage: (message) => ({ type: 'leaveGroup', ...readGroupAndAck(message) }),
  sendToGroupMessage: readSendToGroup,
  eventMessage: readEvent,
  pingMessage: () => ({ type: 'ping' }),
  sequenceAckMessage: ({ sequenceId }) => ({ type: 'sequenceAck', sequenceId }),
  invokeEventMessage: readInvoke,
  cancelInvocationMessage: readCancelInvocation,
  streamDataMessage: readStreamData,
  streamEndMessage: readStreamEnd,
  setGroupStateMessage: readSetGroupState,
  subscribeGroupStateMessage: (message) => ({
    type: 'subscribeGroupState',
    ...readGroupAndAck(message),
  }),
  unsubscribeGroupStateMessage: (message) => ({
    type: 'unsubscribeGroupState',
    ...readGroupAndAck(message),
  }),
};

/**
 * Reads one `UpstreamMessage` (client-protocols.md 7.2). Data is a view of `bytes`: it is passed on
 * as it came.
 *
 * @throws {@link MalformedMessageError}
 */
export function decodeProtobufMessage(bytes: Uint8Array): UpstreamMessage {
  const { kind } = readProtobuf(UpstreamMessageSchema, bytes);
  if (kind.case === undefined) throw new MalformedMessageError('no known kind of message');
  // TypeScript does not see that the reader and the value of one case belong together.
  const reader = READERS[kind.case] as (message: Kind['value']) => UpstreamMessage;
  return reader(kind.value);
}

function readSendToGroup(message: SendToGroup): UpstreamMessage {
  if (message.stream !== undefined) return readStreamStart(message, message.stream);
  const metadata = readMetadata(message.metadata);
  return {
    type: 'sendToGroup',
    ...readGroupAndAck(message),
    payload: readPayloadOrEmpty(message.data, metadata),
    noEcho: message.noEcho ?? false,
    ttlSeconds: readTtl(message.ttlSeconds),
    ...(metadata && { metadata }),
  };
}

function readEvent(message: Event): UpstreamMessage {
  const event = readEventName(message);
  const metadata = readMetadata(message.metadata);
  return {
    type: 'event',
    event,
    payload: readPayloadOrEmpty(message.data, metadata),
    ...(metadata && { metadata }),
    ...readAckId(message),
  };
}

function readTtl(ttlSeconds = 0): number {
  if (ttlSeconds <= MAX_TTL_SECONDS) return ttlSeconds;
  throw new MalformedMessageError('ttl_seconds is not from 0 to 300');
}
