import { jest } from '@jest/globals';
import { TimingWheel, type Timed } from '../../../lib/engine/timing.wheel.js';

const TICK_MS = 50;
const TURN_MS = 1024 * TICK_MS;

let now = 0;

beforeEach(() => {
  jest.useFakeTimers();
  now = performance.now();
});

afterEach(() => {
  jest.useRealTimers();
});

function elapsed(): number {
  return performance.now() - now;
}

/** Notes when it was told, in milliseconds since the test began. */
class Bell implements Timed {
  readonly rings: number[] = [];

  constructor(private readonly onRing: () => void = () => {}) {}

  onTimer(): void {
    this.rings.push(elapsed());
    // A bell that never stops would hang the test instead of failing it.
    if (this.rings.length > 100) throw new Error('it rings without an end');
    this.onRing();
  }
}

describe('TimingWheel', () => {
  it.each([
    0,
    1,
    49,
    50,
    51,
    1000,
    30_000,
    TURN_MS - TICK_MS,
    TURN_MS - 1,
    TURN_MS,
    TURN_MS + 1,
    2 * TURN_MS,
    3_600_000,
  ])('rings once, after %d ms and before the second tick from then', (delayMs) => {
    const wheel = new TimingWheel();
    const bell = new Bell();
    wheel.schedule(delayMs, bell);
    jest.advanceTimersByTime(delayMs + 2 * TICK_MS);
    expect(bell.rings).toHaveLength(1);
    expect(bell.rings[0]).toBeGreaterThanOrEqual(delayMs);
    jest.advanceTimersByTime(2 * TURN_MS);
    expect(bell.rings).toHaveLength(1);
  });

  it('counts from the moment of the call, wherever the wheel stands', () => {
    const wheel = new TimingWheel();
    wheel.schedule(10 * TURN_MS, new Bell());
    const bells = Array.from({ length: 120 }, () => {
      jest.advanceTimersByTime(7);
      const bell = new Bell();
      const due = elapsed() + 1000;
      wheel.schedule(1000, bell);
      return { bell, due };
    });
    jest.advanceTimersByTime(2000);
    for (const { bell, due } of bells) {
      expect(bell.rings).toHaveLength(1);
      expect((bell.rings[0] ?? 0) - due).toBeGreaterThanOrEqual(0);
      expect((bell.rings[0] ?? 0) - due).toBeLessThan(2 * TICK_MS);
    }
  });

  it('keeps what it is given in the order of time', () => {
    const wheel = new TimingWheel();
    const order: number[] = [];
    const delays = [5000, 60, TURN_MS + 400, 1200, 2 * TURN_MS, 700, 110_000];
    for (const delay of delays) wheel.schedule(delay, new Bell(() => order.push(delay)));
    jest.advanceTimersByTime(4 * TURN_MS);
    expect(order).toEqual(delays.toSorted((a, b) => a - b));
  });

  describe('when the process was held up', () => {
    /** The clock goes on while no timer fires. */
    function stall(ms: number): void {
      const stalled = performance.now() + ms;
      jest.spyOn(performance, 'now').mockImplementation(() => stalled);
    }

    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('catches up', () => {
      const wheel = new TimingWheel();
      const due = new Bell();
      const later = new Bell();
      wheel.schedule(10_000, due);
      wheel.schedule(20_000, later);
      stall(15_000);
      jest.advanceTimersByTime(TICK_MS);
      expect(due.rings).toHaveLength(1);
      expect(later.rings).toHaveLength(0);
    });

    it('does not shorten what was scheduled before it could catch up', () => {
      const wheel = new TimingWheel();
      const bell = new Bell();
      wheel.schedule(60_000, new Bell());
      stall(15_000);
      wheel.schedule(1000, bell);
      jest.advanceTimersByTime(TICK_MS);
      expect(bell.rings).toEqual([]);
      stall(1100);
      jest.advanceTimersByTime(TICK_MS);
      expect(bell.rings).toHaveLength(1);
    });

    it('does not shorten what is scheduled while it catches up', () => {
      const wheel = new TimingWheel();
      const second = new Bell();
      wheel.schedule(100, new Bell(() => wheel.schedule(1000, second)));
      wheel.schedule(60_000, new Bell());
      stall(15_000);
      jest.advanceTimersByTime(TICK_MS);
      expect(second.rings).toEqual([]);
    });
  });

  describe('cancel', () => {
    it('keeps a timer from ringing', () => {
      const wheel = new TimingWheel();
      const bell = new Bell();
      const timer = wheel.schedule(1000, bell);
      jest.advanceTimersByTime(900);
      wheel.cancel(timer);
      jest.advanceTimersByTime(2 * TURN_MS);
      expect(bell.rings).toEqual([]);
    });

    it('reaches a timer that is due in the same tick', () => {
      const wheel = new TimingWheel();
      const second = new Bell();
      const first = new Bell(() => wheel.cancel(timer));
      wheel.schedule(1000, first);
      const timer = wheel.schedule(1000, second);
      jest.advanceTimersByTime(2 * TURN_MS);
      expect(first.rings).toHaveLength(1);
      expect(second.rings).toEqual([]);
    });

    it('changes nothing for a timer that has rung or was cancelled', () => {
      const wheel = new TimingWheel();
      const bell = new Bell();
      const rung = wheel.schedule(100, new Bell());
      const cancelled = wheel.schedule(5000, new Bell());
      wheel.schedule(5000, bell);
      jest.advanceTimersByTime(1000);
      for (const timer of [rung, rung, cancelled, cancelled]) wheel.cancel(timer);
      jest.advanceTimersByTime(5000);
      expect(bell.rings).toHaveLength(1);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it.each([TICK_MS, 1000, TURN_MS - TICK_MS, TURN_MS - 30, TURN_MS, TURN_MS + 50, 2 * TURN_MS])(
    'lets a timer schedule itself again, every %d ms',
    (delayMs) => {
      const wheel = new TimingWheel();
      const bell: Bell = new Bell(() => wheel.schedule(delayMs, bell));
      wheel.schedule(delayMs, bell);
      jest.advanceTimersByTime(5 * (delayMs + TICK_MS));
      let last = 0;
      for (const ring of bell.rings) {
        expect(ring - last).toBeGreaterThanOrEqual(delayMs);
        last = ring;
      }
      expect(bell.rings.length).toBeGreaterThanOrEqual(5);
    },
  );

  describe('runs no interval', () => {
    it('before anything is scheduled', () => {
      const wheel = new TimingWheel();
      expect(jest.getTimerCount()).toBe(0);
      wheel.schedule(1000, new Bell());
      wheel.schedule(2000, new Bell());
      expect(jest.getTimerCount()).toBe(1);
    });

    it('when everything has rung', () => {
      const wheel = new TimingWheel();
      wheel.schedule(1000, new Bell());
      wheel.schedule(2000, new Bell());
      jest.advanceTimersByTime(1500);
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(1000);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('when everything was cancelled', () => {
      const wheel = new TimingWheel();
      const timers = [100, 1000, TURN_MS].map((delay) => wheel.schedule(delay, new Bell()));
      for (const timer of timers) wheel.cancel(timer);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('after it was stopped, and rings nobody', () => {
      const wheel = new TimingWheel();
      const second = new Bell();
      wheel.schedule(100, new Bell(() => wheel.stop()));
      const timer = wheel.schedule(100, second);
      jest.advanceTimersByTime(TURN_MS);
      wheel.cancel(timer);
      expect(second.rings).toEqual([]);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('works again after it was stopped or ran empty', () => {
    const wheel = new TimingWheel();
    const bell = new Bell();
    wheel.schedule(100, bell);
    jest.advanceTimersByTime(10_000);
    wheel.schedule(100, new Bell());
    wheel.stop();
    jest.advanceTimersByTime(10_000);
    wheel.schedule(100, bell);
    jest.advanceTimersByTime(10_000);
    expect(bell.rings).toHaveLength(2);
  });
});
