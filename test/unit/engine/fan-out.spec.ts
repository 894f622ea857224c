import type { Target } from '../../../lib/backplane/backplane.message.js';
import type { Batch } from '../../../lib/engine/batch.js';
import type { Connection } from '../../../lib/engine/connection.js';
import { FanOut, type Audience } from '../../../lib/engine/fan-out.js';
import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { Message } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { nextTurn } from './support/fake.channel.js';

const CROWD = 64;
const SLICE = 128;
const HOT: Target = { kind: 'group', group: 'hot' };
const QUIET: Target = { kind: 'group', group: 'quiet' };

const message = (text: string): Message =>
  new Message({ origin: { from: 'server' }, payload: textPayload(text) });

/** Notes who takes what, as `member:text`; and how often each audience is walked over. */
class Stage implements Audience {
  readonly taken: string[] = [];
  failing: string | undefined;
  readonly walks: string[] = [];
  readonly scheduler = new FlushScheduler();
  readonly fanOut = new FanOut(this, this.scheduler);
  readonly #groups: Readonly<Record<string, readonly Connection[]>>;

  constructor(sizes: Readonly<Record<string, number>>) {
    this.#groups = Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [
        name,
        Array.from({ length: size }, (_, index) => this.#member(`${name}${String(index)}`)),
      ]),
    );
  }

  countOf(target: Target): number {
    return this.#of(target).length;
  }

  members(target: Target): Iterable<Connection> {
    this.walks.push(target.kind === 'group' ? target.group : target.kind);
    return this.#of(target);
  }

  /** What one member has taken, in its order. */
  takenBy(name: string): string[] {
    return this.taken
      .filter((one) => one.startsWith(`${name}:`))
      .map((one) => one.split(':')[1] ?? '');
  }

  #of(target: Target): readonly Connection[] {
    const name = target.kind === 'group' ? target.group : target.kind;
    return this.#groups[name] ?? [];
  }

  #member(id: string): Connection {
    const take = ({ messages }: Batch): void => {
      if (id === this.failing) throw new Error(`${id} fails`);
      for (const { payload } of messages as readonly Message[]) {
        this.taken.push(`${id}:${payload.bytes.toString()}`);
      }
    };
    return { id, take } as unknown as Connection;
  }
}

describe('FanOut', () => {
  it('gives a small audience its message at once', () => {
    const stage = new Stage({ quiet: CROWD - 1 });
    stage.fanOut.toAll(QUIET, message('1'));
    expect(stage.taken).toHaveLength(CROWD - 1);
  });

  it('walks over a crowd once in a turn, however many messages it gets', async () => {
    const stage = new Stage({ hot: CROWD });
    for (const text of ['1', '2', '3']) stage.fanOut.toAll(HOT, message(text));
    expect(stage.taken).toEqual([]);
    await nextTurn();
    expect(stage.walks).toEqual(['hot']);
    expect(stage.takenBy('hot0')).toEqual(['1', '2', '3']);
    expect(stage.takenBy('hot63')).toEqual(['1', '2', '3']);
  });

  it.each([
    ['a small audience', QUIET],
    ['everybody, who are another crowd', { kind: 'all' }],
  ] as const)('hands out what was put off before it turns to %s', (_, other) => {
    const stage = new Stage({ hot: CROWD, quiet: 1, all: CROWD });
    stage.fanOut.toAll(HOT, message('1'));
    stage.fanOut.toAll(other, message('2'));
    stage.fanOut.settle();
    expect(stage.walks).toEqual(['hot', other.kind === 'group' ? other.group : other.kind]);
    expect(stage.taken.slice(0, CROWD).every((one) => one.endsWith(':1'))).toBe(true);
  });

  it('hands out what was put off before it gives something to some', () => {
    const stage = new Stage({ hot: CROWD });
    stage.fanOut.toAll(HOT, message('1'));
    stage.fanOut.toSome(HOT, message('2'), ({ id }) => id === 'hot7');
    expect(stage.takenBy('hot6')).toEqual(['1']);
    expect(stage.takenBy('hot7')).toEqual(['1', '2']);
  });

  it('hands out at once when asked to, and not again in the flush', async () => {
    const stage = new Stage({ hot: CROWD });
    stage.fanOut.toAll(HOT, message('1'));
    stage.fanOut.settle();
    expect(stage.takenBy('hot0')).toEqual(['1']);
    await nextTurn();
    expect(stage.walks).toEqual(['hot']);
  });

  it.each([
    ['64 messages', Array.from({ length: 64 }, () => 'x')],
    ['64 KiB', ['x'.repeat(32 * 1024), 'x'.repeat(32 * 1024)]],
  ])('puts off no more than %s', (_, texts) => {
    const stage = new Stage({ hot: CROWD });
    for (const text of texts.slice(1)) stage.fanOut.toAll(HOT, message(text));
    expect(stage.walks).toEqual([]);
    stage.fanOut.toAll(HOT, message(texts[0] ?? ''));
    expect(stage.walks).toEqual(['hot']);
  });

  describe('to a large crowd', () => {
    const MEMBERS = 300;

    /** A crowd whose first slice has been given a message. */
    async function begun(): Promise<Stage> {
      const stage = new Stage({ hot: MEMBERS, quiet: 1 });
      stage.fanOut.toAll(HOT, message('1'));
      await Promise.resolve();
      expect(stage.taken).toHaveLength(SLICE);
      return stage;
    }

    it('goes slice by slice, a turn each, so that the first need not wait for the last', async () => {
      const stage = await begun();
      const sizes: number[] = [];
      while (stage.taken.length < MEMBERS) {
        await new Promise(setImmediate);
        sizes.push(stage.taken.length);
      }
      expect(sizes).toEqual([2 * SLICE, MEMBERS]);
      expect(stage.walks).toEqual(['hot']);
      expect(new Set(stage.taken).size).toBe(MEMBERS);
    });

    it('is through at once when somebody else has to come after it', async () => {
      const stage = await begun();
      stage.fanOut.toAll(QUIET, message('2'));
      expect(stage.taken).toHaveLength(MEMBERS + 1);
      expect(stage.taken.at(-1)).toBe('quiet0:2');
      await nextTurn();
      expect(stage.taken).toHaveLength(MEMBERS + 1);
    });

    it('gives whoever is still to come the next message with it', async () => {
      const stage = await begun();
      stage.fanOut.toAll(HOT, message('2'));
      expect(stage.taken).toHaveLength(SLICE);
      await nextTurn();
      expect(stage.taken).toHaveLength(2 * MEMBERS);
      expect(stage.takenBy('hot0')).toEqual(['1', '2']);
      expect(stage.takenBy('hot299')).toEqual(['1', '2']);
    });

    it('gives all of them more while some of them wait to be written to', async () => {
      const stage = new Stage({ hot: MEMBERS });
      stage.scheduler.fanOut(MEMBERS, () => {
        for (let index = 0; index < MEMBERS; index += 1) stage.scheduler.add({ flush: () => {} });
      });
      stage.fanOut.toAll(HOT, message('1'));
      await Promise.resolve();
      expect(stage.taken).toHaveLength(MEMBERS);
    });

    it('goes on behind a member that fails', async () => {
      const stage = await begun();
      stage.failing = 'hot130';
      expect(() => stage.fanOut.settle()).toThrow('hot130 fails');
      while (stage.taken.length < MEMBERS - 1) await nextTurn();
      expect(stage.takenBy('hot131')).toEqual(['1']);
    });
  });
});
