import type { Metadata } from '../../engine/message.js';
import type { Payload } from '../../engine/payload.js';

/** The members `dataType` and `data`. JSON data is embedded as the text it arrived in. */
export function encodePayload({ dataType, bytes }: Payload): string {
  return `"dataType":"${dataType}","data":${encodeData(dataType, bytes)}`;
}

function encodeData(dataType: Payload['dataType'], bytes: Buffer): string {
  switch (dataType) {
    case 'text':
      return JSON.stringify(bytes.toString('utf8'));
    case 'json':
      return bytes.toString('utf8');
    case 'binary':
    case 'protobuf':
      return `"${bytes.toString('base64')}"`;
  }
}

/** The member `metadata` with a comma in front; nothing when there is none. */
export function encodeMetadata(metadata: Metadata | undefined): string {
  if (metadata === undefined || metadata.size === 0) return '';
  return `,"metadata":${encodeMap(metadata)}`;
}

// Written by hand: as keys of an object `__proto__` would vanish and digits would move to the front.
export function encodeMap(map: ReadonlyMap<string, string>): string {
  const entries = [...map].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${entries.join(',')}}`;
}
