import { Filter, FilterError } from '../../../lib/filter/filter.js';

const MISTAKES = [
  { filter: "length(userId) gt 'a'", why: 'fails only for connections with a user' },
  { filter: "'a' lt 'b'", why: 'strings have no order' },
  { filter: 'true gt false', why: 'bools have no order' },
  { filter: 'groups gt 1', why: 'collections have no order' },
  { filter: "length('a') lt true", why: 'bools have no order' },
  { filter: 'groups', why: 'not bool' },
  { filter: 'groups or true', why: 'left side is type-checked' },
  { filter: 'not null', why: 'not needs bool' },
  { filter: 'userId in userId', why: 'not a collection' },
  { filter: 'userId in null', why: 'not a collection' },
  { filter: "userId in tolower('a')", why: 'neither a list nor a property' },
  { filter: "userId in ('a',)", why: 'an item is missing' },
  { filter: "userId in (,'a')", why: 'an item is missing' },
  { filter: "userId in ('a' 'b')", why: 'a comma is missing' },
  { filter: "userId in ('a', not 'b')", why: 'items are type-checked' },
  { filter: 'userId in', why: 'operand missing' },
  { filter: '()', why: 'operand missing' },
  { filter: 'true true', why: 'operator missing' },
  { filter: 'and true', why: 'operand missing' },
  { filter: 'Null eq userId', why: 'keywords are lower case' },
  { filter: "Contains(userId,'a')", why: 'function names are lower case' },
  { filter: 'concat(userId) eq null', why: 'argument count' },
  { filter: 'substring(userId) eq null', why: 'argument count' },
  { filter: 'substring(userId,1,2,3) eq null', why: 'argument count' },
  { filter: "substring(userId,1,'2') eq null", why: 'argument type' },
  { filter: "concat('a',1) eq 'a1'", why: 'argument type' },
  { filter: "trim(groups) eq 'a'", why: 'argument type' },
  { filter: "contains(userId,not 'a')", why: 'arguments are type-checked' },
  { filter: 'length (userId) gt 1 or userId(1)', why: 'unknown function' },
  { filter: '1 eq 2147483648', why: 'only 32-bit integers' },
  { filter: '1 eq -2147483649', why: 'only 32-bit integers' },
  { filter: '1 eq +1', why: 'no such sign' },
  { filter: '1 eq - 1', why: 'the sign touches the digits' },
  { filter: '1 eq --1', why: 'one sign' },
  { filter: '1 eq 1e3', why: 'only integers' },
  { filter: '1 eq 0x10', why: 'only decimal integers' },
  { filter: "userId eq '''", why: 'unterminated string' },
  { filter: "userId eq 'a''", why: 'unterminated string' },
  { filter: "'a'b'", why: 'a quote is doubled in a string' },
  { filter: "userId\0 eq 'a'", why: 'no such character' },
  { filter: "usеrId eq 'a'", why: 'a Cyrillic letter' },
  { filter: '__proto__ eq null', why: 'unknown property' },
  { filter: 'constructor(userId) eq null', why: 'unknown function' },
  { filter: 'toString eq null', why: 'unknown property' },
];

function problem(filter: string): FilterError {
  try {
    Filter.parse(filter);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`Accepted: ${filter}`);
}

describe('mistakes in filters beyond the table of rest.md 9.6', () => {
  it.each(MISTAKES)('9.3 $filter ($why)', ({ filter }) => {
    expect(problem(filter).name).toBe('FilterError');
  });

  it.each([
    { filter: ' ', at: 1, says: 'position 1' },
    { filter: "userId = 'a'", at: 8, says: 'position 8' },
    { filter: 'userId eq', at: 9, says: 'position 9' },
    { filter: "userId eq 'abc", at: 14, says: 'position 14' },
    { filter: "(userId eq 'a'", at: 14, says: 'position 14' },
    { filter: "userId eq 'a')", at: 14, says: 'position 14' },
    { filter: 'length(userId) gt 1.5', at: 20, says: 'position 20' },
    { filter: 'true or  userId', at: 9, says: "'true or  userId': Type 'string', expect 'bool'" },
    { filter: 'true or user eq 1', at: 8, says: "Token 'user'" },
    { filter: "true or f((1), ')', g(2)) and", at: 8, says: "Token 'f((1), ')', g(2))'" },
    { filter: 'true and f(1', at: 9, says: "Token 'f(1' is" },
    {
      filter: '(length()) eq 1',
      at: 1,
      says: "'length()': Function 'length' has 0 arguments, expect 1",
    },
    { filter: 'substring(userId) eq null', at: 0, says: 'has 1 arguments, expect 2 or 3' },
    { filter: 'true and ((userId) lt ( 1 ))', at: 11, says: "'(userId) lt ( 1 )': Type 'string'" },
    {
      filter: "1 in ('a', length(true))",
      at: 18,
      says: "'length(true)': Type 'bool', expect 'string'",
    },
    {
      filter: 'true and userId in connectionId',
      at: 19,
      says: "'userId in connectionId': Type 'string', expect 'collection'",
    },
  ])('$filter says where: $at', ({ filter, at, says }) => {
    const error = problem(filter);
    expect(error.position).toBe(at);
    expect(error.message).toContain(says);
  });

  it('are shown in part when they are long', () => {
    expect(problem(`userId eq '${'x'.repeat(100_000)}`).message.length).toBeLessThan(1000);
    expect(problem('x'.repeat(100_000)).message.length).toBeLessThan(1000);
    expect(problem('y'.repeat(200_000)).message.length).toBeLessThan(1000);
  });
});
