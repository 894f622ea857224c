/** Longest string or byte array that MQTT can carry. */
const MAX_FIELD_BYTES = 65_535;

export function uint16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Seven bits a byte, the lowest first. */
export function variableInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** Bytes behind their length; what is too long is cut. */
export function binary16(bytes: Buffer): Buffer {
  const cut = bytes.subarray(0, MAX_FIELD_BYTES);
  return Buffer.concat([uint16(cut.length), cut]);
}

/** UTF-8 behind its length, cut between two characters when it is too long; without U+0000. */
export function text16(text: string): Buffer {
  const bytes = Buffer.from(text.includes('\0') ? text.replaceAll('\0', '') : text, 'utf8');
  let end = Math.min(bytes.length, MAX_FIELD_BYTES);
  while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return Buffer.concat([uint16(end), bytes.subarray(0, end)]);
}

/** A whole packet: the first byte, the length of the rest, the rest. */
export function packet(firstByte: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([firstByte]), variableInteger(length), ...parts]);
}
