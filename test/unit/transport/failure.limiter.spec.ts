import { FailureLimiter } from '../../../lib/transport/failure.limiter.js';

const LIMIT = 1000;
const WINDOW_MS = 10_000;
const MAX_ADDRESSES = 10_000;

let now = 0;
let limiter: FailureLimiter;

beforeEach(() => {
  now = 1_000_000;
  limiter = new FailureLimiter(() => now);
});

function fail(address: string, times: number): void {
  for (let count = 0; count < times; count += 1) limiter.record(address);
}

describe('FailureLimiter', () => {
  it('lets an address fail so often and no more', () => {
    expect(limiter.isExceeded('a')).toBe(false);
    fail('a', LIMIT - 1);
    expect(limiter.isExceeded('a')).toBe(false);
    fail('a', 1);
    expect(limiter.isExceeded('a')).toBe(true);
  });

  it('does not blame another address', () => {
    fail('a', LIMIT);
    expect(limiter.isExceeded('b')).toBe(false);
  });

  it('forgives when the window is over', () => {
    fail('a', LIMIT);
    now += WINDOW_MS - 1;
    expect(limiter.isExceeded('a')).toBe(true);
    now += 1;
    expect(limiter.isExceeded('a')).toBe(false);
    fail('a', LIMIT - 1);
    expect(limiter.isExceeded('a')).toBe(false);
  });

  it('starts again rather than tell too many addresses apart', () => {
    fail('a', LIMIT);
    for (let index = 1; index < MAX_ADDRESSES; index += 1) fail(`b${index}`, 1);
    expect(limiter.isExceeded('a')).toBe(true);
    fail('one more', 1);
    expect(limiter.isExceeded('a')).toBe(false);
  });
});
