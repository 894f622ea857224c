import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  json,
  jsonValue,
  nat,
  oneof,
  record,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { PLATFORMS } from '../../support/platforms.js';
import { clientFrame, closeBody, OPCODE, type RawSocket } from '../../support/raw.socket.js';
import { startStage, type Stage } from '../../support/stage.js';
import type { WireClient } from '../../support/wire.client.js';
import { heard, INVALID_MESSAGE, join, send } from './json.cases.js';

const MIB = 1024 * 1024;
const INVALID_FRAME = { code: 1002, reason: 'The client frame is invalid.' };
const TOO_LARGE = { code: 1009, reason: 'The client message is too large.' };
const NOT_TEXT = { code: 1003, reason: 'The JSON subprotocol requires text messages.' };
const PING = '{"type":"ping"}';
/** What a JSON client may be closed with, whatever it sends; 1011 would be a fault of ours. */
const ALLOWED_CODES = [1000, 1002, 1003, 1005, 1007, 1008, 1009];

/** Bytes behind a legal handshake, and the close that they earn. */
const BROKEN: readonly { what: string; bytes: Buffer; close: { code: number; reason: string } }[] =
  [
    {
      what: 'a frame without a mask',
      bytes: clientFrame(OPCODE.text, PING, { masked: false }),
      close: INVALID_FRAME,
    },
    ...[1, 2, 4, 7].map((rsv) => ({
      what: `reserved bits ${String(rsv)}`,
      bytes: clientFrame(OPCODE.text, PING, { rsv }),
      close: INVALID_FRAME,
    })),
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
      what: `opcode ${String(opcode)}`,
      bytes: clientFrame(opcode, PING),
      close: INVALID_FRAME,
    })),
    {
      what: 'a fragmented ping',
      bytes: clientFrame(OPCODE.ping, 'x', { fin: false }),
      close: INVALID_FRAME,
    },
    {
      what: 'a ping of 126 bytes',
      bytes: clientFrame(OPCODE.ping, 'x'.repeat(126)),
      close: INVALID_FRAME,
    },
    {
      what: 'a continuation of nothing',
      bytes: clientFrame(OPCODE.continuation, PING),
      close: INVALID_FRAME,
    },
    {
      what: 'a text in the middle of a fragmented text',
      bytes: Buffer.concat([
        clientFrame(OPCODE.text, '{', { fin: false }),
        clientFrame(OPCODE.text, PING),
      ]),
      close: INVALID_FRAME,
    },
    {
      what: 'a binary frame in the middle of a fragmented text',
      bytes: Buffer.concat([
        clientFrame(OPCODE.text, '{', { fin: false }),
        clientFrame(OPCODE.binary, '}'),
      ]),
      close: INVALID_FRAME,
    },
    {
      what: 'a close frame with half a code',
      bytes: clientFrame(OPCODE.close, Buffer.from([3])),
      close: INVALID_FRAME,
    },
    ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map((code) => ({
      what: `a close frame with code ${String(code)}`,
      bytes: clientFrame(OPCODE.close, closeBody(code)),
      close: INVALID_FRAME,
    })),
    {
      what: 'one byte more than 1 MiB',
      bytes: clientFrame(OPCODE.text, '', { declaredLength: BigInt(MIB + 1) }),
      close: TOO_LARGE,
    },
    {
      what: 'a declared length of 4 GiB',
      bytes: clientFrame(OPCODE.text, '', { declaredLength: 1n << 32n }),
      close: TOO_LARGE,
    },
    {
      what: 'a declared length of 2^62',
      bytes: clientFrame(OPCODE.text, '', { declaredLength: 1n << 62n }),
      close: TOO_LARGE,
    },
    {
      what: 'a binary frame that is too large',
      bytes: clientFrame(OPCODE.binary, '', { declaredLength: BigInt(MIB + 1) }),
      close: TOO_LARGE,
    },
    {
      what: 'fragments of more than 1 MiB together',
      bytes: Buffer.concat([
        clientFrame(OPCODE.text, 'x'.repeat(MIB), { fin: false }),
        clientFrame(OPCODE.continuation, 'x'),
      ]),
      close: TOO_LARGE,
    },
    {
      what: 'a text that is not UTF-8',
      bytes: clientFrame(OPCODE.text, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
      close: { code: 1007, reason: INVALID_MESSAGE },
    },
    {
      what: 'a text that ends in the middle of a character',
      bytes: clientFrame(OPCODE.text, Buffer.from([0xf0, 0x9f, 0x98])),
      close: { code: 1007, reason: INVALID_MESSAGE },
    },
    {
      what: 'a surrogate encoded as UTF-8',
      bytes: clientFrame(OPCODE.text, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])),
      close: { code: 1007, reason: INVALID_MESSAGE },
    },
    { what: 'a binary frame', bytes: clientFrame(OPCODE.binary, PING), close: NOT_TEXT },
    { what: 'an empty binary frame', bytes: clientFrame(OPCODE.binary), close: NOT_TEXT },
    {
      what: 'JSON 100,000 levels deep',
      bytes: clientFrame(OPCODE.text, '['.repeat(100_000)),
      close: { code: 1007, reason: INVALID_MESSAGE },
    },
    {
      what: 'an unclosed object 100,000 levels deep in a data member',
      bytes: clientFrame(OPCODE.text, send(`"data":${'{"a":'.repeat(100_000)}`)),
      close: { code: 1007, reason: INVALID_MESSAGE },
    },
  ];

