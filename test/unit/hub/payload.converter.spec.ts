import { Readable } from 'node:stream';
import { toPayload } from '../../../lib/hub/payload.converter.js';
import type { HubMessage } from '../../../lib/hub/message.types.js';

const MAX = 1024;
const BYTES = Buffer.from([0, 1, 254, 255]);

describe('what a value is sent as', () => {
  it.each<
    [
      string,
      HubMessage,
      undefined | 'text/plain' | 'application/json' | 'application/octet-stream',
      string,
      string | Buffer,
    ]
  >([
    ['an object', { a: 1 }, undefined, 'json', '{"a":1}'],
    ['an array', [1, 'é'], undefined, 'json', '[1,"é"]'],
    ['a string without contentType', 'hi', undefined, 'json', '"hi"'],
    ['a number', 1.5, undefined, 'json', '1.5'],
    ['false', false, undefined, 'json', 'false'],
    ['null', null, undefined, 'json', 'null'],
    ['a text', 'hé', 'text/plain', 'text', 'hé'],
    ['an empty text', '', 'text/plain', 'text', ''],
    [
      'finished JSON text',
      '{"n":12345678901234567890.0}',
      'application/json',
      'json',
      '{"n":12345678901234567890.0}',
    ],
    ['finished JSON as bytes', Buffer.from('[1.50]'), 'application/json', 'json', '[1.50]'],
    ['an object with contentType', { a: 1 }, 'application/json', 'json', '{"a":1}'],
    ['a Buffer', BYTES, undefined, 'binary', BYTES],
    [
      'a typed array in a larger buffer',
      new Uint8Array([9, 0, 1, 254, 255]).subarray(1),
      undefined,
      'binary',
      BYTES,
    ],
    ['an ArrayBuffer', new Uint8Array(BYTES).buffer, undefined, 'binary', BYTES],
    ['a Blob', new Blob([BYTES]), undefined, 'binary', BYTES],
    [
      'a Node stream',
      Readable.from([BYTES.subarray(0, 2), BYTES.subarray(2)]),
      undefined,
      'binary',
      BYTES,
    ],
    ['a web stream', new Blob([BYTES]).stream(), undefined, 'binary', BYTES],
    ['a function that makes a stream', () => Readable.from([BYTES]), undefined, 'binary', BYTES],
    ['bytes with contentType', BYTES, 'application/octet-stream', 'binary', BYTES],
  ])('%s', async (_what, message, contentType, dataType, bytes) => {
    const payload = await toPayload(message, contentType, MAX);
    expect(payload).toEqual({ dataType, bytes: Buffer.from(bytes) });
  });
});

describe('what cannot be sent', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  it.each<
    [
      string,
      unknown,
      'text/plain' | 'application/json' | 'application/octet-stream' | undefined,
      string,
    ]
  >([
    ['undefined', undefined, undefined, 'undefined'],
    ['a symbol', Symbol('x'), undefined, 'symbol'],
    ['a BigInt', 1n, undefined, 'BigInt'],
    ['a circular object', circular, undefined, 'circular'],
    ['an object as text', { a: 1 }, 'text/plain', 'must be a string'],
    ['text that is no JSON', 'hi', 'application/json', 'finished JSON text'],
    ['bytes that are no JSON', Buffer.from('{'), 'application/json', 'finished JSON text'],
    ['an object as bytes', {}, 'application/octet-stream', 'must be bytes'],
    ['too large a text', 'x'.repeat(MAX + 1), 'text/plain', 'larger than 1024 bytes'],
    ['too large a Blob', new Blob(['x'.repeat(MAX + 1)]), undefined, 'larger than 1024 bytes'],
    ['a stream without end', Readable.from(endless()), undefined, 'larger than 1024 bytes'],
  ])('%s', async (_what, message, contentType, text) => {
    const convert = async () => await toPayload(message as HubMessage, contentType, MAX);
    await expect(convert()).rejects.toMatchObject({
      code: 'InvalidPayload',
      statusCode: 400,
      message: expect.stringContaining(text) as string,
    });
  });

  it('takes exactly the limit', async () => {
    const { bytes } = await toPayload('x'.repeat(MAX), 'text/plain', MAX);
    expect(bytes.length).toBe(MAX);
  });
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(100);
}

describe('a stream', () => {
  it.each<[string, Readable, string]>([
    ['that fails', new Readable({ read: destroyed }), 'failed before its end: broken pipe'],
    ['of objects', Readable.from([{ a: 1 }]), 'a chunk of type object'],
    ['that has been read already', Readable.from(['x']).destroy(), 'failed before its end'],
  ])('%s is refused', async (_what, stream, text) => {
    await expect(toPayload(stream, undefined, MAX)).rejects.toMatchObject({
      code: 'InvalidPayload',
      message: expect.stringContaining(text) as string,
    });
  });

  it('is destroyed when it is too large', async () => {
    const stream = Readable.from(endless());
    await expect(toPayload(stream, undefined, MAX)).rejects.toThrow('larger');
    expect(stream.destroyed).toBe(true);
  });

  it('may give strings and other views', async () => {
    const stream = Readable.from(['é', new Uint16Array([0x4241])]);
    const payload = await toPayload(stream, undefined, MAX);
    expect(payload.bytes.toString()).toBe('éAB');
  });

  function destroyed(this: Readable): void {
    this.destroy(new Error('broken pipe'));
  }
});

describe('a value that the caller writes over', () => {
  it.each<[string, (bytes: Uint8Array<ArrayBuffer>) => HubMessage]>([
    ['a view', (bytes) => bytes],
    ['an ArrayBuffer', (bytes) => bytes.buffer],
    ['a Buffer', (bytes) => Buffer.from(bytes.buffer)],
  ])('is sent as it was at the call: %s', async (_what, message) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const pending = toPayload(message(bytes), undefined, MAX);
    bytes.fill(9);
    expect([...(await pending).bytes]).toEqual([1, 2, 3]);
  });
});
