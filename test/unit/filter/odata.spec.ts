import { Filter } from '../../../lib/filter/filter.js';
import { odata } from '../../../lib/filter/odata.js';

describe('odata (rest.md 9.7)', () => {
  it.each([
    [odata`userId eq ${'ann'}`, "userId eq 'ann'"],
    [odata`userId eq ${"O'Brien"}`, "userId eq 'O''Brien'"],
    [odata`userId eq '${"O'Brien"}'`, "userId eq 'O''Brien'"],
    [odata`userId eq ${null}`, 'userId eq null'],
    [odata`userId eq ${undefined}`, 'userId eq null'],
    [odata`length(groups) gt ${2}`, 'length(groups) gt 2'],
    [odata`${true}`, 'true'],
    [odata`${'a'} in groups`, "'a' in groups"],
    [odata`userId in (${'a'},${'b'})`, "userId in ('a','b')"],
    [odata`userId eq ${'a'}${' or true'}`, "userId eq 'a'' or true'"],
    [odata`true`, 'true'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });

  it.each([["' or true or '"], ["''"], ["\\' or '"], ['\u0000']])(
    'lets no value out of its quotes: %j',
    (value) => {
      const filter = Filter.parse(odata`userId eq ${value}`);
      const who = (userId: string) => ({
        connectionId: 'c',
        userId,
        protocol: null,
        groups: new Set<string>(),
      });
      expect(filter.matches(who(value))).toBe(true);
      expect(filter.matches(who('somebody'))).toBe(false);
    },
  );

  it.each([[{}], [1.5], [Number.NaN], [Symbol('s')], [() => 1]])('refuses %p', (value) => {
    expect(() => odata`x eq ${value}`).toThrow(TypeError);
  });
});
