import * as fc from 'fast-check';
import { Filter, FilterError } from '../../lib/filter/filter.js';
import { indexOfPart } from '../../lib/filter/text.search.js';

/** Who a filter is asked about, in this file's own words. */
interface Person {
  readonly connectionId: string;
  readonly userId: string | null;
  readonly protocol: string | null;
  readonly groups: readonly string[];
}

type Value = string | number | boolean | null;

/** A text of the language, and what a reader of the rules would say it comes to. */
interface Sample<T extends Value> {
  readonly text: string;
  readonly evaluate: (person: Person) => T;
}

const word = fc.constantFrom('', 'a', 'b', 'ab', "o'b", 'A', ' a ', 'é', 'gg');
const quote = (text: string): string => `'${text.split("'").join("''")}'`;
const person: fc.Arbitrary<Person> = fc.record({
  connectionId: word,
  userId: fc.option(word),
  protocol: fc.option(word),
  groups: fc.uniqueArray(word),
});

const { bool } = fc.letrec<{
  bool: Sample<boolean>;
  int: Sample<number | null>;
  string: Sample<string | null>;
}>((tie) => {
  const both = <A extends Value, B extends Value, R extends Value>(
    left: fc.Arbitrary<Sample<A>>,
    right: fc.Arbitrary<Sample<B>>,
    write: (left: string, right: string) => string,
    evaluate: (left: A, right: B) => R,
  ): fc.Arbitrary<Sample<R>> =>
    fc.tuple(left, right).map(([a, b]) => ({
      text: write(a.text, b.text),
      evaluate: (who) => evaluate(a.evaluate(who), b.evaluate(who)),
    }));
  const string = tie('string');
  const int = tie('int');
  const boolean = tie('bool');
  const any = fc.oneof<fc.Arbitrary<Sample<Value>>[]>(string, int, boolean);
  const ordering = fc.constantFrom('gt', 'ge', 'lt', 'le');

  return {
    string: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      word.map((text) => ({ text: quote(text), evaluate: () => text })),
      fc.constant({ text: 'userId', evaluate: (who: Person) => who.userId }),
      fc.constant({ text: 'PROTOCOL', evaluate: (who: Person) => who.protocol }),
      fc.constant({ text: 'connectionid', evaluate: (who: Person) => who.connectionId }),
      string.map(({ text, evaluate }) => ({
        text: `tolower( ${text} )`,
        evaluate: (who: Person) => evaluate(who)?.toLowerCase() ?? null,
      })),
      string.map(({ text, evaluate }) => ({
        text: `toupper(trim(${text}))`,
        evaluate: (who: Person) => evaluate(who)?.trim().toUpperCase() ?? null,
      })),
      both(
        string,
        int,
        (a, b) => `substring(${a}, 1, ${b})`,
        (a, b) => {
          if (a === null || b === null || b < 0 || 1 + b > a.length) return null;
          return a.substring(1, 1 + b);
        },
      ),
      both(
        string,
        string,
        (a, b) => `concat(${a},${b})`,
        (a, b) => (a === null && b === null ? null : `${a ?? ''}${b ?? ''}`),
      ),
      both(
        string,
        int,
        (a, b) => `substring(${a}, ${b})`,
        (a, b) => (a === null || b === null || b < 0 || b > a.length ? null : a.substring(b)),
      ),
    ),
    int: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.integer({ min: -3, max: 3 }).map((n) => ({ text: String(n), evaluate: () => n })),
      fc.constant({ text: 'length(groups)', evaluate: (who: Person) => who.groups.length }),
      string.map(({ text, evaluate }) => ({
        text: `length(${text})`,
        evaluate: (who: Person) => evaluate(who)?.length ?? null,
      })),
      both(
        string,
        string,
        (a, b) => `indexof(${a},${b})`,
        (a, b) => (a === null || b === null ? -1 : a.indexOf(b)),
      ),
    ),
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.boolean().map((value) => ({ text: String(value), evaluate: () => value })),
      string.map(({ text, evaluate }) => ({
        text: `${text} in groups`,
        evaluate: (who: Person) => who.groups.some((group) => group === evaluate(who)),
      })),
      both(
        string,
        string,
        (a, b) => `contains(${a},${b})`,
        (a, b) => {
          if (a === null || b === null) return false;
          const parts = Array.from({ length: a.length + 1 }, (_, at) => a.slice(at, at + b.length));
          return parts.includes(b);
        },
      ),
      both(
        string,
        string,
        (a, b) => `startswith(${a},${b})`,
        (a, b) => a !== null && b !== null && a.substring(0, b.length) === b,
      ),
      both(
        string,
        string,
        (a, b) => `endswith(${a},${b})`,
        (a, b) =>
          a !== null && b !== null && b.length <= a.length && a.slice(a.length - b.length) === b,
      ),
      boolean.map(({ text, evaluate }) => ({
        text: `not (${text})`,
        evaluate: (who: Person) => !evaluate(who),
      })),
      both(
        boolean,
        boolean,
        (a, b) => `(${a}) and (${b})`,
        (a, b) => a && b,
      ),
      both(
        boolean,
        boolean,
        (a, b) => `(${a}) or (${b})`,
        (a, b) => a || b,
      ),
      both(
        fc.constant<Sample<true>>({ text: 'true', evaluate: () => true }),
        fc.constant<Sample<null>>({ text: 'null', evaluate: () => null }),
        (a, b) => `${a} ne ${b}`,
        () => true,
      ),
      fc.tuple(any, fc.constantFrom('eq', 'ne'), any).map(([a, operator, b]) => ({
        text: `(${a.text}) ${operator} (${b.text})`,
        evaluate: (who: Person) => (a.evaluate(who) === b.evaluate(who)) === (operator === 'eq'),
      })),
      fc.tuple(int, ordering, int).map(([a, operator, b]) => ({
        text: `(${a.text}) ${operator} (${b.text})`,
        evaluate: (who: Person) => {
          const [x, y] = [a.evaluate(who), b.evaluate(who)];
          if (x === null || y === null) return false;
          if (operator === 'gt') return x > y;
          if (operator === 'ge') return x >= y;
          return operator === 'lt' ? x < y : x <= y;
        },
      })),
      fc.tuple(string, fc.array(string, { maxLength: 3 })).map(([item, list]) => ({
        text: `${item.text} in (${list.map(({ text }) => text).join(' , ')})`,
        evaluate: (who: Person) =>
          list.some((member) => member.evaluate(who) === item.evaluate(who)),
      })),
    ),
  };
});

