import { WebPubSubService, type WebPubSubHub, type WebPubSubHubOptions } from 'nestjs-web-pubsub';
import type { RawSocket } from '../../support/raw.socket.js';
import { startStage, type Stage } from '../../support/stage.js';

const LIMIT = 20;
/** The operating system takes some megabytes in the place of the client. */
const BLOCK = 'x'.repeat(256 * 1024);
const MARKS = 100;

interface Heard {
  /** Numbers of the messages that came, in their order. */
  readonly numbers: number[];
  readonly closeCode: number | undefined;
}

describe('slowConsumerPolicy', () => {
  let stage: Stage;
  let chat: WebPubSubHub;
  const sockets: RawSocket[] = [];

  async function start(options: WebPubSubHubOptions): Promise<void> {
    const limits = { outboundQueueMessages: LIMIT };
    stage = await startStage('fastify', { module: { hubs: { chat: options }, limits } });
    chat = stage.host.app.get(WebPubSubService).hub('chat');
  }

  afterEach(async () => {
    for (const raw of sockets.splice(0)) raw.destroy();
    await stage.close();
  });

  const send = (index: number, metadata?: Record<string, string>): Promise<void> =>
    chat.sendToAll(`${String(index)};${BLOCK}`, {
      contentType: 'text/plain',
      ...(metadata && { metadata }),
    });

  /** Reads until the message that says so, or the Close frame. */
  async function hear(raw: RawSocket): Promise<Heard> {
    const numbers: number[] = [];
    for (;;) {
      const { opcode, payload } = await raw.frame();
      if (opcode === 8) return { numbers, closeCode: payload.readUInt16BE(0) };
      const { data } = JSON.parse(payload.toString()) as { data?: string };
      if (data === 'the end') return { numbers, closeCode: undefined };
      if (data !== undefined) numbers.push(Number(data.split(';', 1)[0]));
    }
  }

  async function deaf(): Promise<RawSocket> {
    const raw = await stage.rawSocket({ userId: 'deaf' });
    raw.socket.pause();
    sockets.push(raw);
    return raw;
  }

  it('closes who does not read unless it says otherwise, and counts it', async () => {
    await start({});
    const raw = await deaf();
    const reader = await stage.json({ userId: 'reader' });
    for (let index = 0; index < MARKS; index += 1) {
      await send(index);
      expect(await reader.hear()).toContain(`"${String(index)};`);
    }
    expect(await chat.getSlowConsumerCounts()).toEqual({
      closedConnections: 1,
      droppedMessages: 0,
      conflatedMessages: 0,
    });
    expect(await chat.userExists('deaf')).toBe(false);
    raw.socket.resume();
  });

  it('drops the oldest, counts them, and disturbs nobody', async () => {
    await start({ slowConsumerPolicy: 'drop-oldest' });
    const raw = await deaf();
    const reader = await stage.json({ userId: 'reader' });
    for (let index = 0; index < MARKS; index += 1) {
      await send(index);
      expect(await reader.hear()).toContain(`"${String(index)};`);
    }
    raw.socket.resume();
    const heard = hear(raw);
    await chat.sendToUser('deaf', 'the end', { contentType: 'text/plain' });
    const { numbers } = await heard;
    const { droppedMessages, ...others } = await chat.getSlowConsumerCounts();
    expect(droppedMessages).toBeGreaterThan(0);
    expect(others).toEqual({ closedConnections: 0, conflatedMessages: 0 });
    // What the operating system had taken, then a gap, then the newest.
    expect(numbers).toHaveLength(MARKS - droppedMessages);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    // The message at the end is one of those that wait.
    const kept = Array.from({ length: LIMIT - 1 }, (_, index) => MARKS - LIMIT + 1 + index);
    expect(numbers.slice(1 - LIMIT)).toEqual(kept);
    expect(await chat.userExists('deaf')).toBe(true);
  });

  it('sends only the newest of each kind to who has not read, and everything else', async () => {
    await start({ slowConsumerPolicy: 'conflate', conflationKey: 'Symbol' });
    const raw = await deaf();
    // Until the operating system takes no more: then messages begin to wait.
    let index = 0;
    while ((await chat.getSlowConsumerCounts()).conflatedMessages === 0) {
      await send(index, { symbol: 'A' });
      index += 1;
    }
    const last = { a: index, plain: index + 1, b: index + 2 };
    await send(last.a, { symbol: 'A' });
    await send(last.plain);
    await send(last.b, { symbol: 'B' });
    raw.socket.resume();
    const heard = hear(raw);
    await chat.sendToUser('deaf', 'the end', { contentType: 'text/plain' });
    const { numbers } = await heard;
    expect(numbers.slice(-3)).toEqual([last.a, last.plain, last.b]);
    const { conflatedMessages, ...others } = await chat.getSlowConsumerCounts();
    expect(numbers).toHaveLength(last.b + 1 - conflatedMessages);
    expect(others).toEqual({ closedConnections: 0, droppedMessages: 0 });
  });

  it('still tells a client why it is closed, whatever was dropped', async () => {
    await start({ slowConsumerPolicy: 'drop-oldest' });
    const raw = await deaf();
    for (let index = 0; (await chat.getSlowConsumerCounts()).droppedMessages < 2; index += 1) {
      await send(index);
    }
    const disconnected = chat.closeUserConnections('deaf', { reason: 'enough' });
    raw.socket.resume();
    const frames: string[] = [];
    for (;;) {
      const { opcode, payload } = await raw.frame();
      if (opcode === 8) break;
      frames.push(payload.toString().slice(0, 200));
    }
    expect(frames.at(-1)).toContain('"disconnected"');
    expect(frames.at(-1)).toContain('enough');
    await disconnected;
  });

  it('closes reliable clients all the same: they were promised every message', async () => {
    const limits = { outboundQueueMessages: LIMIT, reliableBufferMessages: LIMIT };
    const hubs = { chat: { slowConsumerPolicy: 'drop-oldest' as const } };
    stage = await startStage('fastify', { module: { hubs, limits } });
    chat = stage.host.app.get(WebPubSubService).hub('chat');
    const raw = await stage.connect();
    raw.request(stage.target({ userId: 'reliable' }), {
      'Sec-WebSocket-Protocol': 'json.reliable.webpubsub.azure.v1',
    });
    await raw.head();
    sockets.push(raw);
    for (let index = 0; index <= LIMIT; index += 1)
      await chat.sendToAll(String(index), { contentType: 'text/plain' });
    await hear(raw).then(({ closeCode }) => expect(closeCode).toBe(1008));
    expect((await chat.getSlowConsumerCounts()).closedConnections).toBe(1);
  });
});
