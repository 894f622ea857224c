/** A field of a protobuf message, written by hand: an encoder that knows nothing of ours. */
export function varint(field: number, value: bigint | number): Buffer {
  return Buffer.from([...digits(field << 3), ...digits(value)]);
}

/** A string, bytes, or a message made of `parts`. */
export function delimited(field: number, ...parts: (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
  return Buffer.concat([
    Buffer.from([...digits((field << 3) | 2), ...digits(content.length)]),
    content,
  ]);
}

/** Seven bits at a time, the lowest first; all but the last have the eighth bit set. */
function digits(value: bigint | number): number[] {
  const result: number[] = [];
  let rest = BigInt(value);
  while (rest > 0x7fn) {
    result.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  result.push(Number(rest));
  return result;
}
