import { array, assert, constant, constantFrom, nat, oneof, property, record } from 'fast-check';
import { Backlog } from '../../lib/engine/backlog.js';
import type { Deliverable } from '../../lib/engine/delivery.js';

const LIMITS = { maxMessages: 6, maxBytes: 100 };

interface Entry {
  readonly mark: string;
  readonly isData: boolean;
  readonly topic: string | undefined;
  readonly expiresAt: number;
}

const messageOf = (topic: string | undefined, expiresAt = 0): Deliverable => ({
  expiresAt,
  topicBy: () => topic,
  isFor: () => true,
  frame: () => Buffer.alloc(0),
  sequencedFrame: () => Buffer.alloc(0),
});
const topicOf = (message: Deliverable): string | undefined => message.topicBy('');
const frameOf = (mark: string, size: number): Buffer => Buffer.from(`${mark};`.padEnd(size, '.'));
const marksIn = (bytes: Buffer): string[] =>
  bytes
    .toString()
    .split(/\.*;\.*/)
    .filter((mark) => mark !== '');

const step = oneof(
  record({
    do: constant('data' as const),
    size: oneof({ weight: 9, arbitrary: nat(40) }, constant(101)),
    topic: constantFrom(undefined, undefined, 'a', 'b'),
    ttl: constantFrom(0, 0, 0, 5),
  }),
  record({ do: constant('reply' as const) }),
  record({ do: constant('take' as const), bytes: nat(60) }),
  record({ do: constant('wait' as const), ms: nat(6) }),
);

/** The same, as slow and as plain as it can be written. */
class Model {
  entries: (Entry & { readonly bytes: number })[] = [];
  dropped = 0;
  conflated = 0;

  append(entry: Entry & { readonly bytes: number }, now: number): void {
    const kept = this.entries.filter(({ topic }) => topic === undefined || topic !== entry.topic);
    this.conflated += this.entries.length - kept.length;
    this.entries = kept;
    if (entry.bytes > LIMITS.maxBytes) {
      this.dropped += 1;
      return;
    }
    this.entries.push(entry);
    if (this.#exceeds()) this.entries = this.entries.filter(({ expiresAt }) => now < expiresAt);
    while (this.#data().length > 1 && this.#exceeds()) {
      const [oldest] = this.#data();
      this.entries = this.entries.filter((one) => one !== oldest);
      this.dropped += 1;
    }
  }

  take(bytes: number, now: number): string[] {
    const taken: string[] = [];
    for (let sum = 0; sum < bytes && this.entries.length > 0;) {
      const [{ mark, expiresAt, bytes: size }] = this.entries as [Model['entries'][number]];
      this.entries.shift();
      if (now >= expiresAt) continue;
      taken.push(mark);
      sum += size;
    }
    return taken;
  }

  #data(): Model['entries'] {
    return this.entries.filter(({ isData }) => isData);
  }

  #exceeds(): boolean {
    const data = this.#data();
    const bytes = data.reduce((sum, one) => sum + one.bytes, 0);
    return data.length > LIMITS.maxMessages || bytes > LIMITS.maxBytes;
  }
}

describe('Backlog', () => {
  it('drops the oldest data and what is outdated, keeps answers, and keeps order', () => {
    assert(
      property(array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const model = new Model();
        let [dropped, conflated, now, count] = [0, 0, 0, 0];
        const [taken, expected]: [string[], string[]] = [[], []];
        const backlog = new Backlog(
          { ...LIMITS, clock: () => now, bufferedBytes: () => 0 },
          {
            topicOf,
            count: (what) => {
              if (what === 'droppedMessages') dropped += 1;
              else conflated += 1;
            },
          },
        );
        for (const one of steps) {
          if (one.do === 'wait') {
            now += one.ms;
            continue;
          }
          if (one.do === 'take') {
            taken.push(...marksIn(backlog.take(one.bytes)), '|');
            expected.push(...model.take(one.bytes, now), '|');
            continue;
          }
          const mark = String((count += 1));
          if (one.do === 'reply') {
            const frame = frameOf(mark, 0);
            backlog.reply(frame);
            const expiresAt = Infinity;
            model.entries.push({
              mark,
              isData: false,
              topic: undefined,
              expiresAt,
              bytes: frame.length,
            });
            continue;
          }
          const { topic, ttl, size } = one;
          const frame = frameOf(mark, size);
          const expiresAt = ttl === 0 ? Infinity : now + ttl;
          backlog.append(frame, messageOf(topic, ttl === 0 ? 0 : expiresAt));
          model.append({ mark, isData: true, topic, expiresAt, bytes: frame.length }, now);
        }
        expect(taken).toEqual(expected);
        expect(backlog.isEmpty).toBe(model.entries.length === 0);
        expect(marksIn(backlog.take(Infinity))).toEqual(model.take(Infinity, now));
        expect([dropped, conflated]).toEqual([model.dropped, model.conflated]);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts what waits elsewhere for the same client', () => {
    let dropped = 0;
    const backlog = new Backlog(
      { ...LIMITS, clock: () => 0, bufferedBytes: () => 50 },
      { topicOf, count: () => (dropped += 1) },
    );
    for (const mark of ['1', '2', '3']) {
      backlog.append(frameOf(mark, 30), messageOf(undefined));
    }
    expect(dropped).toBe(2);
    expect(marksIn(backlog.take(Infinity))).toEqual(['3']);
  });
});
