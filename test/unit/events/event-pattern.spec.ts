import { EventPattern, problemOfPattern } from '../../../lib/events/event-pattern.js';

describe('EventPattern (events.md 8.2)', () => {
  it.each([
    ['L1 a list', 'a,b', 'b', true],
    ['L1 not in the list', 'a,b', 'c', false],
    ['L1 everything', '*', 'c', true],
    ['L2 blanks and letter case', ' A , b ', 'a', true],
    ['everything in a list', 'a, *', 'zzz', true],
    ['nothing', '', 'a', false],
    ['only commas', ' , ,', '', false],
    ['the name of a system event', 'connect', 'CONNECT', true],
    ['no prefix', 'order', 'order.placed', false],
  ])('%s', (_case, pattern, event, matches) => {
    expect(new EventPattern(pattern).matches(event)).toBe(matches);
  });

  it.each([
    ['L4 a wildcard behind a name', 'room.*', 'room.*'],
    ['in the middle', 'a, b*c', 'b*c'],
    ['two of them', '**', '**'],
  ])('refuses %s', (_case, pattern, named) => {
    expect(problemOfPattern(pattern)).toContain(`'${named}'`);
  });

  it.each(['*', 'a', ' a , b ', ''])('takes %j', (pattern) => {
    expect(problemOfPattern(pattern)).toBeUndefined();
  });
});
