import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PLATFORMS } from '../../support/platforms.js';
import { clientFrame, OPCODE, type RawSocket } from '../../support/raw.socket.js';
import { startStage, type Stage } from '../../support/stage.js';
import { ack, send } from './json.cases.js';

const MIB = 1024 * 1024;
const FULL = 'The outbound message queue is full.';
const PING = clientFrame(OPCODE.text, '{"type":"ping"}');

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory outside the heap, where payloads and frames live, without garbage. */
function bufferBytes(): number {
  collectGarbage();
  const { arrayBuffers, external } = process.memoryUsage();
  return Math.max(arrayBuffers, external);
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Writes a block until the service has stopped reading it; returns how many went into the socket. */
async function writeUntilStalled(
  raw: RawSocket,
  block: Buffer,
  mostBytes: number,
): Promise<number> {
  let count = 0;
  for (;;) {
    while (raw.socket.writableLength < MIB && !raw.socket.destroyed) {
      raw.write(block);
      count += 1;
    }
    const before = raw.socket.bytesWritten - raw.socket.writableLength;
    // There is no event for "the other side does not read": half a second without a byte it is.
    await pause(500);
    const after = raw.socket.bytesWritten - raw.socket.writableLength;
    if (before === after || raw.socket.destroyed) return count;
    if (after > mostBytes) throw new Error(`The service took ${String(after)} bytes.`);
  }
}

describe.each(PLATFORMS)('clients that do not read on %s', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform);
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it('closes who does not take its messages, and serves the others all of them', async () => {
    const rounds = 1200;
    const slow = [];
    for (let index = 0; index < 10; index += 1) {
      const raw = await stage.rawSocket({ userId: 'slow', groups: ['room'] });
      raw.socket.pause();
      slow.push(raw);
    }
    const reader = await stage.json({ userId: 'reader', groups: ['room'] });
    const sender = await stage.json();
    const before = bufferBytes();
    let most = 0;
    for (let round = 1; round <= rounds; round += 1) {
      const padding = 'x'.repeat(64 * 1024);
      sender.send(
        send(`"data":{"n":${String(round)},"padding":"${padding}"},"ackId":${String(round)}`),
      );
      expect(await sender.hear()).toBe(ack(round));
      const heard = (await reader.hearJson()) as { data: { n: number } };
      expect(heard.data.n).toBe(round);
      if (round % 100 === 0) most = Math.max(most, bufferBytes() - before);
    }
    await stage.sink.count('disconnecteds', () => slow.length);
    expect(stage.sink.disconnecteds.map(({ reason }) => reason)).toEqual(slow.map(() => FULL));
    expect(stage.sink.disconnecteds.every(({ connection }) => connection.userId === 'slow')).toBe(
      true,
    );
    expect((await stage.api('HEAD', '/users/slow')).status).toBe(404);
    // 75 MiB went through; a queue may keep 16, and all of them share its bytes.
    expect(most).toBeLessThan(48 * MIB);
    for (const raw of slow) {
      raw.socket.resume();
      const close = await raw.closeFrame();
      expect([undefined, { code: 1008, reason: FULL }]).toContainEqual(close);
      await raw.closed;
    }
    await reader.expectQuiet();
  }, 60_000);

  it('counts small messages too', async () => {
    const slow = await stage.rawSocket({ userId: 'slow', groups: ['room'] });
    slow.socket.pause();
    const sender = await stage.json();
    // Fill what the operating system buffers, then many messages that are few bytes.
    const filler = 'x'.repeat(256 * 1024);
    for (let ackId = 1; ackId <= 56; ackId += 1) {
      sender.send(send(`"data":"${filler}","ackId":${String(ackId)}`));
      expect(await sender.hear()).toBe(ack(ackId));
    }
    expect(stage.sink.disconnecteds).toEqual([]);
    for (let ackId = 57; ackId <= 1200; ackId += 1) {
      sender.send(send(`"data":0,"ackId":${String(ackId)}`));
      expect(await sender.hear()).toBe(ack(ackId));
    }
    const gone = await stage.sink.until('disconnecteds');
    expect(gone).toMatchObject({ reason: FULL, connection: { userId: 'slow' } });
  }, 30_000);

  it('keeps a client that reads late but in time', async () => {
    const late = await stage.rawSocket({ groups: ['room'] });
    late.socket.pause();
    const sender = await stage.json({ userId: 'bob' });
    const count = 60;
    for (let ackId = 1; ackId <= count; ackId += 1) {
      sender.send(send(`"data":"${'x'.repeat(200_000)}","ackId":${String(ackId)}`));
      expect(await sender.hear()).toBe(ack(ackId));
    }
    late.socket.resume();
    for (let index = 0; index < count; index += 1) {
      expect((await late.frame()).payload.length).toBeGreaterThan(200_000);
    }
    late.write(PING);
    expect((await late.frame()).payload.toString()).toBe('{"type":"pong"}');
    expect(stage.sink.disconnecteds).toEqual([]);
  }, 30_000);

  it('9.2 drops what has waited longer than it may live, and nothing else', async () => {
    const late = await stage.rawSocket({ groups: ['room'] });
    late.socket.pause();
    const sender = await stage.json({ userId: 'bob' });
    const count = 70;
    for (let ackId = 1; ackId <= count; ackId += 1) {
      sender.send(send(`"data":"${'x'.repeat(200_000)}","ackId":${String(ackId)}`));
      expect(await sender.hear()).toBe(ack(ackId));
    }
    sender.send(send('"data":"short-lived","ttlSeconds":1'));
    sender.send(send('"data":"long-lived","ttlSeconds":300'));
    sender.send(send('"data":"immortal"'));
    await sender.expectQuiet();
    await pause(1200);
    late.socket.resume();
    const data: string[] = [];
    while (data.at(-1) !== 'immortal') {
      data.push((JSON.parse((await late.frame()).payload.toString()) as { data: string }).data);
    }
    expect(data.slice(count)).toEqual(['long-lived', 'immortal']);
  }, 30_000);

  it('stops reading who floods pings without reading the pongs, and closes nobody', async () => {
    const other = await stage.json();
    const flood = await stage.rawSocket({ userId: 'flood' });
    flood.socket.pause();
    const before = bufferBytes();
    const block = 1000;
    const blocks = await writeUntilStalled(
      flood,
      Buffer.alloc(PING.length * block, PING),
      64 * MIB,
    );
    await other.expectQuiet();
    expect((await stage.api('HEAD', '/users/flood')).status).toBe(200);
    expect(bufferBytes() - before).toBeLessThan(48 * MIB);
    flood.socket.resume();
    for (let pong = 0; pong < blocks * block; pong += 1) {
      const frame = await flood.frame();
      if (frame.payload.toString() !== '{"type":"pong"}')
        throw new Error('Something else arrived.');
    }
    expect(stage.sink.disconnecteds).toEqual([]);
  }, 60_000);

  it('answers a burst of 1000 WebSocket pings', async () => {
    const raw = await stage.rawSocket();
    const pings = Array.from({ length: 1000 }, (_, index) =>
      clientFrame(OPCODE.ping, String(index)),
    );
    raw.write(Buffer.concat(pings));
    for (;;) {
      const pong = await raw.frame();
      expect(pong.opcode).toBe(OPCODE.pong);
      // RFC 6455, 5.5.3: who has not answered some pings yet may answer the most recent one only.
      if (pong.payload.toString() === '999') break;
    }
    expect(stage.sink.disconnecteds).toEqual([]);
  });

  it('stops reading who floods WebSocket pings without reading the pongs, and closes nobody', async () => {
    const other = await stage.json();
    const flood = await stage.rawSocket({ userId: 'flood' });
    flood.socket.pause();
    const before = bufferBytes();
    const ping = clientFrame(OPCODE.ping, 'x'.repeat(125));
    await writeUntilStalled(flood, Buffer.alloc(ping.length * 1000, ping), 64 * MIB);
    await other.expectQuiet();
    expect(bufferBytes() - before).toBeLessThan(48 * MIB);
    expect((await stage.api('HEAD', '/users/flood')).status).toBe(200);
    flood.socket.resume();
    flood.send(OPCODE.ping, 'last');
    while ((await flood.frame()).payload.toString() !== 'last');
    expect(stage.sink.disconnecteds).toEqual([]);
  }, 60_000);

  it('keeps its memory when a raw client floods its own group without reading the echo', async () => {
    const upgrade = await stage.upgrade(
      stage.target({
        userId: 'flood',
        groups: ['own'],
        query: { webpubsub_mode: 'sendToGroup', group: 'own' },
      }),
    );
    upgrade.raw.socket.pause();
    const frame = clientFrame(OPCODE.binary, Buffer.alloc(32 * 1024));
    await Promise.race([
      writeUntilStalled(upgrade.raw, frame, 256 * MIB),
      stage.sink.until('disconnecteds'),
    ]);
    const other = await stage.json();
    await expect(other.expectQuiet()).resolves.toBeUndefined();
  }, 60_000);
});

