import { isAnyArrayBuffer } from 'node:util/types';
import type { EventReply } from '../../../engine/ports/event-sink.interface.js';
import { metadataProblem } from '../../../engine/names.js';
import type { DataType, Payload } from '../../../engine/payload.js';
import type { HubMessage } from '../../../hub/message.types.js';
import { toPayload } from '../../../hub/payload.converter.js';
import { UserEventReply } from './user-event-reply.js';

/** Largest reply, in bytes (events.md 14). */
export const MAX_REPLY_BYTES = 16 * 1024 * 1024;

type ContentType = NonNullable<Parameters<typeof toPayload>[1]>;

const CONTENT_TYPES: Readonly<Record<Exclude<DataType, 'json'>, ContentType>> = {
  text: 'text/plain',
  binary: 'application/octet-stream',
  protobuf: 'application/octet-stream',
};

/**
 * One result of a handler as a message; `undefined` when it is none.
 *
 * @param place for the error
 * @throws TypeError for what cannot be sent: a fault of the handler, whatever the reason
 */
export async function toReply(result: unknown, place: string): Promise<EventReply | undefined> {
  if (result === undefined) return undefined;
  const { data, options } = result instanceof UserEventReply ? result : new UserEventReply(result);
  try {
    const payload = await payloadOf(data, options.dataType);
    const metadata = metadataOf(options.metadata);
    return { payload, ...(metadata && { metadata }) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`${place} returned what cannot be sent: ${reason}`, { cause });
  }
}

async function payloadOf(data: HubMessage, dataType: DataType | undefined): Promise<Payload> {
  if (dataType === undefined) {
    return await convert(data, typeof data === 'string' ? 'text/plain' : undefined);
  }
  if (dataType === 'json') {
    const isText = ArrayBuffer.isView(data) || isAnyArrayBuffer(data);
    return await convert(isText ? data : JSON.stringify(data), 'application/json');
  }
  const contentType = CONTENT_TYPES[dataType];
  if (contentType === undefined) {
    throw new TypeError(`'${dataType as string}' is none of text, json, binary and protobuf.`);
  }
  const { bytes } = await convert(data, contentType);
  return { dataType, bytes };
}

async function convert(data: HubMessage, contentType: ContentType | undefined): Promise<Payload> {
  return await toPayload(data, contentType, MAX_REPLY_BYTES);
}

function metadataOf(
  metadata: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> | undefined {
  const entries = Object.entries(metadata);
  if (entries.some(([, value]) => typeof value !== 'string')) {
    throw new TypeError('Values of metadata are strings.');
  }
  const problem = metadataProblem(entries);
  if (problem !== undefined) throw new TypeError(problem);
  return entries.length === 0 ? undefined : new Map(entries);
}