/**
 * Writes some bytes.
 *
 * @returns the code that the client was closed with; `undefined` when it is still served, or gone
 */
async function provoke(raw: RawSocket, bytes: Buffer): Promise<number | undefined> {
  raw.write(bytes);
  raw.send(OPCODE.ping, 'alive?');
  for (;;) {
    const frame = await raw.frame().catch(() => undefined);
    if (frame === undefined) return undefined;
    if (frame.opcode === OPCODE.close) {
      return frame.payload.length === 0 ? 1005 : frame.payload.readUInt16BE();
    }
    if (frame.opcode === OPCODE.pong && frame.payload.equals(Buffer.from('alive?')))
      return undefined;
  }
}

/** Whether a client may be closed like this: by our rules, or by the echo of a code of its own. */
function isAllowed(code: number | undefined): boolean {
  if (code === undefined || ALLOWED_CODES.includes(code)) return true;
  return code >= 3000 && code < 5000;
}

describe.each(PLATFORMS)('hostile frames on %s', (platform) => {
  let stage: Stage;
  let healthy: WireClient;

  beforeAll(async () => {
    stage = await startStage(platform);
  });

  beforeEach(async () => {
    healthy = await stage.json({ userId: 'healthy', groups: ['room'] });
  });

  afterEach(async () => {
    await healthy.expectQuiet();
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it.each(BROKEN)('closes on $what', async ({ bytes, close }) => {
    const raw = await stage.rawSocket();
    raw.write(bytes);
    expect(await raw.closeFrame()).toEqual(close);
    const gone = await stage.sink.until('disconnecteds');
    expect(gone.connection.userId).toBe('ann');
  });

  it('closes a raw client with 1007 on a text that is not UTF-8', async () => {
    const upgrade = await stage.upgrade(stage.target());
    upgrade.raw.send(OPCODE.text, Buffer.from([0xc3, 0x28]));
    expect(await upgrade.raw.closeFrame()).toMatchObject({ code: 1007 });
    expect(stage.sink.userEvents).toEqual([]);
  });

  it('does not allocate what a frame only announces', async () => {
    const before = process.memoryUsage().rss;
    const raws = await Promise.all(
      Array.from({ length: 200 }, async () => await stage.rawSocket()),
    );
    for (const raw of raws) raw.send(OPCODE.text, 'x', { declaredLength: BigInt(MIB) });
    await healthy.expectQuiet();
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
  });

  it('nests deep JSON through unharmed when it is valid', async () => {
    const data = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const raw = await stage.rawSocket();
    raw.send(OPCODE.text, send(`"data":${data}`));
    // Deeper than a parser may go is the client's fault; anything else is a delivery as written.
    const outcome = await Promise.race([healthy.hear(), raw.closeFrame()]);
    expect([
      heard(`"dataType":"json","data":${data}`),
      { code: 1007, reason: INVALID_MESSAGE },
    ]).toContainEqual(outcome);
  });

  it('takes a message byte by byte', async () => {
    const raw = await stage.rawSocket();
    for (const byte of clientFrame(OPCODE.text, PING)) {
      raw.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await raw.frame()).payload.toString()).toBe('{"type":"pong"}');
  });

  it('takes control frames between fragments, and empty fragments', async () => {
    const raw = await stage.rawSocket();
    raw.send(OPCODE.text, '{"type":', { fin: false });
    raw.send(OPCODE.ping, 'between');
    for (let index = 0; index < 100; index += 1) raw.send(OPCODE.continuation, '', { fin: false });
    raw.send(OPCODE.pong, 'unasked');
    raw.send(OPCODE.continuation, '"ping"}');
    expect(await raw.frame()).toMatchObject({
      opcode: OPCODE.pong,
      payload: Buffer.from('between'),
    });
    expect((await raw.frame()).payload.toString()).toBe('{"type":"pong"}');
  });

  it('survives a message in 200,000 fragments', async () => {
    const raw = await stage.rawSocket();
    const fragment = clientFrame(OPCODE.continuation, ' ', { fin: false });
    raw.send(OPCODE.text, ' ', { fin: false });
    for (let block = 0; block < 200; block += 1)
      raw.write(Buffer.alloc(fragment.length * 1000, fragment));
    raw.send(OPCODE.continuation, PING);
    const { opcode, payload } = await raw.frame();
    // How many fragments are too many is left open; that there is an answer is not.
    const isClosed = opcode === OPCODE.close && isAllowed(payload.readUInt16BE());
    expect(isClosed || payload.toString() === '{"type":"pong"}').toBe(true);
  });

  it('ignores everything behind a close frame', async () => {
    const raw = await stage.rawSocket();
    raw.write(
      Buffer.concat([
        clientFrame(OPCODE.close, closeBody(1000, 'bye')),
        clientFrame(OPCODE.text, send('"dataType":"text","data":"late"')),
        Buffer.alloc(1000, 0xff),
      ]),
    );
    expect(await raw.closeFrame()).toEqual({ code: 1000, reason: 'bye' });
    await raw.closed;
  });

  it('answers a ping with its payload', async () => {
    const raw = await stage.rawSocket();
    for (const payload of ['', 'x', 'y'.repeat(125)]) {
      raw.send(OPCODE.ping, payload);
      const pong = await raw.frame();
      expect(pong).toMatchObject({ opcode: OPCODE.pong, fin: true, payload: Buffer.from(payload) });
    }
  });

  it('sends single, final, unmasked frames of every length', async () => {
    const raw = await stage.rawSocket({ groups: ['own'] });
    for (const length of [0, 1, 100, 125, 126, 1000, 65_535, 65_536, 500_000]) {
      raw.send(OPCODE.text, send(`"dataType":"text","data":"${'x'.repeat(length)}"`, 'own'));
      const frame = await raw.frame();
      expect(frame).toMatchObject({ opcode: OPCODE.text, fin: true, rsv: 0, masked: false });
      expect((JSON.parse(frame.payload.toString()) as { data: string }).data).toHaveLength(length);
    }
  });

  it('survives clients that vanish in the middle of a frame', async () => {
    const half = clientFrame(OPCODE.text, send('"data":1')).subarray(0, 20);
    const raws = await Promise.all(
      Array.from({ length: 100 }, async () => await stage.rawSocket()),
    );
    for (const [index, raw] of raws.entries()) {
      raw.write(half);
      if (index % 2 === 0) raw.socket.resetAndDestroy();
      else raw.destroy();
    }
    await stage.sink.count('disconnecteds', () => raws.length);
    expect(stage.sink.connecteds).toHaveLength(raws.length + 1);
  });

  const protocolWord = oneof(
    constantFrom('joinGroup', 'leaveGroup', 'sendToGroup', 'event', 'ping', 'sequenceAck', 'ack'),
    constantFrom('text', 'json', 'binary', 'protobuf', 'room', '__proto__', 'constructor'),
    string(),
    string({ unit: 'binary' }),
  );
  const protocolValue = oneof(
    protocolWord,
    jsonValue({ maxDepth: 3 }),
    constantFrom(0, -1, 1.5, 2 ** 53, 1e308, true, null, [], {}),
  );
  const protocolKey = oneof(
    constantFrom('type', 'group', 'event', 'ackId', 'data', 'dataType', 'noEcho', 'ttlSeconds'),
    constantFrom('metadata', 'sequenceId', 'stream', '__proto__', 'toString'),
    string(),
  );
  /** Objects that look like messages of the protocol, most of them wrong. */
  const almostMessage = array(tuple(protocolKey, protocolValue), { maxLength: 8 }).map(
    (members) =>
      `{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
  );
  /** Messages of the protocol with some bytes cut out or put in. */
  const bruised = tuple(
    constantFrom(PING, join(1), send('"data":{"a":[1,"\\u00e9"]},"metadata":{"k":"v"},"ackId":2')),
    nat(60),
    nat(3),
    string({ maxLength: 3 }),
  ).map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
  const text = oneof(almostMessage, bruised, string({ unit: 'binary' }), json());

  it('closes or serves whoever sends 2000 random texts', async () => {
    await assert(
      asyncProperty(text, async (message) => {
        const raw = await stage.rawSocket({ groups: ['room'] });
        expect(isAllowed(await provoke(raw, clientFrame(OPCODE.text, message)))).toBe(true);
        raw.destroy();
      }),
      { numRuns: 2000 },
    );
    while (healthy.unheard.length > 0)
      expect(await healthy.hearJson()).toMatchObject({ type: 'message' });
  }, 60_000);

  it('closes or serves whoever sends 500 random frames', async () => {
    const frame = record({
      opcode: nat(15),
      payload: uint8Array({ maxLength: 200 }),
      fin: boolean(),
      rsv: oneof({ weight: 5, arbitrary: constant(0) }, { weight: 1, arbitrary: nat(7) }),
      masked: oneof({ weight: 9, arbitrary: constant(true) }, { weight: 1, arbitrary: boolean() }),
    }).map(({ opcode, payload, ...options }) => clientFrame(opcode, Buffer.from(payload), options));
    await assert(
      asyncProperty(array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const raw = await stage.rawSocket();
        expect(isAllowed(await provoke(raw, Buffer.concat(frames)))).toBe(true);
        raw.destroy();
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it('never hangs on 500 handfuls of garbage', async () => {
    await assert(
      asyncProperty(uint8Array({ minLength: 1, maxLength: 2000 }), async (garbage) => {
        const raw = await stage.rawSocket();
        raw.write(Buffer.from(garbage));
        // Garbage can announce a frame that never comes; going away must then be enough.
        raw.socket.end();
        expect(isAllowed((await raw.closeFrame())?.code)).toBe(true);
        await raw.closed;
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it('passes on whatever a raw client says, unchanged', async () => {
    const client = await stage.raw({
      groups: ['echo'],
      query: { webpubsub_mode: 'sendToGroup', group: 'echo' },
    });
    const message = oneof(
      string({ unit: 'grapheme' }),
      uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
    );
    await assert(
      asyncProperty(message, async (said) => {
        client.send(said);
        expect(await client.hear()).toEqual(said);
      }),
      { numRuns: 300 },
    );
  });

  it('passes on every JSON value, character by character', async () => {
    const client = await stage.json({ groups: ['echo'] });
    const value = json({ maxDepth: 4 }).filter((written) => written !== 'null');
    await assert(
      asyncProperty(value, async (written) => {
        client.send(send(`"data":${written}`, 'echo'));
        expect(await client.hear()).toBe(
          `{"type":"message","from":"group","group":"echo","fromUserId":"ann","dataType":"json","data":${written}}`,
        );
      }),
      { numRuns: 300 },
    );
  });
});
