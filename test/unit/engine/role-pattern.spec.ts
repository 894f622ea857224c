import { RolePattern } from '../../../lib/engine/role-pattern.js';

function compiled(text: string): RolePattern {
  const pattern = RolePattern.compile(text);
  if (!(pattern instanceof RolePattern)) throw new Error(`${text}: ${pattern.problem}`);
  return pattern;
}

/** client-protocols.md 1.8, and what its rules imply. */
const PATTERNS: readonly { pattern: string; matches: string[]; misses: string[] }[] = [
  { pattern: 'room*', matches: ['room', 'room1', 'rooms-a'], misses: ['room.1', 'Room1', 'roo'] },
  { pattern: 'a?c', matches: ['abc', 'a-c', 'a?c', 'a*c'], misses: ['a.c', 'ac', 'abbc'] },
  {
    pattern: 'org.*.read',
    matches: ['org.x.read', 'org..read'],
    misses: ['org.x.y.read', 'org.read', 'org.x.reads'],
  },
  { pattern: 'org.**', matches: ['org.', 'org.x.y'], misses: ['org', 'orgx'] },
  { pattern: '**end', matches: ['end', 'a.b.end', 'endend'], misses: ['end.a', 'en'] },
  { pattern: 'a\\*.***b', matches: ['a*.b', 'a*.x.y.b'], misses: ['ax.b', 'a*b', 'a\\*.b'] },
  { pattern: '**', matches: ['x', '.', 'x.y z', ''], misses: [] },
  { pattern: '*', matches: ['x', ''], misses: ['.', 'x.y'] },
  { pattern: '?', matches: ['x', '*'], misses: ['', '.', 'xy'] },
  { pattern: '*.?', matches: ['a.b', '.b'], misses: ['a.', 'a.b.c'] },
  { pattern: 'a*b*c', matches: ['abc', 'abbcbc', 'a--b--c'], misses: ['acb', 'a.bc', 'abc.'] },
  { pattern: '**.*', matches: ['.', 'a.b.c', 'a.'], misses: ['abc'] },
  { pattern: '*a**b', matches: ['ab', 'xa.b', 'xaxa.y.b'], misses: ['.ab', 'a.', 'b'] },
  { pattern: '*aab', matches: ['aab', 'aaab', 'aaaaaab'], misses: ['aa', 'aba'] },
  { pattern: 'a\\?\\\\', matches: ['a?\\'], misses: ['ab\\', 'a?'] },
  { pattern: 'a+(b|c)[d]{2}^$', matches: ['a+(b|c)[d]{2}^$'], misses: ['abdd'] },
  { pattern: 'é*\u{1f600}', matches: ['é\u{1f600}', 'éx\u{1f600}'], misses: ['e\u{1f600}'] },
];

describe('RolePattern', () => {
  it.each(PATTERNS.flatMap(({ pattern, matches }) => matches.map((group) => [pattern, group])))(
    '%s matches %j',
    (pattern, group) => {
      expect(compiled(pattern).matches(group)).toBe(true);
    },
  );

  it.each(PATTERNS.flatMap(({ pattern, misses }) => misses.map((group) => [pattern, group])))(
    '%s does not match %j',
    (pattern, group) => {
      expect(compiled(pattern).matches(group)).toBe(false);
    },
  );

  it.each([
    ['another escape (P11)', 'a\\b', 'the pattern has a lone backslash'],
    ['a backslash at the end', 'a\\', 'the pattern has a lone backslash'],
    ['six asterisks', '*a*b*c*d*e*', 'more than 5 asterisks'],
    ['six asterisks in a row (U13)', '******', 'more than 5 asterisks'],
    ['three times two asterisks (U13)', '**a**b**', 'more than 5 asterisks'],
    ['1025 characters', 'a'.repeat(1025), 'the pattern is too long'],
  ])('refuses %s', (_what, pattern, problem) => {
    expect(RolePattern.compile(pattern)).toEqual({ problem });
  });

  it.each([
    ['five asterisks', '*a*b*c*d*'],
    ['escaped asterisks beside five', '\\*\\**a*b*c*d*'],
    ['1024 characters', '?'.repeat(1024)],
  ])('accepts %s', (_what, pattern) => {
    expect(RolePattern.compile(pattern)).toBeInstanceOf(RolePattern);
  });

  it.each([
    ['room', 'room'],
    ['a\\*\\?\\\\.b', 'a*?\\.b'],
    ['room*', undefined],
    ['roo?', undefined],
    ['**', undefined],
  ])('knows what %s stands for without a wildcard', (pattern, literal) => {
    expect(compiled(pattern).literal).toBe(literal);
  });

  it.each([
    ['**', true],
    ['*****', true],
    ['*', false],
    ['**a', false],
    ['\\*\\*', false],
  ])('knows whether %s is everything', (pattern, isEverything) => {
    expect(compiled(pattern).isEverything).toBe(isEverything);
  });

  it.each([
    ['one run before a long literal', `*${'a'.repeat(1023)}`, 'a'.repeat(1024)],
    ['five runs', `*${'*a'.repeat(4)}${'a'.repeat(1000)}b`, 'a'.repeat(1024)],
    ['runs that cross dots', `**a*${'a'.repeat(500)}*b`, 'a'.repeat(1024)],
    ['single characters', `*${'?'.repeat(1000)}b`, 'a'.repeat(1024)],
  ])('takes at most pattern times text: %s', (_what, text, group) => {
    const pattern = compiled(text);
    const start = performance.now();
    pattern.matches(group);
    // About a million steps, some milliseconds; a matcher that backtracks takes minutes.
    expect(performance.now() - start).toBeLessThan(500);
  });
});
