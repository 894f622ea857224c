import { jest } from '@jest/globals';
import { Filter, FilterError, MAX_FILTER_LENGTH } from '../../../lib/filter/filter.js';

const subject = (connectionId: string, userId: string | null, groups: readonly string[]) => ({
  connectionId,
  userId,
  protocol: null,
  groups: new Set(groups),
});
const C1 = subject('c-1', 'user1', ['g1', 'g2']);
const C2 = subject('c-2', null, []);

describe('accepted filters (rest.md 9.5)', () => {
  it.each([
    ["userId eq 'user1'", true, false],
    ["userId eq 'User1'", false, false],
    ["USERID eq 'user1'", true, false],
    ["userId ne 'user1'", false, true],
    ['userId eq null', false, true],
    ['userId ne null', true, false],
    ['null eq userId', false, true],
    ["not (userId eq 'user1')", false, true],
    ["userId in ('user1','user2')", true, false],
    ["userId in ('user1', null)", true, true],
    ["connectionId in ('c-1','c-9')", true, false],
    ["connectionId eq 'c-1' or connectionId eq 'c-2'", true, true],
    ["'g1' in groups", true, false],
    ["'G1' in groups", false, false],
    ["not ('g1' in groups)", false, true],
    ["'g1' in groups and 'g2' in groups", true, false],
    ['length(groups) gt 1', true, false],
    ['length(groups) eq 0', false, true],
    ['length(userId) ge 5', true, false],
    ['length(userId) lt 100', true, false],
    ['length(userId) eq null', false, true],
    ["startswith(userId,'user')", true, false],
    ["endswith(userId,'1') and startswith(connectionId,'c-')", true, false],
    ["not endswith(userId,'milk')", true, true],
    ["contains(userId,'ser')", true, false],
    ["contains(tolower(userId),'USER')", false, false],
    ["tolower(userId) eq 'user1'", true, false],
    ["toupper(userId) eq 'USER1'", true, false],
    ["trim(' user1 ') eq userId", true, false],
    ["indexof(userId,'e') eq 2", true, false],
    ["indexof(userId,'zz') eq -1", true, true],
    ["indexof(userId,'zz') ge 0", false, false],
    ["concat(userId,'-x') eq 'user1-x'", true, false],
    ["substring(userId,4) eq '1'", true, false],
    ["substring(userId,0,4) eq 'user'", true, false],
    ['substring(userId,9) eq null', true, true],
    ["substring(userId,1,99) eq 'x'", false, false],
    ["(userId eq 'user1') eq true", true, false],
    ['true', true, true],
    ['false', false, false],
    ['true or false and false', true, true],
    ['(true or false) and false', false, false],
    ['userId eq 1', false, false],
    ["'a' eq 'a'", true, true],
    ['null gt 1', false, false],
    ['1 in (1,2)', true, true],
    ['length(userId) in (4,5)', true, false],
  ])('%s', (text, forC1, forC2) => {
    const filter = Filter.parse(text);
    expect([filter.matches(C1), filter.matches(C2)]).toEqual([forC1, forC2]);
  });

  it.each([
    ['Doe, John', "userId in ('Doe, John','Alice')"],
    ["O'Brien, Jane", "userId in ('O''Brien, Jane','Alice')"],
    ['', "userId eq ''"],
    ["'", "userId eq ''''"],
  ])('the user %j by %s', (userId, text) => {
    const filter = Filter.parse(text);
    expect(filter.matches(subject('c', userId, []))).toBe(true);
    expect(filter.matches(subject('c', 'Bob', []))).toBe(false);
  });

  it.each([
    ["protocol eq 'json.webpubsub.azure.v1'", true],
    ['protocol eq null', false],
    ['not not true', true],
    ["'x' eq 'x' eq true", true],
    ["userId eq 'a' or userId in ()", false],
    ['groups eq groups', true],
    ['groups eq null', false],
    ['1 in groups', false],
    ["substring('abc',3) eq ''", true],
    ["substring('abc',-1) eq null", true],
    ["substring('abc',1,-1) eq null", true],
    ['substring(null,0) eq null', true],
    ['concat(null,null) eq null', true],
    ['length(null) eq null', true],
    ['-2147483648 lt 2147483647', true],
    ["\t userId\r\n ne\t'a' ", true],
  ])('%j', (text, expected) => {
    const one = { ...C1, protocol: 'json.webpubsub.azure.v1' };
    expect(Filter.parse(text).matches(one)).toBe(expected);
  });
});

