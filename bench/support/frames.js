// Any mask is as good as another to a server; one made of zeros would spare it the work.
const MASK = [0x5a, 0xa5, 0x3c, 0xc3];

/** A masked text frame of a client. */
export function clientFrame(text) {
  const body = Buffer.from(text);
  const { length } = body;
  for (let index = 0; index < length; index += 1) body[index] ^= MASK[index % 4];
  const head = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([0x81, ...head, ...MASK]), body]);
}

/** Bytes of a frame of a server around a payload. */
export function frameBytes(payload) {
  if (payload < 126) return payload + 2;
  return payload + (payload < 65_536 ? 4 : 10);
}
