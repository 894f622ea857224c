import type { DataType } from './payload.js';

/** What the kinds of data are called on the wire, without a charset. */
export const MEDIA_TYPES: Readonly<Record<DataType, string>> = {
  text: 'text/plain',
  json: 'application/json',
  binary: 'application/octet-stream',
  protobuf: 'application/x-protobuf',
};

const DATA_TYPES: ReadonlyMap<string, DataType> = new Map(
  (Object.keys(MEDIA_TYPES) as DataType[]).map((dataType) => [MEDIA_TYPES[dataType], dataType]),
);

/** @param mediaType in lower case, without parameters */
export function dataTypeNamed(mediaType: string): DataType | undefined {
  return DATA_TYPES.get(mediaType);
}
