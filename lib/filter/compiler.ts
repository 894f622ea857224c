import type { Expression, Ordering, Property } from './expression.js';
import type { FilterSubject } from './filter.js';
import type { FilterFunction, GroupNames, Value } from './functions.js';

/** An expression, ready to be asked about a connection. */
export type Evaluate = (subject: FilterSubject) => Value;

/** Turns a tree whose types are checked into functions: nothing is looked up while they run. */
export function compile(expression: Expression): Evaluate {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'property':
      return READERS[expression.property];
    case 'not': {
      const operand = compile(expression.operand);
      return (subject) => operand(subject) !== true;
    }
    case 'and':
      return expression.operands.map(compile).reduceRight(both);
    case 'or':
      return expression.operands.map(compile).reduceRight(either);
    case 'comparison':
      return compileComparison(expression);
    case 'in':
      return compileIn(expression);
    case 'call':
      return compileCall(expression.function, expression.args.map(compile));
  }
}

const READERS: Readonly<Record<Property, Evaluate>> = {
  connectionId: (subject) => subject.connectionId,
  userId: (subject) => subject.userId ?? null,
  protocol: (subject) => subject.protocol ?? null,
  groups: (subject) => subject.groups,
};

function both(second: Evaluate, first: Evaluate): Evaluate {
  return (subject) => first(subject) === true && second(subject) === true;
}

function either(second: Evaluate, first: Evaluate): Evaluate {
  return (subject) => first(subject) === true || second(subject) === true;
}

function compileComparison(expression: Expression & { kind: 'comparison' }): Evaluate {
  const { operator } = expression;
  const [left, right] = [compile(expression.left), compile(expression.right)];
  if (operator === 'eq') return (subject) => left(subject) === right(subject);
  if (operator === 'ne') return (subject) => left(subject) !== right(subject);
  const holds = ORDERINGS[operator];
  return (subject) => {
    const first = left(subject);
    const second = right(subject);
    return first !== null && second !== null && holds(first as number, second as number);
  };
}

const ORDERINGS: Readonly<Record<Ordering, (first: number, second: number) => boolean>> = {
  gt: (first, second) => first > second,
  ge: (first, second) => first >= second,
  lt: (first, second) => first < second,
  le: (first, second) => first <= second,
};

function compileIn(expression: Expression & { kind: 'in' }): Evaluate {
  const { right } = expression;
  const left = compile(expression.left);
  if ('kind' in right) {
    const collection = compile(right);
    return (subject) => {
      const name = left(subject);
      return typeof name === 'string' && (collection(subject) as GroupNames).has(name);
    };
  }
  // Long lists are lists of constants: one look, however long.
  const constants = new Set<Value>();
  const others: Evaluate[] = [];
  for (const item of right) {
    if (item.kind === 'literal') constants.add(item.value);
    else others.push(compile(item));
  }
  return (subject) => {
    const value = left(subject);
    return constants.has(value) || others.some((item) => item(subject) === value);
  };
}

function compileCall({ apply }: FilterFunction, args: readonly Evaluate[]): Evaluate {
  const [first, second, third] = args;
  if (first === undefined) return () => apply();
  if (second === undefined) return (subject) => apply(first(subject));
  if (third === undefined) return (subject) => apply(first(subject), second(subject));
  return (subject) => apply(first(subject), second(subject), third(subject));
}