describe('rejected filters (rest.md 9.6)', () => {
  it.each([
    [' ', 'blank is not empty'],
    ['invalid filter', 'syntax'],
    ['userId', 'not bool'],
    ["'abc'", 'not bool'],
    ['1', 'not bool'],
    ['null', 'not bool'],
    ["not 'a'", 'not needs bool'],
    ["( not 'a' )", 'not needs bool'],
    ["not userId eq 'user1'", 'not binds first, to a string'],
    ['not length(userId) gt 5', 'not binds first, to null'],
    ['userId lt 1', 'ordering needs ints'],
    ["userId gt 'a'", 'ordering needs ints, strings too'],
    ['connectionId lt 5', 'ordering needs ints'],
    ["endswith(userId,'a') gt 1", 'ordering needs ints'],
    ['ab eq 1', 'unknown property'],
    ["state eq 'x'", 'unknown property'],
    ['userId eq user1', 'unquoted text is a property name'],
    ['TRUE', 'keywords are lower case'],
    ['invalid(ab,c)', 'unknown function'],
    ['length()', 'argument count'],
    ['length(userId,1) eq 2', 'argument count'],
    ['startswith(userId)', 'argument count'],
    ['length(true) eq 1', 'argument type'],
    ["tolower(1) eq 'x'", 'argument type'],
    ["startswith(groups,'g')", 'argument type'],
    ["substring(userId,'1') eq 'a'", 'argument type'],
    ['userId eq', 'syntax: operand missing'],
    ["eq 'a'", 'syntax'],
    ["userId = 'a'", 'syntax: no such operator'],
    ["userId == 'a'", 'syntax'],
    ["userId EQ 'a'", 'syntax: operators are lower case'],
    ["userId eq 'a' AND true", 'syntax: operators are lower case'],
    ["userId eq 'abc", 'unterminated string'],
    ['userId eq "user1"', 'syntax: single quotes only'],
    ["(userId eq 'a'", 'syntax: parenthesis'],
    ["userId eq 'a')", 'syntax: parenthesis'],
    ["userId in 'abc'", 'right side of in must be a list or groups'],
    ["userId in ('a'", 'syntax: parenthesis'],
    ['true or userId', 'right side is type-checked'],
    ["false and 'x'", 'right side is type-checked'],
    ["groups/any(g: g eq 'x')", 'lambdas unsupported'],
    ['groups/$count gt 1', 'paths unsupported'],
    ['length(groups) add 1 gt 1', 'arithmetic unsupported'],
    ["userId has 'x'", 'has unsupported'],
    ['length(userId) gt 1.5', 'only 32-bit integers'],
    ['length(userId) gt 3000000000', 'only 32-bit integers'],
    ['-length(userId) lt 0', 'negation unsupported'],
    ["cast(userId,Edm.String) eq 'a'", 'casts unsupported'],
  ])('%s: %s', (text) => {
    expect(() => Filter.parse(text)).toThrow(FilterError);
  });

  it.each([
    [
      'invalid filter',
      "Invalid syntax for 'invalid filter': Syntax error at position 14 in 'invalid filter'. (Parameter 'filter')",
    ],
    [
      "( not 'a' )",
      "Invalid syntax for 'not 'a'': Type 'string', expect 'bool'. (Parameter 'filter')",
    ],
    [
      'userId lt 1',
      "Invalid syntax for 'userId lt 1': Type 'string', expect 'int'. (Parameter 'filter')",
    ],
    [
      'invalid(ab,c)',
      "Invalid syntax for 'invalid(ab,c)': Token 'invalid(ab,c)' is not supported. (Parameter 'filter')",
    ],
    ['ab eq 1', "Invalid syntax for 'ab eq 1': Token 'ab' is not supported. (Parameter 'filter')"],
    [
      'not length(userId) gt 5',
      "Invalid syntax for 'not length(userId)': Type 'null', expect 'bool'. (Parameter 'filter')",
    ],
  ])('says of %s what the service says', (text, message) => {
    expect(() => Filter.parse(text)).toThrow(message);
  });

  it.each([
    ["userId eq 'a' and connectionId lt 5", 18],
    ["userId eq 'abc", 14],
    ["true and (false or 'x')", 19],
    ['startswith(userId,1)', 18],
    ["userId eq 'a' ! true", 15],
  ])('names the place: %s', (text, position) => {
    let found: unknown;
    try {
      Filter.parse(text);
    } catch (error) {
      found = error;
    }
    expect(found).toMatchObject({ name: 'FilterError', position });
  });
});

