import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  property,
  record,
} from 'fast-check';
import type { Backlog } from '../../lib/engine/backlog.js';
import { Batch } from '../../lib/engine/batch.js';
import { ConflatingBacklog } from '../../lib/engine/conflating.backlog.js';
import type { Deliverable } from '../../lib/engine/delivery.js';
import { DroppingBacklog } from '../../lib/engine/dropping.backlog.js';
import { rawEncoder } from '../../lib/protocols/raw/raw.protocol.js';

const LIMITS = { maxMessages: 6, maxBytes: 100 };

interface Entry {
  readonly mark: string;
  readonly isData: boolean;
  readonly topic: string | undefined;
  readonly expiresAt: number;
}

const messageOf = (frame: Buffer, topic: string | undefined, expiresAt = 0): Deliverable => ({
  expiresAt,
  topicBy: () => topic,
  isFor: () => true,
  frame: () => frame,
  sequencedFrame: () => Buffer.alloc(0),
});
const frameOf = (mark: string, size: number): Buffer => Buffer.from(`${mark};`.padEnd(size, '.'));
const marksIn = (bytes: Buffer): string[] =>
  bytes
    .toString()
    .split(/\.*;\.*/)
    .filter((mark) => mark !== '');

const stepOf = (topics: readonly (string | undefined)[]) =>
  oneof(
    record({
      do: constant('data' as const),
      messages: array(
        record({
          size: oneof({ weight: 9, arbitrary: nat(40) }, constant(101)),
          topic: constantFrom(undefined, ...topics),
          ttl: constantFrom(0, 0, 0, 5),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      isShared: boolean(),
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

  append(entries: Model['entries'], now: number): void {
    for (const entry of entries) this.#append(entry);
    if (this.#exceeds()) this.entries = this.entries.filter(({ expiresAt }) => now < expiresAt);
    while (this.#data().length > 1 && this.#exceeds()) {
      const [oldest] = this.#data();
      this.entries = this.entries.filter((one) => one !== oldest);
      this.dropped += 1;
    }
  }

  #append(entry: Model['entries'][number]): void {
    const kept = this.entries.filter(({ topic }) => topic === undefined || topic !== entry.topic);
    this.conflated += this.entries.length - kept.length;
    this.entries = kept;
    if (entry.bytes > LIMITS.maxBytes) this.dropped += 1;
    else this.entries.push(entry);
  }

  reply(mark: string, bytes: number): void {
    this.entries.push({ mark, isData: false, topic: undefined, expiresAt: Infinity, bytes });
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

type Owner = ConstructorParameters<typeof DroppingBacklog>[0];

const KINDS = [
  {
    name: 'DroppingBacklog',
    topics: [undefined],
    make: (owner: Owner): Backlog => new DroppingBacklog(owner),
  },
  {
    name: 'ConflatingBacklog',
    topics: [undefined, 'a', 'b'],
    make: (owner: Owner): Backlog => new ConflatingBacklog(owner, (message) => message.topicBy('')),
  },
];

describe.each(KINDS)('$name', ({ make, topics }) => {
  it('drops the oldest data and what is outdated, keeps answers, and keeps order', () => {
    assert(
      property(array(stepOf(topics), { maxLength: 200, size: 'max' }), (steps) => {
        const model = new Model();
        const lost = { droppedMessages: 0, conflatedMessages: 0 };
        let [now, count] = [0, 0];
        const [taken, expected]: [string[], string[]] = [[], []];
        const owner: Owner = {
          encoder: rawEncoder,
          ...LIMITS,
          clock: () => now,
          bufferedBytes: () => 0,
          lost: (loss, times = 1) => (lost[loss] += times),
        };
        const backlog = make(owner);
        // Shares frames with the other.
        const neighbour = make({ ...owner, lost: () => undefined });
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
          if (one.do === 'reply') {
            const mark = String((count += 1));
            const frame = frameOf(mark, 0);
            backlog.reply(frame);
            model.reply(mark, frame.length);
            continue;
          }
          const entries = one.messages.map(({ topic, ttl, size }) => {
            const mark = String((count += 1));
            const frame = frameOf(mark, size);
            const expiresAt = ttl === 0 ? Infinity : now + ttl;
            return { mark, isData: true, topic, expiresAt, bytes: frame.length, frame };
          });
          const messages = entries.map(({ frame, topic, expiresAt }) =>
            messageOf(frame, topic, expiresAt === Infinity ? 0 : expiresAt),
          );
          const batch = new Batch(messages);
          if (one.isShared) neighbour.append(batch);
          backlog.append(batch);
          model.append(entries, now);
        }
        expect(taken).toEqual(expected);
        expect(backlog.isEmpty).toBe(model.entries.length === 0);
        expect(marksIn(backlog.take(Infinity))).toEqual(model.take(Infinity, now));
        const { dropped, conflated } = model;
        expect(lost).toEqual({ droppedMessages: dropped, conflatedMessages: conflated });
      }),
      { numRuns: 1000 },
    );
  });

  it('counts what waits elsewhere for the same client', () => {
    let dropped = 0;
    const owner: Owner = {
      encoder: rawEncoder,
      ...LIMITS,
      clock: () => 0,
      bufferedBytes: () => 50,
      lost: (_, times = 1) => (dropped += times),
    };
    const backlog = make(owner);
    for (const mark of ['1', '2', '3']) {
      backlog.append(new Batch([messageOf(frameOf(mark, 30), undefined)]));
    }
    expect(dropped).toBe(2);
    expect(marksIn(backlog.take(Infinity))).toEqual(['3']);
  });
});
