import { isUtf8 } from 'node:buffer';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Metadata } from '../../engine/message.js';
import { isEventName, isGroupName, metadataProblem } from '../../engine/names.js';
import { textPayload, type Payload } from '../../engine/payload.js';
import type { UpstreamMessage } from '../../engine/upstream-message.js';
import { bufferView } from './buffer-view.js';
import {
  UpstreamMessageSchema,
  type Event,
  type MapEntry,
  type MessageData,
  type SendToGroup,
  type UpstreamMessage as WireMessage,
} from './generated/webpubsub.client_pb.js';
import { MalformedMessageError } from './malformed-message.error.js';
import { readProtobuf } from './protobuf.reader.js';

type Kind = Exclude<WireMessage['kind'], { readonly case: undefined }>;
type Readers = {
  readonly [Case in Kind['case']]?: (
    message: Extract<Kind, { readonly case: Case }>['value'],
  ) => UpstreamMessage;
};

const MAX_TTL_SECONDS = 300;

/** One reader for each kind of message that is served; the others are refused. */
const READERS: Readers = {
  joinGroupMessage: (message) => ({ type: 'joinGroup', ...readGroupAndAck(message) }),
  leaveGroupMessage: (message) => ({ type: 'leaveGroup', ...readGroupAndAck(message) }),
  sendToGroupMessage: readSendToGroup,
  eventMessage: readEvent,
  pingMessage: () => ({ type: 'ping' }),
  sequenceAckMessage: ({ sequenceId }) => ({ type: 'sequenceAck', sequenceId }),
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
  const reader = READERS[kind.case] as ((message: Kind['value']) => UpstreamMessage) | undefined;
  if (reader === undefined) throw new MalformedMessageError(`${kind.case} is not supported`);
  return reader(kind.value);
}

function readSendToGroup(message: SendToGroup): UpstreamMessage {
  refuseStream(message);
  const metadata = readMetadata(message.metadata);
  return {
    type: 'sendToGroup',
    ...readGroupAndAck(message),
    payload: readPayload(message.data, metadata),
    noEcho: message.noEcho ?? false,
    ttlSeconds: readTtl(message.ttlSeconds),
    ...(metadata && { metadata }),
  };
}

function readEvent(message: Event): UpstreamMessage {
  refuseStream(message);
  if (!isEventName(message.event)) throw new MalformedMessageError('invalid event name');
  const metadata = readMetadata(message.metadata);
  return {
    type: 'event',
    event: message.event,
    payload: readPayload(message.data, metadata),
    ...(metadata && { metadata }),
    ...readAckId(message),
  };
}

function refuseStream({ stream }: SendToGroup | Event): void {
  if (stream !== undefined) throw new MalformedMessageError('streams are not supported');
}

function readGroupAndAck(message: { readonly group: string; readonly ackId?: bigint }): {
  group: string;
  ackId?: bigint;
} {
  if (!isGroupName(message.group)) throw new MalformedMessageError('invalid group name');
  return { group: message.group, ...readAckId(message) };
}

/** 0 is a number like any other; only an absent one means that no ack is wanted. */
function readAckId({ ackId }: { readonly ackId?: bigint }): { ackId?: bigint } {
  return ackId === undefined ? {} : { ackId };
}

function readTtl(ttlSeconds = 0): number {
  if (ttlSeconds <= MAX_TTL_SECONDS) return ttlSeconds;
  throw new MalformedMessageError('ttl_seconds is not from 0 to 300');
}

/** Without data a message is an empty text, but only if it carries metadata (7.1). */
function readPayload(message: MessageData | undefined, metadata: Metadata | undefined): Payload {
  if (message === undefined) {
    if (metadata !== undefined) return textPayload('');
    throw new MalformedMessageError('data is missing');
  }
  const { data } = message;
  switch (data.case) {
    case 'textData':
      checkText(data.value);
      return { dataType: 'text', bytes: bufferView(data.value) };
    case 'jsonData':
      checkJson(data.value);
      return { dataType: 'json', bytes: bufferView(data.value) };
    case 'binaryData':
      return { dataType: 'binary', bytes: bufferView(data.value) };
    case 'protobufData':
      // It is passed on unopened, but what is no Any would break the decoders of the recipients.
      readProtobuf(AnySchema, data.value);
      return { dataType: 'protobuf', bytes: bufferView(data.value) };
    case undefined:
      throw new MalformedMessageError('data of no known type');
  }
}

function checkText(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new MalformedMessageError('the text is not UTF-8');
}

function checkJson(bytes: Uint8Array): void {
  checkText(bytes);
  try {
    JSON.parse(bufferView(bytes).toString('utf8'));
  } catch {
    throw new MalformedMessageError('json_data is not JSON');
  }
}

/** @returns `undefined` when there are no entries */
function readMetadata(entries: readonly MapEntry[]): Metadata | undefined {
  const metadata = new Map<string, string>();
  const problem = metadataProblem(readEntries(entries, metadata));
  if (problem !== undefined) throw new MalformedMessageError(JSON.stringify(problem));
  return metadata.size === 0 ? undefined : metadata;
}

/** Lazily, so that nothing is kept of what comes behind the first problem. */
function* readEntries(
  entries: readonly MapEntry[],
  metadata: Map<string, string>,
): Generator<[string, string]> {
  for (const { key, value } of entries) {
    if (metadata.has(key)) throw new MalformedMessageError('a metadata key is repeated');
    metadata.set(key, value);
    yield [key, value];
  }
}
