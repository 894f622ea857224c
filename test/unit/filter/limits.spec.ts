import { jest } from '@jest/globals';
import { Filter, FilterError, MAX_FILTER_LENGTH } from '../../../lib/filter/filter.js';
import { Tokenizer } from '../../../lib/filter/tokenizer.js';

const KIB = 1024;

function nested(depth: number, open: string, inner: string, close: string): string {
  return open.repeat(depth) + inner + close.repeat(depth);
}

/** Each pair of parentheses with as many comparisons behind as the ones around leave room for. */
function stairs(): string {
  let text = 'true';
  for (let room = 1; room < 100; room += 1) text = `(${text})${' eq true'.repeat(room)}`;
  return text;
}

function outcome(text: string, read: () => void = () => undefined): string {
  try {
    return `accepted: ${Filter.parse(text).matches(subjectOf(read))}`;
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
}

/** Counts what is read of it. */
function subjectOf(read: () => void): Parameters<Filter['matches']>[0] {
  return {
    get userId() {
      read();
      return 'user1';
    },
    connectionId: 'c',
    protocol: null,
    groups: new Set(['g']),
  };
}

describe('limits of filters', () => {
  const DEEP = 'nested more than 100 deep at position';
  const MANY = 'has more than 100 clauses at position';

  it.each([
    { what: '100 nots', text: nested(100, 'not ', 'true', ''), says: 'accepted: true' },
    {
      what: '99 calls in a comparison',
      text: `${nested(99, 'trim(', 'userId', ')')} eq 'user1'`,
      says: 'accepted: true',
    },
    {
      what: '100 calls in a comparison',
      text: `${nested(100, 'trim(', 'userId', ')')} eq 'user1'`,
      says: DEEP,
    },
    { what: '100 comparisons', text: `true${' eq true'.repeat(100)}`, says: 'accepted: true' },
    { what: '101 lists', text: `true${' in (true)'.repeat(101)}`, says: DEEP },
    { what: '101 lists in lists', text: nested(101, 'true in (', 'true', ')'), says: DEEP },
    { what: 'parentheses full of comparisons', text: stairs(), says: DEEP },
    {
      what: '101 clauses in parentheses',
      text: `(${Array.from({ length: 50 }, () => '(true or true)').join(' and ')} and true)`,
      says: MANY,
    },
    {
      what: '100 clauses in parentheses',
      text: Array.from({ length: 50 }, () => '(true or true)').join(' and '),
      says: 'accepted: true',
    },
    {
      what: 'clauses in items',
      text: `true in (${Array.from({ length: 100 }, () => 'true or true').join(',')})`,
      says: MANY,
    },
    {
      what: 'as long as can be',
      text: 'true'.padEnd(MAX_FILTER_LENGTH),
      says: 'accepted: true',
    },
  ])('$what: $says', ({ text, says }) => {
    expect(outcome(text)).toContain(says);
  });
});

describe('hostile filters', () => {
  const HOSTILE: readonly { what: string; of: (length: number) => string }[] = [
    { what: 'parentheses', of: (length) => '('.repeat(length) },
    { what: 'balanced parentheses', of: (length) => nested(length / 2, '(', 'true', ')') },
    { what: 'nots', of: (length) => 'not '.repeat(length / 4) },
    { what: 'calls', of: (length) => 'concat('.repeat(length / 7) },
    { what: 'unknown calls', of: (length) => 'f('.repeat(length / 2) },
    { what: 'unknown calls side by side', of: (length) => 'f()'.repeat(length / 3) },
    { what: 'clauses', of: (length) => `true${' or true'.repeat(length / 8)}` },
    { what: 'comparisons', of: (length) => `1${' eq 1'.repeat(length / 5)}` },
    { what: 'a long list', of: (length) => `userId in (${"'a',".repeat(length / 4)}'b')` },
    { what: 'a list of properties', of: (length) => `1 in (${'userId,'.repeat(length / 7)}null)` },
    {
      what: 'a list of calls',
      of: (length) => `1 in (${'concat(userId,userId),'.repeat(length / 22)}null)`,
    },
    {
      what: 'a list of lists',
      of: (length) => `1 in (${'userId in (userId),'.repeat(length / 19)}null)`,
    },
    { what: 'an unterminated string', of: (length) => `userId eq '${'x'.repeat(length)}` },
    { what: 'an unterminated list', of: (length) => `userId in (${"'a',".repeat(length / 4)}` },
    { what: 'quotes', of: (length) => "'".repeat(length) },
    { what: 'an even number of quotes', of: (length) => `userId eq '${"''".repeat(length / 2)}'` },
    { what: 'spaces', of: (length) => ' '.repeat(length) },
    { what: 'digits', of: (length) => '9'.repeat(length) },
    { what: 'minus signs', of: (length) => '-'.repeat(length) },
    { what: 'a long name', of: (length) => 'a'.repeat(length) },
    { what: 'stairs', of: (length) => stairs().padEnd(length) },
  ];

  /** How often something is looked at, parsing and asking once. */
  function stepsOf(text: string): { tokens: number; characters: number; reads: number } {
    const steps = { tokens: 0, characters: 0, reads: 0 };
    const next = jest.spyOn(Tokenizer.prototype, 'next');
    try {
      outcome(text, () => (steps.reads += 1));
    } finally {
      for (const { value } of next.mock.results) {
        const { start, end } = value as ReturnType<Tokenizer['next']>;
        steps.characters += end - start;
      }
      steps.tokens = next.mock.calls.length;
      next.mockRestore();
    }
    return steps;
  }

  it.each(HOSTILE)('$what take time in proportion to their length', ({ of }) => {
    const [short, long] = [stepsOf(of(25 * KIB)), stepsOf(of(100 * KIB))];
    expect(long.tokens).toBeLessThanOrEqual(4 * short.tokens + 10);
    expect(long.reads).toBeLessThanOrEqual(4 * short.reads + 10);
    // Each character once, and nothing but characters.
    expect(long.characters).toBeLessThanOrEqual(of(100 * KIB).length);
    expect(long.tokens).toBeLessThanOrEqual(of(100 * KIB).length + 1);
  });

  it.each(HOSTILE)('$what take no second', ({ of }) => {
    const before = performance.now();
    outcome(of(100 * KIB));
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it.each(['contains', 'indexof'])('%s looks at the characters of a long text once', (name) => {
    const half = 'a'.repeat(12 * KIB);
    const call = `${name}(concat(userId,'${half.repeat(6)}'),'${half}b${half}')`;
    const filter = Filter.parse(`${call} in (true,-1)`);
    const charCodeAt = jest.spyOn(String.prototype, 'charCodeAt');
    try {
      expect(filter.matches(subjectOf(() => undefined))).toBe(name === 'indexof');
      const looks = charCodeAt.mock.calls.length;
      // None at all would be the search of the runtime, which looks at them thousands of times.
      expect(looks).toBeGreaterThan(72 * KIB);
      expect(looks).toBeLessThan(6 * 100 * KIB);
    } finally {
      charCodeAt.mockRestore();
    }
  });
});