describe.each(PLATFORMS)('the keep-alive on %s', (platform) => {
  const interval = 200;
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform, {
      module: { websocket: { keepAliveIntervalSeconds: interval / 1000 } },
    });
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it('drops a peer that answers no ping after three intervals', async () => {
    const start = Date.now();
    const silent = await stage.rawSocket({ userId: 'silent' });
    const opcodes: number[] = [];
    for (;;) {
      const frame = await silent.frame().catch(() => undefined);
      if (frame === undefined) break;
      opcodes.push(frame.opcode);
    }
    await silent.closed;
    const took = Date.now() - start;
    expect(opcodes.length).toBeGreaterThanOrEqual(2);
    expect(opcodes.every((opcode) => opcode === OPCODE.ping)).toBe(true);
    expect(took).toBeGreaterThan(interval * 2.5);
    expect(took).toBeLessThan(interval * 10);
    const gone = await stage.sink.until('disconnecteds');
    expect(gone.connection.userId).toBe('silent');
  });

  it('drops a peer that takes nothing at all', async () => {
    const deaf = await stage.rawSocket({ userId: 'deaf' });
    deaf.socket.pause();
    const gone = await stage.sink.until('disconnecteds');
    expect(gone.connection.userId).toBe('deaf');
  });

  it.each([
    { what: 'answers pings', say: (raw: RawSocket) => raw.send(OPCODE.pong) },
    { what: 'only sends pings of its own', say: (raw: RawSocket) => raw.send(OPCODE.ping) },
    { what: 'only sends messages', say: (raw: RawSocket) => raw.write(PING) },
  ])('keeps a peer that $what', async ({ say }) => {
    const raw = await stage.rawSocket();
    const end = Date.now() + interval * 7;
    while (Date.now() < end) {
      await pause(interval * 0.8);
      say(raw);
    }
    expect(stage.sink.disconnecteds).toEqual([]);
  });

  it('keeps an idle client that answers', async () => {
    const client = await stage.json();
    await pause(interval * 7);
    await client.expectQuiet();
    expect(stage.sink.disconnecteds).toEqual([]);
  });
});
