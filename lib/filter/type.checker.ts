import type { Expression, ValueType } from './expression.js';
import { FilterError } from './filter.error.js';

/**
 * Checks a filter without a connection: what passes cannot fail for one (rest.md 9.3, 9.4).
 *
 * @throws {@link FilterError}
 */
export class TypeChecker {
  constructor(private readonly text: string) {}

  checkWhole(expression: Expression): void {
    this.check(expression);
    this.#expect(expression, ['bool'], expression);
  }

  check(expression: Expression): void {
    switch (expression.kind) {
      case 'literal':
      case 'property':
        return;
      case 'not':
        this.check(expression.operand);
        return this.#expect(expression.operand, ['bool'], expression);
      case 'and':
      case 'or':
        for (const operand of expression.operands) {
          this.check(operand);
          this.#expect(operand, ['bool'], expression);
        }
        return;
      case 'comparison':
        return this.#checkComparison(expression);
      case 'in':
        return this.#checkIn(expression);
      case 'call':
        return this.#checkCall(expression);
    }
  }

  #checkComparison(expression: Expression & { kind: 'comparison' }): void {
    const { operator, left, right } = expression;
    this.check(left);
    this.check(right);
    if (operator === 'eq' || operator === 'ne') return;
    // Compared with null, anything is in no order: false, and no mistake.
    if (typeOf(left) === 'null' || typeOf(right) === 'null') return;
    this.#expect(left, ['int'], expression);
    this.#expect(right, ['int'], expression);
  }

  #checkIn(expression: Expression & { kind: 'in' }): void {
    const { left, right } = expression;
    this.check(left);
    if ('kind' in right) return this.#expect(right, ['collection'], expression);
    for (const item of right) this.check(item);
  }

  #checkCall(expression: Expression & { kind: 'call' }): void {
    for (const [index, argument] of expression.args.entries()) {
      this.check(argument);
      this.#expect(argument, expression.function.parameters[index] ?? [], expression);
    }
  }

  #expect(operand: Expression, types: readonly ValueType[], within: Expression): void {
    if (types.includes(typeOf(operand))) return;
    const [expected = ''] = types;
    throw new FilterError(
      this.text.slice(within.start, within.end),
      `Type '${shownType(operand)}', expect '${expected}'`,
      operand.start,
    );
  }
}

/** What an expression comes to, whatever the connection. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      if (value === null) return 'null';
      if (typeof value === 'boolean') return 'bool';
      return typeof value === 'number' ? 'int' : 'string';
    }
    case 'property':
      return expression.property === 'groups' ? 'collection' : 'string';
    case 'call':
      return expression.function.result;
    default:
      return 'bool';
  }
}

/** The service tries filters with an anonymous connection, and names what it finds then. */
function shownType(expression: Expression): ValueType {
  const isLengthOfNull =
    expression.kind === 'call' &&
    expression.function.name === 'length' &&
    expression.args.some((argument) => isNullForAnonymous(argument));
  return isLengthOfNull ? 'null' : typeOf(expression);
}

function isNullForAnonymous(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return expression.value === null;
    case 'property':
      return expression.property === 'userId' || expression.property === 'protocol';
    case 'call':
      return (
        expression.function.result === 'string' &&
        expression.args.every((argument) => isNullForAnonymous(argument))
      );
    default:
      return false;
  }
}