describe('bounds of filters', () => {
  const clauses = (count: number) => Array.from({ length: count }, () => 'true').join(' or ');
  const nested = (depth: number) => `${'('.repeat(depth)}true${')'.repeat(depth)}`;

  it.each([
    ['100 clauses', clauses(100)],
    ['100 levels', nested(100)],
    [
      'a list of 10,000',
      `userId in (${Array.from({ length: 10_000 }, (_, i) => `'u${i}'`).join(',')})`,
    ],
    ['the longest text', `userId eq '${'x'.repeat(MAX_FILTER_LENGTH - 12)}'`],
  ])('takes %s', (_what, text) => {
    expect(() => Filter.parse(text)).not.toThrow();
  });

  it.each([
    ['101 clauses', clauses(101), 'more than 100 clauses'],
    ['101 levels', nested(101), 'nested more than 100 deep'],
    ['101 levels of not', `${'not '.repeat(101)}true`, 'nested more than 100 deep'],
    ['101 comparisons in a row', `true${' eq true'.repeat(101)}`, 'nested more than 100 deep'],
    ['101 calls in each other', `${'trim('.repeat(101)}'x'${')'.repeat(101)} eq 'x'`, 'nested'],
    ['one character too many', `userId eq '${'x'.repeat(MAX_FILTER_LENGTH - 11)}'`, 'longer than'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => Filter.parse(text)).toThrow(message);
  });

  it('answers with a short text, however long the filter is', () => {
    const text = `${"userId eq 'x' and ".repeat(50)}${'y'.repeat(100_000)}`;
    expect(() => Filter.parse(text)).toThrow(/^.{1,700}$/s);
  });

  // Characters are counted, not time: what is looked at twice shows.
  it.each([
    ['parentheses', (n: number) => '('.repeat(n)],
    ['not', (n: number) => 'not '.repeat(n / 4)],
    ['an endless string', (n: number) => `'${'x'.repeat(n)}`],
    ['quotes', (n: number) => "'".repeat(n)],
    ['a list', (n: number) => `1 in (${'1,'.repeat(n / 2)}1)`],
    ['names', (n: number) => 'a '.repeat(n / 2)],
    ['one name', (n: number) => 'a'.repeat(n)],
    ['digits', (n: number) => '1'.repeat(n)],
    ['blanks', (n: number) => ' '.repeat(n)],
    ['calls', (n: number) => 'trim('.repeat(n / 5)],
    ['unknown calls', (n: number) => 'f('.repeat(n / 2)],
  ])('reads hostile %s of 100 KiB in one pass', (_what, make) => {
    const read = (text: string) => {
      const charAt = jest.spyOn(String.prototype, 'charAt');
      try {
        Filter.parse(text);
      } catch (error) {
        if (!(error instanceof FilterError)) throw error;
      } finally {
        charAt.mockRestore();
      }
      return charAt.mock.calls.length;
    };
    const [small, large] = [read(make(25_600)), read(make(102_400))];
    expect(large).toBeLessThanOrEqual(4 * small + 100);
    expect(large).toBeLessThanOrEqual(4 * 102_400);
  });
});