describe('filters, against a second evaluator', () => {
  it('come to the same for everybody', () => {
    fc.assert(
      fc.property(bool, person, ({ text, evaluate }, who) => {
        const subject = { ...who, groups: new Set(who.groups) };
        expect([text, Filter.parse(text).matches(subject)]).toEqual([text, evaluate(who)]);
      }),
      { numRuns: 20_000 },
    );
  });

  it('bind as the grammar says where there are no parentheses', () => {
    const operand = fc.constantFrom('true', 'false', 'not true', 'not false', 'not not true');
    const comparison = fc
      .tuple(
        operand,
        fc.constantFrom('', ' eq true', ' ne true', ' in (false)', ' eq false ne true'),
      )
      .map((parts) => parts.join(''));
    const rest = fc.array(fc.tuple(fc.constantFrom(' and ', ' or '), comparison), { maxLength: 8 });
    fc.assert(
      fc.property(comparison, rest, (first, others) => {
        const text = first + others.flat().join('');
        const who = { connectionId: '', userId: null, protocol: null, groups: new Set<string>() };
        expect([text, Filter.parse(text).matches(who)]).toEqual([text, disjunction(text)]);
      }),
      { numRuns: 5000 },
    );
  });

  it('throw nothing but FilterError, whatever the text is', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        "'",
        '(',
        ')',
        ',',
        ' ',
        '-',
        '1',
        'eq',
        'in',
        'and',
        'or',
        'not',
        'userId',
        'groups',
        'length(',
        'concat(',
        'null',
        'true',
        "'a'",
        '__proto__',
        'constructor',
        'substring(',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(problemOf(pieces.join(' '))).toBe('none or a FilterError');
      }),
      { numRuns: 20_000 },
    );
  });
});

function problemOf(text: string): unknown {
  try {
    Filter.parse(text);
  } catch (error) {
    if (!(error instanceof FilterError)) return error;
  }
  return 'none or a FilterError';
}

/** Splits at what binds loosest, again and again. */
function disjunction(text: string): boolean {
  return text.split(' or ').some((part) => part.split(' and ').every(comparisons));
}

function comparisons(text: string): boolean {
  const words = text.split(' ');
  let value = true;
  let operator = 'eq';
  for (let at = 0; at < words.length; at += 1) {
    let nots = 0;
    for (; words[at] === 'not'; at += 1) nots += 1;
    const right = words[at]?.includes('true') === (nots % 2 === 0);
    value = operator === 'ne' ? value !== right : value === right;
    at += 1;
    operator = words[at] ?? '';
  }
  return value;
}

describe('the search of a part in a text', () => {
  it('finds what the search of the runtime finds', () => {
    const few = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b'), maxLength });
    const repeated = fc
      .tuple(few(4), fc.nat(40), few(4))
      .map(([word, count, end]) => word.repeat(count) + end);
    fc.assert(
      fc.property(fc.array(repeated, { maxLength: 4 }), repeated, (texts, part) => {
        const text = texts.join('');
        expect(indexOfPart(text, part)).toBe(text.indexOf(part));
        expect(indexOfPart(text + part + text, part)).toBe((text + part + text).indexOf(part));
      }),
      { numRuns: 5000 },
    );
  });
});
