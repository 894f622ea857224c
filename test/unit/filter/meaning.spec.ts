import { Filter, type FilterSubject } from '../../../lib/filter/filter.js';

const C1: FilterSubject = {
  connectionId: 'c-1',
  userId: 'user1',
  protocol: 'json.webpubsub.azure.v1',
  groups: new Set(['g1', 'g2']),
};
const C2: FilterSubject = { connectionId: 'c-2', userId: null, protocol: null, groups: new Set() };

const FILTERS = [
  { filter: "protocol eq 'json.webpubsub.azure.v1'", C1: true, C2: false },
  { filter: 'Protocol eq null', C1: false, C2: true },
  { filter: "'g1' in GROUPS", C1: true, C2: false },
  { filter: 'userId in groups', C1: false, C2: false },
  { filter: 'null in groups', C1: false, C2: false },
  { filter: '1 in groups', C1: false, C2: false },
  { filter: 'true in groups', C1: false, C2: false },
  { filter: 'groups in groups', C1: false, C2: false },
  { filter: 'groups eq groups', C1: true, C2: true },
  { filter: 'groups in (groups)', C1: true, C2: true },
  { filter: "'g1' in (groups)", C1: false, C2: false },
  { filter: 'groups eq null', C1: false, C2: false },
  { filter: 'userId in ()', C1: false, C2: false },
  { filter: 'null in (null)', C1: true, C2: true },
  { filter: 'userId in (connectionId, protocol)', C1: false, C2: true },
  { filter: "'user1' in (userId)", C1: true, C2: false },
  { filter: "1 in ('1')", C1: false, C2: false },
  { filter: "'' eq null", C1: false, C2: false },
  { filter: 'true eq 1', C1: false, C2: false },
  { filter: "true ne 'true'", C1: true, C2: true },
  { filter: 'length(userId) eq userId', C1: false, C2: true },
  { filter: "null gt 'a'", C1: false, C2: false },
  { filter: 'groups le null', C1: false, C2: false },
  { filter: 'null le null', C1: false, C2: false },
  { filter: '2147483647 gt -2147483648', C1: true, C2: true },
  { filter: '-0 eq 0', C1: true, C2: true },
  { filter: '007 eq 7', C1: true, C2: true },
  { filter: '1 le 1 and 1 ge 1 and not (1 lt 1) and not (1 gt 1)', C1: true, C2: true },
  { filter: '1 eq 1 eq true', C1: true, C2: true },
  { filter: "userId eq 'user1' eq false", C1: false, C2: true },
  { filter: 'userId in (null) in (true)', C1: false, C2: true },
  { filter: 'not not true', C1: true, C2: true },
  { filter: 'not true or true', C1: true, C2: true },
  { filter: 'not false eq true', C1: true, C2: true },
  { filter: '1 in (1) and true or false', C1: true, C2: true },
  { filter: 'length(protocol) gt 0', C1: true, C2: false },
  { filter: 'length(null) eq null', C1: true, C2: true },
  { filter: "length('') eq 0", C1: true, C2: true },
  { filter: "length('\u{1F600}') eq 2", C1: true, C2: true },
  { filter: 'contains(userId, null)', C1: false, C2: false },
  { filter: "startswith(userId, '')", C1: true, C2: false },
  { filter: 'tolower(null) eq null', C1: true, C2: true },
  { filter: 'toupper(userId) eq null', C1: false, C2: true },
  { filter: "trim('\t a b \n') eq 'a b'", C1: true, C2: true },
  { filter: "indexof('abab', 'b') eq 1", C1: true, C2: true },
  { filter: "concat('x-', userId) eq 'x-user1'", C1: true, C2: false },
  { filter: "concat('x-', userId) eq 'x-'", C1: false, C2: true },
  { filter: 'concat(userId, protocol) eq null', C1: false, C2: true },
  { filter: "substring('abc', 3) eq ''", C1: true, C2: true },
  { filter: "substring('abc', 4) eq null", C1: true, C2: true },
  { filter: "substring('abc', -1) eq null", C1: true, C2: true },
  { filter: "substring('abc', 1, 2) eq 'bc'", C1: true, C2: true },
  { filter: "substring('abc', 1, 3) eq null", C1: true, C2: true },
  { filter: "substring('abc', 1, -1) eq null", C1: true, C2: true },
  { filter: "substring('abc', 3, 0) eq ''", C1: true, C2: true },
  { filter: "substring('abc', 2147483647, 2147483647) eq null", C1: true, C2: true },
  { filter: "'' eq ''", C1: true, C2: true },
  { filter: "'''' eq ''''", C1: true, C2: true },
  { filter: "length('''') eq 1", C1: true, C2: true },
  { filter: "contains('a and (b', ' and (')", C1: true, C2: true },
  { filter: "\t(\n( userId )eq'user1'\r)", C1: true, C2: false },
  { filter: "userId  in('user1')", C1: true, C2: false },
  { filter: 'not(false)', C1: true, C2: true },
];

function selected(filter: string, subject: FilterSubject): boolean {
  return Filter.parse(filter).matches(subject);
}

describe('what filters mean beyond the table of rest.md 9.5', () => {
  it.each(FILTERS)('9.3 $filter is $C1 for C1, $C2 for C2', ({ filter, ...expected }) => {
    expect({ C1: selected(filter, C1), C2: selected(filter, C2) }).toEqual(expected);
  });

  it('keep their text', () => {
    expect(Filter.parse(" userId eq 'a' ").text).toBe(" userId eq 'a' ");
  });

  it('see groups as they are when asked', () => {
    const groups = new Set<string>();
    const filter = Filter.parse("'late' in groups and length(groups) eq 1");
    expect(filter.matches({ ...C1, groups })).toBe(false);
    groups.add('late');
    expect(filter.matches({ ...C1, groups })).toBe(true);
  });

  it('take a user or a protocol that is undefined for null', () => {
    const filter = Filter.parse('userId eq null and protocol eq null');
    expect(filter.matches({ ...C1, userId: undefined, protocol: undefined })).toBe(true);
  });

  it('do not ask what they need not know', () => {
    const untouchable: FilterSubject = {
      ...C1,
      get userId(): string {
        throw new Error('asked');
      },
    };
    expect(Filter.parse('true or userId eq null').matches(untouchable)).toBe(true);
  });

  it('9.4 do not select a connection that cannot be asked', () => {
    const broken = {
      size: 0,
      has(): boolean {
        throw new Error('broken');
      },
    };
    expect(selected("not ('g' in groups)", { ...C1, groups: broken })).toBe(false);
  });
});
