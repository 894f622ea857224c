import { isUtf8 } from 'node:buffer';
import type { Metadata } from '../../engine/message.js';
import { isEventName, isGroupName, metadataProblem } from '../../engine/names.js';
import { textPayload, type Payload } from '../../engine/payload.js';
import { isSerializedAny } from '../serialized-any.js';
import { bufferView } from './buffer-view.js';
import type { MapEntry, MessageData, StreamStart } from './generated/webpubsub.client_pb.js';
import { MalformedMessageError } from './malformed-message.error.js';

/** @throws {@link MalformedMessageError}, as all readers here */
export function readGroupAndAck(message: { readonly group: string; readonly ackId?: bigint }): {
  group: string;
  ackId?: bigint;
} {
  if (!isGroupName(message.group)) throw new MalformedMessageError('invalid group name');
  return { group: message.group, ...readAckId(message) };
}

/** 0 is a number like any other; only an absent one means that no ack is wanted. */
export function readAckId({ ackId }: { readonly ackId?: bigint }): { ackId?: bigint } {
  return ackId === undefined ? {} : { ackId };
}

/** The name of an event or an invocation, neither of which can start a stream (9.4, rule 20). */
export function readEventName(message: {
  readonly event: string;
  readonly stream?: StreamStart;
}): string {
  if (message.stream !== undefined) throw new MalformedMessageError('no stream can start here');
  if (!isEventName(message.event)) throw new MalformedMessageError('invalid event name');
  return message.event;
}

export function readPayload({ data }: MessageData): Payload {
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
      if (!isSerializedAny(data.value)) throw new MalformedMessageError('protobuf_data is no Any');
      return { dataType: 'protobuf', bytes: bufferView(data.value) };
    case undefined:
      throw new MalformedMessageError('data of no known type');
  }
}

/** Without data a message is an empty text, but only if it carries metadata (7.1). */
export function readPayloadOrEmpty(
  data: MessageData | undefined,
  metadata: Metadata | undefined,
): Payload {
  if (data !== undefined) return readPayload(data);
  if (metadata !== undefined) return textPayload('');
  throw new MalformedMessageError('data is missing');
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
export function readMetadata(entries: readonly MapEntry[]): Metadata | undefined {
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
