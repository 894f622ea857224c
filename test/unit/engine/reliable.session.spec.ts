import { Batch } from '../../../lib/engine/batch.js';
import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { MessageBlocks } from '../../../lib/engine/message.blocks.js';
import { Message } from '../../../lib/engine/message.js';
import { Outbox } from '../../../lib/engine/outbox.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { ReliableSession } from '../../../lib/engine/reliable.session.js';
import { FakeChannel, nextTurn } from './support/fake.channel.js';
import { lineEncoder, reliableLineEncoder } from './support/line.protocol.js';

let now = 1_000_000;

class Rig {
  readonly session: ReliableSession;
  channel = new FakeChannel();
  outbox = this.#createOutbox();
  overflows = 0;

  constructor(limits: { maxMessages?: number; maxBytes?: number } = {}) {
    const parts = {
      blocks: new MessageBlocks(),
      clock: () => now,
      recoveryWindowMs: 30_000,
    };
    this.session = new ReliableSession(
      { maxMessages: 5, maxBytes: 1000, ...parts, ...limits },
      reliableLineEncoder,
      { sessionOverflow: () => (this.overflows += 1), reply: () => {} },
    );
  }

  /** Messages of the texts; they expire after so many milliseconds. */
  deliver(texts: readonly string[], ttlMs = 0): void {
    for (const text of texts) this.deliverTogether([text], ttlMs);
  }

  deliverTogether(texts: readonly string[], ttlMs = 0): void {
    const expiresAt = ttlMs === 0 ? 0 : now + ttlMs;
    const origin = { from: 'server' } as const;
    const messages = texts.map(
      (text) => new Message({ origin, payload: textPayload(text), expiresAt }),
    );
    this.session.deliver(new Batch(messages), lineEncoder, this.outbox);
  }

  /** What the client gets over a new socket. */
  async resumed(): Promise<string[]> {
    this.channel = new FakeChannel();
    this.outbox = this.#createOutbox();
    this.session.resume(this.outbox);
    return this.sent();
  }

  async sent(): Promise<string[]> {
    await nextTurn();
    return this.channel.text.split('\n').slice(0, -1);
  }

  #createOutbox(): Outbox {
    const settings = {
      scheduler: new FlushScheduler(),
      clock: () => now,
      maxMessages: 1000,
      maxBytes: 1_000_000,
      hardMaxBytes: 2_000_000,
    };
    const outbox = new Outbox(settings, this.channel, { outboxOverflow: () => {} });
    outbox.drained();
    return outbox;
  }
}

beforeEach(() => {
  now = 1_000_000;
});

