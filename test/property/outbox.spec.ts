import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  subarray,
  type Arbitrary,
} from 'fast-check';
import { FlushScheduler } from '../../lib/engine/flush.scheduler.js';
import { Outbox, type OutboxSettings } from '../../lib/engine/outbox.js';
import { FakeChannel, nextTurn } from '../unit/engine/support/fake.channel.js';

const MEMBERS = [0, 1, 2, 3];
const MAX_MESSAGES = 8;

/** What can happen, in any order; times are in milliseconds. */
type Step =
  | {
      readonly do: 'send';
      readonly to: number[];
      readonly sizes: number[];
      readonly ttl: number;
    }
  | { readonly do: 'reply' | 'block' | 'drain' | 'close'; readonly member: number }
  | { readonly do: 'turn' }
  | { readonly do: 'wait'; readonly ms: number };

const member = nat(MEMBERS.length - 1);
const STEP: Arbitrary<Step> = oneof(
  record({
    do: constant('send'),
    to: subarray(MEMBERS, { minLength: 1 }),
    // Several at a time are one piece. Now and then one is written before the turn is over.
    sizes: array(oneof({ weight: 29, arbitrary: nat(20) }, constant(300_000)), {
      minLength: 1,
      maxLength: 3,
    }),
    ttl: oneof(constant(0), nat(20)),
  }),
  record({ do: constantFrom('reply', 'block', 'drain', 'close'), member }),
  record({ do: constant('turn') }),
  record({ do: constant('wait'), ms: nat(15) }),
);
// Without a size, fast-check makes ten steps at most.
const STEPS = array(STEP, { maxLength: 60, size: 'max' });

interface Accepted {
  readonly mark: string;
  readonly expiresAt: number;
}

/** One connection, and what it has been promised. */
class Member {
  readonly accepted: Accepted[] = [];
  readonly outbox: Outbox;
  readonly channel = new FakeChannel();
  overflows = 0;
  isClosed = false;

  constructor(
    settings: OutboxSettings,
    private readonly now: () => number,
  ) {
    this.outbox = new Outbox(settings, this.channel, {
      outboxOverflow: () => {
        this.overflows += 1;
        this.close();
      },
    });
    const write = this.channel.write.bind(this.channel);
    this.channel.write = (frames) => {
      for (const { mark, expiresAt } of this.accepted) {
        const isLate = expiresAt !== 0 && expiresAt <= this.now();
        if (isLate && frames.includes(`<${mark} `)) throw new Error(`${mark} was sent too late`);
      }
      return write(frames);
    };
  }

  accept(marks: string[], expiresAt: number, queue: (outbox: Outbox) => void): void {
    if (this.isClosed) return;
    this.accepted.push(...marks.map((mark) => ({ mark, expiresAt })));
    queue(this.outbox);
  }

  close(): void {
    this.isClosed = true;
    this.outbox.flushForClose();
  }

  /** The marks of the frames it was written, in order; what is no whole frame as it is. */
  get received(): string[] {
    return this.channel.text
      .split(/(<[^>]*>)/)
      .filter((part) => part !== '')
      .map((part) => /^<([\d.]+) x*>$/.exec(part)?.[1] ?? part);
  }

  /** The accepted frames that it was not written, without an excuse. */
  get lost(): string[] {
    if (this.overflows > 0) return [];
    const { received } = this;
    return this.accepted
      .filter(({ expiresAt }) => expiresAt === 0 || expiresAt > this.now())
      .map(({ mark }) => mark)
      .filter((mark) => !received.includes(mark));
  }
}

/** A frame that can be told apart: `<mark xxx>`. */
function frame(mark: string, size: number): Buffer {
  return Buffer.from(`<${mark} ${'x'.repeat(size)}>`);
}

describe('outboxes', () => {
  it('hand on what they accepted, whole, in order and in time, and lose nothing when they close', async () => {
    await assert(
      asyncProperty(STEPS, async (steps) => {
        let now = 1_000_000;
        const settings = {
          scheduler: new FlushScheduler(),
          clock: () => now,
          maxMessages: MAX_MESSAGES,
          maxBytes: 1_000_000,
          hardMaxBytes: 2 * 1_000_000,
        };
        const members = MEMBERS.map(() => new Member(settings, () => now));
        const of = (index: number): Member => members[index] as Member;
        const take = async (step: Step, mark: string): Promise<void> => {
          switch (step.do) {
            case 'send': {
              const marks = step.sizes.map((_, at) => `${mark}.${at}`);
              const shared = Buffer.concat(
                step.sizes.map((size, at) => frame(marks[at] ?? '', size)),
              );
              const expiresAt = step.ttl === 0 ? 0 : now + step.ttl;
              for (const index of step.to) {
                of(index).accept(marks, expiresAt, (outbox) =>
                  outbox.append(shared, expiresAt, marks.length),
                );
              }
              return;
            }
            case 'reply':
              return of(step.member).accept([mark], 0, (outbox) => outbox.reply(frame(mark, 0)));
            case 'block':
              of(step.member).channel.takes = false;
              return;
            case 'drain':
              of(step.member).channel.takes = true;
              return of(step.member).outbox.drained();
            case 'turn':
              return nextTurn();
            case 'wait':
              now += step.ms;
              return;
            case 'close':
              return of(step.member).close();
          }
        };
        for (const [index, step] of steps.entries()) {
          await take(step, String(index));
          const closed = members.filter((_, at) => step.do === 'close' && step.member === at);
          expect(closed.flatMap(({ lost }) => lost)).toEqual([]);
        }
        for (const { channel, outbox } of members) {
          channel.takes = true;
          outbox.drained();
        }
        await nextTurn();
        for (const { received, accepted, lost, overflows } of members) {
          const marks = accepted.map(({ mark }) => mark);
          expect(received).toEqual(marks.filter((mark) => received.includes(mark)));
          expect(lost).toEqual([]);
          expect(overflows).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});
