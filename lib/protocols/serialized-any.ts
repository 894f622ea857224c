import { AnySchema } from '@bufbuild/protobuf/wkt';
import { readProtobuf } from './protobuf/protobuf.reader.js';

/**
 * Whether bytes are one `google.protobuf.Any`. Its content is passed on unopened, but what is no Any
 * would break the decoders of the recipients.
 */
export function isSerializedAny(bytes: Uint8Array): boolean {
  try {
    readProtobuf(AnySchema, bytes);
    return true;
  } catch {
    return false;
  }
}
