import { binaryPayload, jsonPayload, textPayload, type Payload } from '../engine/payload.js';
import { WebPubSubError } from '../errors/web-pubsub.error.js';
import type { SendMessageOptions } from '../drivers/operations/hub.operations.js';
import type { HubMessage } from './message.types.js';

/**
 * Turns a value into what is sent, by the rules of the service's own SDK: with `text/plain` a string,
 * binary values as bytes, and everything else as JSON.
 *
 * @throws {@link WebPubSubError} `InvalidPayload` (400) when the value cannot be sent as asked
 */
export async function toPayload(
  message: HubMessage,
  contentType: SendMessageOptions['contentType'],
  maxBytes: number,
): Promise<Payload> {
  const payload = await convert(message, contentType, maxBytes);
  if (payload.bytes.length > maxBytes) throw tooLarge(maxBytes);
  return payload;
}

async function convert(
  message: HubMessage,
  contentType: SendMessageOptions['contentType'],
  maxBytes: number,
): Promise<Payload> {
  if (contentType === 'text/plain') {
    if (typeof message === 'string') return textPayload(message);
    throw invalid('A message of contentType text/plain must be a string.');
  }
  if (contentType === 'application/json' && typeof message === 'string') {
    return checkedJson(Buffer.from(message));
  }
  const bytes = await readBytes(message, maxBytes);
  if (contentType === 'application/octet-stream') {
    if (bytes !== undefined) return binaryPayload(bytes);
    throw invalid('A message of contentType application/octet-stream must be bytes or a stream.');
  }
  if (bytes === undefined) return jsonPayload(stringify(message));
  return contentType === 'application/json' ? checkedJson(bytes) : binaryPayload(bytes);
}

function checkedJson(bytes: Buffer): Payload {
  const text = bytes.toString('utf8');
  try {
    JSON.parse(text);
  } catch (cause) {
    throw invalid(
      'A string or bytes of contentType application/json must be finished JSON text. ' +
        'Leave contentType out to send the string itself.',
      cause,
    );
  }
  return jsonPayload(text);
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
  throw invalid(`A message of type ${typeof message} cannot be written as JSON.`);
}

/** @returns `undefined` when the value is none that is sent as bytes */
async function readBytes(message: unknown, maxBytes: number): Promise<Buffer | undefined> {
  const source: unknown = typeof message === 'function' ? (message as () => unknown)() : message;
  if (ArrayBuffer.isView(source)) {
    return Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  }
  if (source instanceof ArrayBuffer) return Buffer.from(source);
  if (source instanceof Blob) {
    if (source.size > maxBytes) throw tooLarge(maxBytes);
    return Buffer.from(await source.arrayBuffer());
  }
  return isStream(source) ? await readStream(source, maxBytes) : undefined;
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array | string> {
  if (typeof value !== 'object' || value === null) return false;
  const isReadable = value instanceof ReadableStream || 'pipe' in value;
  return isReadable && Symbol.asyncIterator in value;
}

async function readStream(
  stream: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): WebPubSubError {
  return invalid(`The message is larger than ${maxBytes} bytes, the limit messageBytes.`);
}

function invalid(message: string, cause?: unknown): WebPubSubError {
  return new WebPubSubError(message, {
    code: 'InvalidPayload',
    statusCode: 400,
    target: 'message',
    cause,
  });
}
