import type { Comparison, Expression, Property } from './expression.js';
import { FilterError, shown } from './filter.error.js';
import { functionNamed } from './functions.js';
import { Tokenizer, type Token } from './tokenizer.js';

/** How deep expressions may stand in each other. */
const MAX_DEPTH = 100;
/** How many operands `and` and `or` may have in all. */
const MAX_CLAUSES = 100;

const LARGEST_INTEGER = 2 ** 31 - 1;
const COMPARISONS: ReadonlySet<string> = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le']);
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);
const PROPERTIES: ReadonlyMap<string, Property> = new Map(
  (['connectionId', 'userId', 'protocol', 'groups'] as const).map((name) => [
    name.toLowerCase(),
    name,
  ]),
);
/** Words that stand between expressions, and are none. */
const OPERATORS: ReadonlySet<string> = new Set([...COMPARISONS, 'and', 'or', 'in', 'not']);

/**
 * Makes the tree of a filter (rest.md 9.2).
 *
 * @throws {@link FilterError} for a text that is none
 */
export function parseExpression(text: string): Expression {
  return new Parser(text).whole();
}

class Parser {
  readonly #tokens: Tokenizer;
  #token: Token;
  #depth = 0;
  #clauses = 0;

  constructor(private readonly text: string) {
    this.#tokens = new Tokenizer(text);
    this.#token = this.#tokens.next();
  }

  whole(): Expression {
    const expression = this.#either();
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return expression;
  }

  #either(): Expression {
    return this.#chain('or', () => this.#chain('and', () => this.#compared()));
  }

  #chain(kind: 'and' | 'or', operand: () => Expression): Expression {
    const first = operand();
    const operands = [first];
    while (this.#take('name', kind)) operands.push(operand());
    const last = operands.at(-1) ?? first;
    if (operands.length === 1) return first;
    this.#clauses += operands.length;
    if (this.#clauses > MAX_CLAUSES) throw this.#tooMuch(`more than ${MAX_CLAUSES} clauses`);
    return { kind, operands, start: first.start, end: last.end };
  }

  #compared(): Expression {
    const outside = this.#depth;
    let left = this.#unary();
    for (;;) {
      const { kind, text } = this.#token;
      if (kind === 'name' && COMPARISONS.has(text)) {
        this.#deeper();
        this.#advance();
        const right = this.#unary();
        const operator = text as Comparison;
        left = { kind: 'comparison', operator, left, right, start: left.start, end: right.end };
      } else if (this.#take('name', 'in')) {
        this.#deeper();
        left = this.#inList(left);
      } else {
        this.#depth = outside;
        return left;
      }
    }
  }

  #inList(left: Expression): Expression {
    const { start } = left;
    if (this.#take('punctuation', '(')) {
      const { items, end } = this.#items();
      return { kind: 'in', left, right: items, start, end };
    }
    if (this.#token.kind !== 'name') throw this.#unexpected();
    const right = this.#named();
    if (right.kind !== 'property') throw this.#unexpected();
    return { kind: 'in', left, right, start, end: right.end };
  }

  #unary(): Expression {
    const { start } = this.#token;
    if (!this.#take('name', 'not')) return this.#primary();
    this.#deeper();
    const operand = this.#unary();
    this.#depth -= 1;
    return { kind: 'not', operand, start, end: operand.end };
  }

  #primary(): Expression {
    const { kind, text, start, end } = this.#token;
    switch (kind) {
      case 'string':
        this.#advance();
        return { kind: 'literal', value: text, start, end };
      case 'integer':
        return this.#integer();
      case 'name':
        return this.#named();
      default:
        if (!this.#take('punctuation', '(')) throw this.#unexpected();
        return this.#parenthesised();
    }
  }

  #parenthesised(): Expression {
    this.#deeper();
    const inner = this.#either();
    if (!this.#take('punctuation', ')')) throw this.#unexpected();
    this.#depth -= 1;
    return inner;
  }

  #integer(): Expression {
    const { text, start, end } = this.#token;
    const value = Number(text);
    if (value > LARGEST_INTEGER || value < -LARGEST_INTEGER - 1) throw this.#unexpected();
    this.#advance();
    return { kind: 'literal', value, start, end };
  }

  /** A word: a literal, a property or a function. */
  #named(): Expression {
    const { text, start, end } = this.#token;
    if (OPERATORS.has(text)) throw this.#unexpected();
    this.#advance();
    if (this.#take('punctuation', '(')) return this.#call(text, start);
    const literal = LITERALS.get(text);
    if (literal !== undefined) return { kind: 'literal', value: literal, start, end };
    const property = PROPERTIES.get(text.toLowerCase());
    if (property !== undefined) return { kind: 'property', property, start, end };
    // What cannot follow a name is the worse mistake.
    if (!this.#canFollow()) throw this.#unexpected();
    throw this.#unsupported(start, end);
  }

  #call(name: string, start: number): Expression {
    const known = functionNamed(name);
    let list: { items: Expression[]; end: number };
    try {
      list = this.#items();
    } catch (error) {
      // An unknown function is what is wrong, whatever is in it.
      if (known === undefined) throw this.#unsupported(start, this.text.indexOf(')', start) + 1);
      throw error;
    }
    const { items: args, end } = list;
    if (known === undefined) throw this.#unsupported(start, end);
    if (args.length < known.required || args.length > known.parameters.length) {
      const expression = this.text.slice(start, end);
      const count = `${known.required}${known.parameters.length > known.required ? ` or ${known.parameters.length}` : ''}`;
      throw new FilterError(
        expression,
        `Function '${name}' takes ${count} argument(s), got ${args.length}`,
        start,
      );
    }
    return { kind: 'call', function: known, args, start, end };
  }

  /** What stands between parentheses, the opening one read already. */
  #items(): { items: Expression[]; end: number } {
    this.#deeper();
    const items: Expression[] = [];
    let { end } = this.#token;
    while (!this.#take('punctuation', ')')) {
      if (items.length > 0 && !this.#take('punctuation', ',')) throw this.#unexpected();
      items.push(this.#either());
      ({ end } = this.#token);
    }
    this.#depth -= 1;
    return { items, end };
  }

  #canFollow(): boolean {
    const { kind, text } = this.#token;
    if (kind === 'end') return true;
    if (kind === 'name') return OPERATORS.has(text);
    return kind === 'punctuation' && text !== '(';
  }

  #take(kind: Token['kind'], text: string): boolean {
    if (this.#token.kind !== kind || this.#token.text !== text) return false;
    this.#advance();
    return true;
  }

  #advance(): void {
    this.#token = this.#tokens.next();
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#tooMuch(`nested more than ${MAX_DEPTH} deep`);
  }

  #unexpected(): FilterError {
    const { end } = this.#token;
    const reason = `Syntax error at position ${end} in '${shown(this.text)}'`;
    return new FilterError(this.text, reason, end);
  }

  #unsupported(start: number, end: number): FilterError {
    const token = shown(this.text.slice(start, end > start ? end : undefined));
    return new FilterError(this.text, `Token '${token}' is not supported`, start);
  }

  #tooMuch(what: string): FilterError {
    const { start } = this.#token;
    return new FilterError(this.text, `The expression is ${what} at position ${start}`, start);
  }
}
