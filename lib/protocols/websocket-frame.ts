const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
const FINAL_PONG = 0x8a;

/** One complete, unmasked text frame; the bytes are valid UTF-8. */
export function textFrame(bytes: Buffer): Buffer {
  return frame(FINAL_TEXT, bytes);
}

/** One complete, unmasked binary frame. */
export function binaryFrame(bytes: Buffer): Buffer {
  return frame(FINAL_BINARY, bytes);
}

/** The answer to a ping of the client, with the payload of the ping. */
export function pongFrame(bytes: Buffer): Buffer {
  return frame(FINAL_PONG, bytes);
}

/** RFC 6455, section 5.2: the length takes 7 bits, or 16 or 64 more. */
function frame(firstByte: number, payload: Buffer): Buffer {
  const { length } = payload;
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const result = Buffer.allocUnsafe(headerBytes + length);
  result[0] = firstByte;
  if (headerBytes === 2) {
    result[1] = length;
  } else if (headerBytes === 4) {
    result[1] = 126;
    result.writeUInt16BE(length, 2);
  } else {
    result[1] = 127;
    result.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(result, headerBytes);
  return result;
}
