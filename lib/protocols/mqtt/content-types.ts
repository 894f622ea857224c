import { isUtf8 } from 'node:buffer';
import { dataTypeNamed, MEDIA_TYPES } from '../../engine/media-types.js';
import type { DataType, Payload } from '../../engine/payload.js';
import { isSerializedAny } from '../serialized-any.js';

// One class and one bounded repetition at a time: nothing to backtrack over.
const MEDIA_TYPE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,127}\/[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,127}$/;

/**
 * What bytes of a publisher are to clients of other protocols. A label that the bytes do not live up
 * to counts as none.
 */
export function payloadOf(contentType: string | undefined, bytes: Buffer): Payload {
  const dataType = dataTypeNamed(mediaType(contentType ?? '')) ?? 'binary';
  return { dataType: isTrue(dataType, bytes) ? dataType : 'binary', bytes };
}

export function contentTypeOf(dataType: DataType): string {
  return MEDIA_TYPES[dataType];
}

/** Whether it begins with `type/subtype`; parameters are not looked at. */
export function isMediaType(contentType: string): boolean {
  return MEDIA_TYPE.test(mediaType(contentType));
}

function mediaType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

function isTrue(dataType: DataType, bytes: Buffer): boolean {
  switch (dataType) {
    case 'text':
      return isUtf8(bytes);
    case 'json':
      return isUtf8(bytes) && isJson(bytes.toString('utf8'));
    case 'protobuf':
      return isSerializedAny(bytes);
    case 'binary':
      return true;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