describe('ReliableSession', () => {
  it('R02 numbers from 1 without a gap', async () => {
    const rig = new Rig();
    rig.deliver(['a', 'b', 'c']);
    expect(await rig.sent()).toEqual(['1 a', '2 b', '3 c']);
  });

  it('R09 numbers and keeps what comes while there is no socket', async () => {
    const rig = new Rig();
    const origin = { from: 'server' } as const;
    for (const text of ['a', 'b']) {
      const message = new Message({ origin, payload: textPayload(text) });
      rig.session.deliver(new Batch([message]), lineEncoder, undefined);
    }
    expect(await rig.resumed()).toEqual(['1 a', '2 b']);
  });

  it('takes what comes together at once, and what fits of what does not', async () => {
    const rig = new Rig({ maxMessages: 5 });
    rig.deliverTogether(['a', 'b', 'c']);
    rig.deliverTogether(['d', 'e']);
    expect(rig.session.size).toBe(5);
    expect(rig.overflows).toBe(0);
    const other = new Rig({ maxMessages: 5 });
    other.deliverTogether(['a', 'b', 'c', 'd', 'e', 'surplus', 'more']);
    expect(await other.sent()).toEqual(['1 a', '2 b', '3 c', '4 d', '5 e']);
    expect(other.overflows).toBe(1);
  });

  it('makes room for what comes together, one message after the other', async () => {
    const rig = new Rig({ maxMessages: 3 });
    rig.deliver(['old'], 1000);
    rig.deliver(['a']);
    now += 1000;
    rig.deliverTogether(['b', 'c']);
    expect(rig.overflows).toBe(0);
    expect(await rig.resumed()).toEqual(['2 a', '3 b', '4 c']);
  });

  it('R04 gives two members their own numbers for one message', async () => {
    const [one, other] = [new Rig(), new Rig()];
    other.deliver(['before']);
    const message = new Message({ origin: { from: 'server' }, payload: textPayload('x') });
    for (const { session, outbox } of [one, other])
      session.deliver(new Batch([message]), lineEncoder, outbox);
    expect([await one.sent(), await other.sent()]).toEqual([['1 x'], ['1 before', '2 x']]);
  });

  it.each<[string, bigint, string[]]>([
    ['R05 nothing', 0n, ['1 a', '2 b', '3 c']],
    ['R06, R08 what is confirmed, and all before it', 2n, ['3 c']],
    ['everything', 3n, []],
    ['R07 everything over a number that was never given', 99n, []],
    ['everything over the largest number', 2n ** 64n - 1n, []],
  ])('lets go of %s', async (_what, sequenceId, kept) => {
    const rig = new Rig();
    rig.deliver(['a', 'b', 'c']);
    rig.session.confirm(sequenceId);
    expect(rig.session.size).toBe(kept.length);
    expect(await rig.resumed()).toEqual(kept);
  });

  it('is not confused by a number lower than an earlier one (6.3)', async () => {
    const rig = new Rig();
    rig.deliver(['a', 'b', 'c']);
    for (const sequenceId of [2n, 1n, 0n, 2n]) rig.session.confirm(sequenceId);
    rig.deliver(['d']);
    expect(await rig.resumed()).toEqual(['3 c', '4 d']);
  });

  it('sends again the very bytes it has sent', async () => {
    const rig = new Rig();
    rig.deliver(['a']);
    await nextTurn();
    const [first] = rig.channel.writes;
    await rig.resumed();
    expect(rig.channel.writes[0]).toBe(first);
  });

  describe('limits (6.6)', () => {
    it.each<[string, { maxMessages?: number; maxBytes?: number }, string[], string]>([
      ['R24 messages', {}, ['a', 'b', 'c', 'd', 'e'], 'f'],
      // A line is the number, a space, the text and a line break.
      ['R26 bytes', { maxBytes: 12 }, ['aaa', 'bbb'], ''],
    ])('%s: so many may be pending, and no more', async (_what, limits, fitting, surplus) => {
      const rig = new Rig(limits);
      rig.deliver(fitting);
      await nextTurn();
      expect(rig.overflows).toBe(0);
      expect(rig.session.size).toBe(fitting.length);
      rig.deliver([surplus, 'more', 'and more']);
      expect(rig.overflows).toBe(0);
      await nextTurn();
      expect(rig.overflows).toBe(1);
      expect(rig.session.size).toBe(0);
      expect(await rig.sent()).toHaveLength(fitting.length);
    });

    it('R25 have room again for what was confirmed', async () => {
      const rig = new Rig({ maxBytes: 30 });
      for (let round = 1; round <= 100; round += 1) {
        rig.deliver(['a', 'b', 'c', 'd', 'e']);
        rig.session.confirm(BigInt(5 * round));
      }
      await nextTurn();
      expect(rig.overflows).toBe(0);
      expect((await rig.sent()).at(-1)).toBe('500 e');
    });
  });

  describe('messages with a time to live (9.2)', () => {
    it('are not sent again when it is over, and their numbers are not used again', async () => {
      const rig = new Rig();
      rig.deliver(['a']);
      rig.deliver(['b'], 1000);
      rig.deliver(['c'], 5000);
      now += 1000;
      rig.deliver(['d']);
      expect(await rig.resumed()).toEqual(['1 a', '3 c', '4 d']);
      expect(rig.session.size).toBe(3);
    });

    it('do not count when it is over', async () => {
      const rig = new Rig();
      for (let count = 0; count < 100; count += 1) {
        rig.deliver(['x'], 2000);
        now += 1000;
      }
      await nextTurn();
      expect(rig.overflows).toBe(0);
      expect(await rig.resumed()).toEqual(['100 x']);
    });

    it('do not confuse what is confirmed', async () => {
      const rig = new Rig();
      rig.deliver(['a'], 1000);
      rig.deliver(['b', 'c']);
      now += 1000;
      expect(await rig.resumed()).toEqual(['2 b', '3 c']);
      rig.session.confirm(2n);
      expect(await rig.resumed()).toEqual(['3 c']);
    });
  });
});
