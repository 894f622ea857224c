/** The kinds of data a message can carry (client-protocols.md 5.3). */
export type DataType = 'text' | 'json' | 'binary' | 'protobuf';

/**
 * The content of a message, as the bytes it arrived in: UTF-8 for text and JSON, a serialized
 * `google.protobuf.Any` for protobuf. JSON is never parsed and written again, so numbers keep their
 * digits.
 */
export interface Payload {
  /** What the bytes are. */
  readonly dataType: DataType;
  /** Not to be changed: others hold the same. */
  readonly bytes: Buffer;
}

export function textPayload(text: string): Payload {
  return { dataType: 'text', bytes: Buffer.from(text, 'utf8') };
}

/** @param json the text of exactly one JSON value; the caller has validated it */
export function jsonPayload(json: string): Payload {
  return { dataType: 'json', bytes: Buffer.from(json, 'utf8') };
}

export function binaryPayload(bytes: Buffer): Payload {
  return { dataType: 'binary', bytes };
}
