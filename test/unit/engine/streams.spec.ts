import type { StreamInfo } from '../../../lib/backplane/backplane.message.js';
import type { Connection } from '../../../lib/engine/connection.js';
import type { Hub } from '../../../lib/engine/hub.js';
import type { Message } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { Streams } from '../../../lib/engine/streams.js';
import type { Timed, TimingWheel, WheelTimer } from '../../../lib/engine/timing.wheel.js';
import type { StartStreamRequest } from '../../../lib/engine/upstream-message.js';
import { jsonProtocol } from '../../../lib/protocols/json/json.protocol.js';
import { EngineRig } from './support/engine.rig.js';

/** Timers that run out when the test says so. */
class ManualTimers {
  readonly pending = new Map<WheelTimer, number>();

  schedule(delayMs: number, target: Timed): WheelTimer {
    const timer = { target, turns: 0, slot: 0 };
    this.pending.set(timer, delayMs);
    return timer;
  }

  cancel(timer: WheelTimer): void {
    this.pending.delete(timer);
  }

  /** Lets the timers with this delay run out. */
  expire(delayMs: number): void {
    for (const [timer, delay] of Array.from(this.pending)) {
      if (delay !== delayMs || !this.pending.delete(timer)) continue;
      timer.target.onTimer();
    }
  }
}

const IDLE_MS = 300_000;

class Scene {
  readonly timers = new ManualTimers();
  /** What the members of the group got. */
  readonly published: (StreamInfo & { text: string })[] = [];
  /** What the publisher was told. */
  readonly said: unknown[][] = [];
  readonly errors: unknown[] = [];
  /** What publishing returns, when it is not done at once. */
  link: Promise<void> | undefined;
  mayPublish = true;
  readonly streams: Streams;

  constructor(limit = 100) {
    const say =
      (what: string) =>
      (...rest: unknown[]): unknown =>
        this.said.push([what, ...rest.filter((part) => part !== undefined)]);
    const connection = {
      id: 'c1',
      userId: 'ann',
      permissions: { allows: () => this.mayPublish },
      reply: () => {},
      protocol: {
        encoder: {
          streamAck: say('ack'),
          streamNack: say('nack'),
          streamClosed: say('closed'),
        },
      },
    };
    const hub = {
      deliver: (_target: unknown, { payload, stream }: Message) => {
        if (stream !== undefined)
          this.published.push({ ...stream, text: payload.bytes.toString() });
        return this.link;
      },
    };
    this.streams = new Streams(connection as unknown as Connection, {
      hub: hub as unknown as Hub,
      timers: this.timers as unknown as TimingWheel,
      diagnostics: {
        debug: () => {},
        warn: () => {},
        error: (_text, cause) => this.errors.push(cause),
      },
      limit,
    });
  }

  start(more: Partial<StartStreamRequest> = {}): unknown {
    return this.streams.start({
      type: 'startStream',
      group: 'room',
      streamId: 's',
      idleTimeoutMs: undefined,
      noEcho: false,
      hasPayload: false,
      ...more,
    });
  }

  write(sequenceId: number | bigint, streamId = 's'): Promise<void> | undefined {
    const fragment = { sequenceId: BigInt(sequenceId), payload: textPayload(String(sequenceId)) };
    return this.streams.data({ type: 'streamData', streamId, fragment });
  }

  keepAlive(): void {
    void this.streams.data({ type: 'streamData', streamId: 's', fragment: undefined });
  }

  /** What was said since the last call. */
  heard(): unknown[][] {
    return this.said.splice(0);
  }
}

const error = (name: string): unknown => expect.objectContaining({ name });

