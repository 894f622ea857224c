import { isAnyArrayBuffer } from 'node:util/types';
import { binaryPayload, jsonPayload, textPayload, type Payload } from '../engine/payload.js';
import { WebPubSubError } from '../errors/web-pubsub.error.js';
import type { SendMessageOptions } from '../drivers/operations/hub.operations.js';
import type { HubMessage } from './message.types.js';

/**
 * Turns a value into what is sent, by the rules of the service's own SDK: with `text/plain` a string,
 * binary values as bytes, and everything else as JSON. What is sent is a copy: the caller may write
 * over its value as soon as the call has returned.
 *
 * @returns a promise only for what has to be read first, a Blob or a stream
 * @throws {@link WebPubSubError} `InvalidPayload` (400) when the value cannot be sent as asked
 */
export function toPayload(
  message: HubMessage,
  contentType: SendMessageOptions['contentType'],
  maxBytes: number,
): Payload | Promise<Payload> {
  if (contentType === 'text/plain') {
    if (typeof message === 'string') return checked(textPayload(message), maxBytes);
    throw invalid('A message of contentType text/plain must be a string.');
  }
  if (contentType === 'application/json' && typeof message === 'string') {
    return checkedJson(message, maxBytes);
  }
  const bytes = readBytes(message, maxBytes);
  if (bytes instanceof Promise) {
    return bytes.then((read) => bytesPayload(read, contentType, maxBytes));
  }
  if (bytes !== undefined) return bytesPayload(bytes, contentType, maxBytes);
  if (contentType === 'application/octet-stream') {
    throw invalid('A message of contentType application/octet-stream must be bytes or a stream.');
  }
  return checked(jsonPayload(stringify(message)), maxBytes);
}

function bytesPayload(
  bytes: Buffer,
  contentType: SendMessageOptions['contentType'],
  maxBytes: number,
): Payload {
  return contentType === 'application/json'
    ? checkedJson(bytes.toString('utf8'), maxBytes)
    : checked(binaryPayload(bytes), maxBytes);
}

function checkedJson(text: string, maxBytes: number): Payload {
  // Before it is parsed: what cannot be sent is not worth the time.
  const payload = checked(jsonPayload(text), maxBytes);
  try {
    JSON.parse(text);
  } catch (cause) {
    throw invalid(
      'A string or bytes of contentType application/json must be finished JSON text. ' +
        'Leave contentType out to send the string itself.',
      cause,
    );
  }
  return payload;
}

function stringify(message: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(message);
  } catch (cause) {
    throw invalid(
      'The message cannot be written as JSON: is it circular, or is there a BigInt?',
      cause,
    );
  }
  if (text !== undefined) return text;
  throw invalid(
    `A message of type ${typeof message} cannot be written as JSON. Send null, a string, a number, ` +
      'a boolean, an object, bytes or a stream.',
  );
}

/** @returns `undefined` when the value is none that is sent as bytes */
function readBytes(message: unknown, maxBytes: number): Buffer | Promise<Buffer> | undefined {
  const source: unknown = typeof message === 'function' ? (message as () => unknown)() : message;
  if (ArrayBuffer.isView(source) || isAnyArrayBuffer(source)) {
    checkSize(source.byteLength, maxBytes);
    return copyOf(source);
  }
  if (source instanceof Blob) {
    checkSize(source.size, maxBytes);
    return readBlob(source);
  }
  return isStream(source) ? readStream(source, maxBytes) : undefined;
}

async function readBlob(blob: Blob): Promise<Buffer> {
  return Buffer.from(await blob.arrayBuffer());
}

function copyOf(source: ArrayBufferView | ArrayBufferLike): Buffer {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return Buffer.from(bytes);
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const isReadable = value instanceof ReadableStream || 'pipe' in value;
  return isReadable && Symbol.asyncIterator in value;
}

async function readStream(stream: AsyncIterable<unknown>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = chunkBytes(chunk);
      size += bytes.length;
      checkSize(size, maxBytes);
      chunks.push(bytes);
    }
  } catch (cause) {
    if (cause instanceof WebPubSubError) throw cause;
    throw invalid(
      `The stream failed before its end: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  return Buffer.concat(chunks, size);
}

function chunkBytes(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk) || isAnyArrayBuffer(chunk)) return copyOf(chunk);
  throw invalid(
    `The stream gave a chunk of type ${typeof chunk}; it must give bytes or strings. ` +
      'Collect its objects and send them as an array.',
  );
}

function checked(payload: Payload, maxBytes: number): Payload {
  checkSize(payload.bytes.length, maxBytes);
  return payload;
}

function checkSize(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw invalid(
    `The message is larger than ${maxBytes} bytes, the limit messageBytes. ` +
      'Send it in parts, or raise the limit.',
  );
}

function invalid(message: string, cause?: unknown): WebPubSubError {
  return new WebPubSubError(message, {
    code: 'InvalidPayload',
    statusCode: 400,
    target: 'message',
    cause,
  });
}
