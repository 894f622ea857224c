import type { ValueType } from './expression.js';
import { indexOfPart } from './text.search.js';

/** Names of the groups of a connection, to be asked rather than listed. */
export interface GroupNames {
  readonly size: number;
  has(name: string): boolean;
}

/** What an expression comes to for one connection. */
export type Value = string | number | boolean | null | GroupNames;

/** One function of the language: what it takes, and what it makes of it. */
export interface FilterFunction {
  readonly name: string;
  /** For each argument the types that are good; those beyond {@link required} may be left out. */
  readonly parameters: readonly (readonly ValueType[])[];
  readonly required: number;
  readonly result: ValueType;
  readonly apply: (...args: readonly Value[]) => Value;
}

type Text = string | null;

const STRING = ['string', 'null'] as const;
const INT = ['int', 'null'] as const;

function onText(name: string, apply: (text: string) => string): FilterFunction {
  return {
    name,
    parameters: [STRING],
    required: 1,
    result: 'string',
    apply: (text) => (text === null ? null : apply(text as string)),
  };
}

function onTwo(
  name: string,
  result: ValueType,
  whereNull: Value,
  apply: (text: string, other: string) => Value,
): FilterFunction {
  return {
    name,
    parameters: [STRING, STRING],
    required: 2,
    result,
    apply: (text, other) =>
      text === null || other === null ? whereNull : apply(text as string, other as string),
  };
}

/** Out of range is null, as for a text that is not there. */
function substring(text: Text, from: number | null, length: number | null | undefined): Text {
  if (text === null || from === null || length === null) return null;
  const end = length === undefined ? text.length : from + length;
  if (from < 0 || from > text.length || end < from || end > text.length) return null;
  return text.slice(from, end);
}

const FUNCTIONS: readonly FilterFunction[] = [
  {
    name: 'length',
    parameters: [['string', 'collection', 'null']],
    required: 1,
    result: 'int',
    apply(value) {
      if (value === null) return null;
      return typeof value === 'string' ? value.length : (value as GroupNames).size;
    },
  },
  onText('tolower', (text) => text.toLowerCase()),
  onText('toupper', (text) => text.toUpperCase()),
  onText('trim', (text) => text.trim()),
  onTwo('contains', 'bool', false, (text, part) => indexOfPart(text, part) !== -1),
  onTwo('startswith', 'bool', false, (text, part) => text.startsWith(part)),
  onTwo('endswith', 'bool', false, (text, part) => text.endsWith(part)),
  onTwo('indexof', 'int', -1, (text, part) => indexOfPart(text, part)),
  {
    name: 'concat',
    parameters: [STRING, STRING],
    required: 2,
    result: 'string',
    apply(left, right) {
      if (left === null) return right;
      return right === null ? left : (left as string) + (right as string);
    },
  },
  {
    name: 'substring',
    parameters: [STRING, INT, INT],
    required: 2,
    result: 'string',
    apply: (text, from, length) =>
      substring(text as Text, from as number | null, length as number | null | undefined),
  },
];

const BY_NAME: ReadonlyMap<string, FilterFunction> = new Map(
  FUNCTIONS.map((one) => [one.name, one]),
);

/** @param name in lower case, as the language writes it */
export function functionNamed(name: string): FilterFunction | undefined {
  return BY_NAME.get(name);
}
