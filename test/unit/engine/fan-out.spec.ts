import type { Target } from '../../../lib/backplane/backplane.message.js';
import type { Batch } from '../../../lib/engine/batch.js';
import type { Connection } from '../../../lib/engine/connection.js';
import { FanOut, type Audience } from '../../../lib/engine/fan-out.js';
import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { Message } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { nextTurn } from './support/fake.channel.js';

const CROWD = 64;
const HOT: Target = { kind: 'group', group: 'hot' };
const QUIET: Target = { kind: 'group', group: 'quiet' };

const message = (text: string): Message =>
  new Message({ origin: { from: 'server' }, payload: textPayload(text) });

/** Notes who takes what, as `member:text`; and how often each audience is walked over. */
class Stage implements Audience {
  readonly taken: string[] = [];
  readonly walks: string[] = [];
  readonly fanOut = new FanOut(this, new FlushScheduler());
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
});
