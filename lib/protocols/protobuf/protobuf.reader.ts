import {
  fromBinary,
  ScalarType,
  type DescField,
  type DescMessage,
  type MessageShape,
} from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { MalformedMessageError } from './malformed-message.error.js';

/**
 * Fields of a message and of all messages in it. The largest metadata takes some 12,000; a megabyte
 * of empty fields would keep the process busy for the better part of a second.
 */
const MAX_FIELDS = 16_384;

/**
 * Reads one serialized message, the bytes from the first to the last.
 *
 * @throws {@link MalformedMessageError} when they are not one
 */
export function readProtobuf<Schema extends DescMessage>(
  schema: Schema,
  bytes: Uint8Array,
): MessageShape<Schema> {
  try {
    checkFields(schema, bytes, 0);
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw new MalformedMessageError(`not protobuf: ${String(error)}`, { cause: error });
  }
}

/**
 * `fromBinary` reads a field in the form the schema says, whatever the tag says, and lets a field
 * reach beyond the end of the message around it. Such bytes mean something else to other decoders.
 *
 * @param before the number of fields seen before
 * @returns the number of fields seen by now
 */
function checkFields(schema: DescMessage, bytes: Uint8Array, before: number): number {
  const reader = new BinaryReader(bytes);
  let seen = before;
  while (reader.pos < reader.len) {
    seen += 1;
    if (seen > MAX_FIELDS) throw new Error('too many fields');
    const [number, wireType] = reader.tag();
    const field = schema.fields.find((candidate) => candidate.number === number);
    if (field !== undefined && wireType !== wireTypeOf(field)) {
      throw new Error(`${field.name} has the wire type ${wireType}`);
    }
    if (field?.message === undefined) reader.skip(wireType, number);
    else seen = checkFields(field.message, reader.bytes(), seen);
  }
  return seen;
}

/** Of the kinds of fields that the schema of the protocol knows: numbers, bytes and messages. */
function wireTypeOf(field: DescField): WireType {
  switch (field.scalar) {
    case undefined:
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    default:
      return WireType.Varint;
  }
}