describe('Streams', () => {
  it('acks every 16th fragment at once, and the rest when it is time', () => {
    const scene = new Scene();
    scene.start();
    for (let number = 1; number <= 18; number += 1) void scene.write(number);
    expect(scene.heard()).toEqual([
      ['ack', 's', 1],
      ['ack', 's', 17],
    ]);
    scene.timers.expire(100);
    expect(scene.heard()).toEqual([['ack', 's', 19]]);
    scene.timers.expire(100);
    expect(scene.heard()).toEqual([]);
  });

  it('acks all streams of the connection with one timer', () => {
    const scene = new Scene();
    for (const streamId of ['a', 'b']) {
      scene.start({ streamId });
      void scene.write(1, streamId);
      void scene.write(2, streamId);
    }
    expect([...scene.timers.pending.values()].filter((delay) => delay === 100)).toHaveLength(1);
    scene.heard();
    scene.timers.expire(100);
    expect(scene.heard()).toEqual([
      ['ack', 'a', 3],
      ['ack', 'b', 3],
    ]);
  });

  it('publishes what is expected only', () => {
    const scene = new Scene();
    scene.start();
    for (const number of [2, 1, 1, 0, 18_446_744_073_709_551_615n, 2]) void scene.write(number);
    expect(scene.published.map(({ text }) => text)).toEqual(['1', '2']);
    const nack = (expected: number): unknown =>
      expect.objectContaining({ expected, message: `expected ${expected}` });
    expect(scene.heard()).toEqual([
      ['ack', 's', 1],
      ['nack', nack(1)],
      ['ack', 's', 2],
      ['ack', 's', 2],
      ['nack', nack(2)],
    ]);
  });

  it.each([
    ['data', (scene: Scene) => void scene.write(1), true],
    ['a keepalive', (scene: Scene) => scene.keepAlive(), true],
    ['a fragment ahead', (scene: Scene) => void scene.write(5), false],
    ['a fragment again', (scene: Scene) => void scene.write(0), false],
  ])('%s starts the idle time anew: %#', (_what, act, isLife) => {
    const scene = new Scene();
    scene.start();
    const [before] = scene.timers.pending.keys();
    act(scene);
    const isSame = [...scene.timers.pending.keys()].includes(before as WheelTimer);
    expect(isSame).toBe(!isLife);
  });

  it('ends an idle stream, and waits for nothing more', () => {
    const scene = new Scene();
    scene.start();
    scene.heard();
    scene.timers.expire(IDLE_MS);
    expect(scene.heard()).toEqual([['closed', 's', error('IdleTimeout')]]);
    expect(scene.published).toMatchObject([
      { streamSequenceId: 1, endOfStream: true, text: '', error: { name: 'IdleTimeout' } },
    ]);
    expect(scene.timers.pending.size).toBe(0);
  });

  it('leaves no timer behind when the connection ends', () => {
    const scene = new Scene();
    for (const streamId of ['a', 'b']) scene.start({ streamId });
    void scene.write(1, 'a');
    scene.streams.cancel();
    expect(scene.timers.pending.size).toBe(0);
    expect(scene.published.slice(1)).toMatchObject([
      { streamId: 'a', streamSequenceId: 2, error: { name: 'Cancelled' } },
      { streamId: 'b', streamSequenceId: 1, error: { name: 'Cancelled' } },
    ]);
  });

  it('does not go beyond its limit, until a stream has ended', () => {
    const scene = new Scene(1);
    scene.start({ streamId: 'a' });
    expect(scene.start({ streamId: 'b' })).toMatchObject({ name: 'BadRequest' });
    void scene.streams.end({ type: 'streamEnd', streamId: 'a' });
    expect(scene.start({ streamId: 'b' })).toBeUndefined();
  });

  it('refuses an id that is too long', () => {
    const scene = new Scene();
    expect(scene.start({ streamId: 'x'.repeat(1025) })).toMatchObject({ name: 'BadRequest' });
    expect(scene.start({ streamId: 'x'.repeat(1024) })).toBeUndefined();
  });

  it('ends the streams that a lost permission forbids', () => {
    const scene = new Scene();
    scene.start();
    scene.streams.enforcePermissions();
    expect(scene.published).toEqual([]);
    scene.mayPublish = false;
    scene.heard();
    scene.streams.enforcePermissions();
    expect(scene.heard()).toEqual([['closed', 's', error('Forbidden')]]);
    expect(scene.published).toMatchObject([{ error: { name: 'Forbidden' } }]);
  });

  it('acks a fragment when the other nodes have it', async () => {
    const scene = new Scene();
    scene.start();
    scene.link = Promise.resolve();
    const written = scene.write(1);
    expect(scene.timers.pending.size).toBe(1);
    await written;
    scene.heard();
    scene.timers.expire(100);
    expect(scene.heard()).toEqual([['ack', 's', 2]]);
  });

  it('ends a stream whose fragment did not reach the other nodes', async () => {
    const scene = new Scene();
    scene.start();
    scene.heard();
    scene.link = Promise.reject(new Error('no link'));
    await scene.write(1);
    expect(scene.heard()).toEqual([['closed', 's', error('InternalServerError')]]);
    expect(scene.errors).toHaveLength(2);
    expect(scene.timers.pending.size).toBe(0);
  });

  it('answers a repeated start with where the stream is, or that it is not', () => {
    const scene = new Scene();
    scene.start();
    void scene.write(1);
    scene.heard();
    scene.streams.answerAgain('s');
    scene.streams.answerAgain('other');
    expect(scene.heard()).toEqual([
      ['ack', 's', 2],
      ['closed', 'other', error('StreamNotFound')],
    ]);
  });
});

describe('a stream that is refused', () => {
  it('was answered: it is no failure that closes the connection', async () => {
    const rig = await EngineRig.started({ unacknowledgedFailure: 'close' });
    const { connection, channel } = await rig.connect({ roles: [], protocol: jsonProtocol });
    const start = '{"type":"sendToGroup","group":"room","stream":{"streamId":"s"}}';
    const message = jsonProtocol.decode(Buffer.from(start), false);
    await rig.engine.serve('chat').processor.process(connection, message);
    expect(channel.closes).toEqual([]);
    expect(connection.isOpen).toBe(true);
    await rig.engine.stop();
  });
});
