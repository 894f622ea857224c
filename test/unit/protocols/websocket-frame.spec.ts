import { binaryFrame, pongFrame, textFrame } from '../../../lib/protocols/websocket-frame.js';

/** RFC 6455, section 5.2: every edge of the three forms of a length. */
const HEADERS: readonly { bytes: number; header: string }[] = [
  { bytes: 0, header: '00' },
  { bytes: 1, header: '01' },
  { bytes: 125, header: '7d' },
  { bytes: 126, header: '7e007e' },
  { bytes: 65_535, header: '7effff' },
  { bytes: 65_536, header: '7f0000000000010000' },
  { bytes: 1_048_577, header: '7f0000000000100001' },
];

describe.each([
  ['textFrame', textFrame, '81'],
  ['binaryFrame', binaryFrame, '82'],
  ['pongFrame', pongFrame, '8a'],
])('%s', (_name, frame, firstByte) => {
  it.each(HEADERS)('makes one final, unmasked frame of $bytes bytes', ({ bytes, header }) => {
    const payload = Buffer.alloc(bytes, 0xa5);
    const made = frame(payload);
    const headerBytes = 1 + header.length / 2;
    expect(made.subarray(0, headerBytes).toString('hex')).toBe(firstByte + header);
    expect(made.subarray(headerBytes).equals(payload)).toBe(true);
  });

  it('does not share the memory of its payload', () => {
    const payload = Buffer.from('abc');
    const made = frame(payload);
    payload.fill(0);
    expect(made.subarray(2).toString()).toBe('abc');
  });
});
