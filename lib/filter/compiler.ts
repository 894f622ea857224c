import type { Expression, Ordering } from './expression.js';
import type { FilterSubject } from './filter.js';
import type { GroupNames, Value } from './functions.js';

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
      return readerOf(expression.property);
    case 'not': {
      const operand = compile(expression.operand);
      return (subject) => operand(subject) !== true;
    }
    case 'and': {
      const operands = expression.operands.map(compile);
      return (subject) => operands.every((operand) => operand(subject) === true);
    }
    case 'or': {
      const operands = expression.operands.map(compile);
      return (subject) => operands.some((operand) => operand(subject) === true);
    }
    case 'comparison':
      return compileComparison(expression);
    case 'in':
      return compileIn(expression);
    case 'call': {
      const { apply } = expression.function;
      const args = expression.args.map(compile);
      return (subject) => apply(...args.map((argument) => argument(subject)));
    }
  }
}

function readerOf(property: 'connectionId' | 'userId' | 'protocol' | 'groups'): Evaluate {
  switch (property) {
    case 'connectionId':
      return (subject) => subject.connectionId;
    case 'userId':
      return (subject) => subject.userId ?? null;
    case 'protocol':
      return (subject) => subject.protocol ?? null;
    case 'groups':
      return (subject) => subject.groups;
  }
}

function compileComparison(expression: Expression & { kind: 'comparison' }): Evaluate {
  const { operator, left, right } = expression;
  if (operator === 'eq' || operator === 'ne') {
    const isEqual = compileEquality(left, right);
    return operator === 'eq' ? isEqual : (subject) => isEqual(subject) !== true;
  }
  const [first, second, holds] = [compile(left), compile(right), ORDERINGS[operator]];
  return (subject) => {
    const [a, b] = [first(subject), second(subject)];
    return a !== null && b !== null && holds(a as number, b as number);
  };
}

const ORDERINGS: Readonly<Record<Ordering, (a: number, b: number) => boolean>> = {
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

function compileEquality(left: Expression, right: Expression): Evaluate {
  const [first, second] = [compile(left), compile(right)];
  // Values of different types are unequal, but for nulls, which have none.
  return (subject) => first(subject) === second(subject);
}

function compileIn({ left, right }: Expression & { kind: 'in' }): Evaluate {
  const item = compile(left);
  if ('kind' in right) {
    const collection = compile(right);
    return (subject) => {
      const name = item(subject);
      return typeof name === 'string' && (collection(subject) as GroupNames).has(name);
    };
  }
  // Long lists are lists of constants: one look, however long.
  const constants = new Set<Value>();
  const others: Evaluate[] = [];
  for (const member of right) {
    if (member.kind === 'literal') constants.add(member.value);
    else others.push(compileEquality(left, member));
  }
  return (subject) =>
    constants.has(item(subject)) || others.some((isEqual) => isEqual(subject) === true);
}
