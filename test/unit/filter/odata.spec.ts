import { Filter } from '../../../lib/filter/filter.js';
import { odata } from '../../../lib/filter/odata.js';

const NAME = "O'Brien, Jane";
/** Outside its quotes it would select everybody. */
const OUTBREAK = ' or true or userId ne ';
const SUBJECT = { connectionId: 'c', userId: 'u', protocol: null, groups: new Set<string>() };

describe('odata', () => {
  it.each([
    { what: 'nothing', text: odata`true`, expected: 'true' },
    { what: 'a string', text: odata`userId eq ${'a'}`, expected: "userId eq 'a'" },
    {
      what: 'quotes in a string',
      text: odata`userId eq ${NAME}`,
      expected: "userId eq 'O''Brien, Jane'",
    },
    { what: 'an empty string', text: odata`userId eq ${''}`, expected: "userId eq ''" },
    {
      what: 'a string in quotes',
      text: odata`userId eq '${NAME}'`,
      expected: "userId eq 'O''Brien, Jane'",
    },
    {
      what: 'a part of a string',
      text: odata`userId eq 'it''s ${NAME}!'`,
      expected: "userId eq 'it''s O''Brien, Jane!'",
    },
    {
      what: 'a string behind one in quotes',
      text: odata`'${'a'}' eq ${'b'}`,
      expected: "'a' eq 'b'",
    },
    {
      what: 'a string behind one in the template',
      text: odata`'a' in (${'b'},'c',${'d'})`,
      expected: "'a' in ('b','c','d')",
    },
    { what: 'null', text: odata`userId eq ${null}`, expected: 'userId eq null' },
    { what: 'undefined', text: odata`userId eq ${undefined}`, expected: 'userId eq null' },
    {
      what: 'two values in a row',
      text: odata`userId eq ${'a'}${' or true'}`,
      expected: "userId eq 'a'' or true'",
    },
    {
      what: 'integers',
      text: odata`length(userId) in (${5},${-1},${7n})`,
      expected: 'length(userId) in (5,-1,7)',
    },
    { what: 'booleans', text: odata`${true} or ${false}`, expected: 'true or false' },
    { what: 'a value at the beginning', text: odata`${'g'} in groups`, expected: "'g' in groups" },
  ])('9.7 writes $what', ({ text, expected }) => {
    expect(text).toBe(expected);
    expect(Filter.parse(text).text).toBe(expected);
  });

  it.each([
    { what: 'a fraction', value: 1.5 },
    { what: 'NaN', value: Number.NaN },
    { what: 'an integer of more than 32 bits', value: 2 ** 31 },
    { what: 'a bigint of more than 32 bits', value: -(2n ** 31n) - 1n },
    { what: 'an object', value: { toString: () => 'true' } },
    { what: 'an array', value: ['a'] },
    { what: 'a symbol', value: Symbol('a') },
    { what: 'a function', value: () => 'true' },
  ])('refuses $what', ({ value }) => {
    expect(() => odata`userId eq ${value}`).toThrow(TypeError);
  });

  it.each(["' or true or '", "''", String.raw`\' or '`, '\u0000', "'"])(
    'writes the value %j such that it is found again',
    (value) => {
      for (const text of [odata`userId eq ${value}`, odata`userId eq '${value}'`]) {
        const filter = Filter.parse(text);
        expect(filter.matches({ ...SUBJECT, userId: value })).toBe(true);
        expect(filter.matches({ ...SUBJECT, userId: 'somebody' })).toBe(false);
      }
    },
  );

  it.each([
    odata`userId eq ${OUTBREAK}`,
    odata`userId eq '${OUTBREAK}'`,
    odata`userId eq 'user-${OUTBREAK}'`,
    odata`userId eq '${OUTBREAK}-user'`,
    odata`userId eq ${'x'}${OUTBREAK}`,
    odata`userId eq '${"'"}${OUTBREAK}'`,
  ])('lets no value out of its quotes: %s', (text) => {
    expect(Filter.parse(text).matches(SUBJECT)).toBe(false);
  });
});
