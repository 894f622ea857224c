import { isUtf8 } from 'node:buffer';
import { MIMEType, TextDecoder } from 'node:util';
import { binaryPayload, type Payload } from '../engine/payload.js';
import { serviceErrors } from '../errors/service-errors.js';
import { RefusedRequest } from './rest.errors.js';

/** Makes the payload of a message from the body of a request. */
export type PayloadReader = (body: Buffer) => Payload;

/**
 * How the body of a send with this `Content-Type` is to be read (rest.md 6.1).
 *
 * @throws {@link RefusedRequest} 415
 */
export function payloadReaderFor(contentType: string): PayloadReader {
  if (contentType.trim() === '') return binaryPayload;
  const type = parsed(contentType);
  const charset = type.params.get('charset') || 'utf-8';
  switch (type.essence) {
    case 'application/octet-stream':
      return binaryPayload;
    case 'text/plain':
      return textReader(decoderFor(charset, { fatal: false }));
    case 'application/json':
      return jsonReader(decoderFor(charset, { fatal: true }));
    default:
      throw new RefusedRequest(415);
  }
}

/**
 * How a body that must be JSON is to be decoded. Bytes that are not in their charset make it throw.
 *
 * @throws {@link RefusedRequest} 415
 */
export function jsonDecoderFor(contentType: string): TextDecoder {
  if (contentType.trim() === '') throw new RefusedRequest(415);
  const { essence, params } = parsed(contentType);
  if (essence !== 'application/json') throw new RefusedRequest(415);
  return decoderFor(params.get('charset') || 'utf-8', { fatal: true });
}

function parsed(contentType: string): MIMEType {
  try {
    return new MIMEType(contentType);
  } catch {
    throw new RefusedRequest(415);
  }
}

function decoderFor(charset: string, { fatal }: { fatal: boolean }): TextDecoder {
  try {
    const { encoding } = new TextDecoder(charset);
    // In UTF-8 a byte order mark says nothing, so there it is content and stays.
    return new TextDecoder(encoding, { fatal, ignoreBOM: encoding === 'utf-8' });
  } catch {
    throw new RefusedRequest(415);
  }
}

function textReader(decoder: TextDecoder): PayloadReader {
  return (body) => {
    const isReady = decoder.encoding === 'utf-8' && isUtf8(body);
    const bytes = isReady ? body : Buffer.from(decoder.decode(body), 'utf8');
    return { dataType: 'text', bytes };
  };
}

/** The body is parsed to see that it can be, and passed on as it was sent. */
function jsonReader(decoder: TextDecoder): PayloadReader {
  return (body) => {
    try {
      const text = decoder.decode(body);
      JSON.parse(text);
      const bytes = decoder.encoding === 'utf-8' ? body : Buffer.from(text, 'utf8');
      return { dataType: 'json', bytes };
    } catch {
      throw serviceErrors.badRequest('The request body is not a valid JSON.');
    }
  };
}
