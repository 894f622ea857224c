import type { Comparison, Expression, Node, Property } from './expression.js';
import { FilterError, shown } from './filter.error.js';
import { functionNamed } from './functions.js';
import { Tokenizer, type Token } from './tokenizer.js';

/** How deep expressions may stand in each other, in the text and in the tree. */
const MAX_DEPTH = 100;
/** How many conditions `and` and `or` may join in all. */
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
  /** Where the token before ends. */
  #end = 0;
  #depth = 0;
  #clauses = 1;

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
    const { start } = this.#token;
    const first = operand();
    const operands = [first];
    while (this.#take('name', kind)) {
      this.#clauses += 1;
      if (this.#clauses > MAX_CLAUSES) throw this.#tooMuch(`has more than ${MAX_CLAUSES} clauses`);
      operands.push(operand());
    }
    if (operands.length === 1) return first;
    return { kind, operands, ...this.#node(start, operands) };
  }

  #compared(): Expression {
    const { start } = this.#token;
    let left = this.#unary();
    for (;;) {
      const { kind, text } = this.#token;
      if (kind === 'name' && COMPARISONS.has(text)) {
        const operator = text as Comparison;
        this.#advance();
        const right = this.#unary();
        left = { kind: 'comparison', operator, left, right, ...this.#node(start, [left, right]) };
      } else if (this.#take('name', 'in')) {
        left = this.#in(start, left);
      } else {
        return left;
      }
    }
  }

  #in(start: number, left: Expression): Expression {
    if (this.#take('punctuation', '(')) {
      const right = this.#items();
      return { kind: 'in', left, right, ...this.#node(start, [left, ...right]) };
    }
    if (this.#token.kind !== 'name') throw this.#unexpected();
    const right = this.#named();
    if (right.kind !== 'property') throw this.#unexpected();
    return { kind: 'in', left, right, ...this.#node(start, [left]) };
  }

  #unary(): Expression {
    const { start } = this.#token;
    if (!this.#take('name', 'not')) return this.#primary();
    this.#deeper();
    const operand = this.#unary();
    this.#depth -= 1;
    return { kind: 'not', operand, ...this.#node(start, [operand]) };
  }

  #primary(): Expression {
    const { kind, text, start } = this.#token;
    switch (kind) {
      case 'string':
        this.#advance();
        return { kind: 'literal', value: text, ...this.#node(start) };
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
    const { text, start } = this.#token;
    const value = Number(text);
    if (value > LARGEST_INTEGER || value < -LARGEST_INTEGER - 1) throw this.#unexpected();
    this.#advance();
    return { kind: 'literal', value, ...this.#node(start) };
  }

  /** A word: a literal, a property or a function. */
  #named(): Expression {
    const { text, start, end } = this.#token;
    if (OPERATORS.has(text)) throw this.#unexpected();
    this.#advance();
    if (this.#take('punctuation', '(')) return this.#call(text, start);
    const value = LITERALS.get(text);
    if (value !== undefined) return { kind: 'literal', value, ...this.#node(start) };
    const property = PROPERTIES.get(text.toLowerCase());
    if (property !== undefined) return { kind: 'property', property, ...this.#node(start) };
    // What cannot follow a name is the worse mistake.
    if (!this.#canFollow()) throw this.#unexpected();
    throw this.#unsupported(start, end);
  }

  #call(name: string, start: number): Expression {
    const known = functionNamed(name);
    if (known === undefined) throw this.#unsupported(start, this.#endOfCall());
    const args = this.#items();
    const { required, parameters } = known;
    if (args.length < required || args.length > parameters.length) {
      const counts =
        parameters.length > required ? `${required} or ${parameters.length}` : required;
      const reason = `Function '${name}' has ${args.length} arguments, expect ${counts}`;
      throw new FilterError(this.text.slice(start, this.#end), reason, start);
    }
    return { kind: 'call', function: known, args, ...this.#node(start, args) };
  }

  /** Of a call that is not supported, whatever is in it: behind its closing parenthesis. */
  #endOfCall(): number {
    for (let open = 1; open > 0 && this.#token.kind !== 'end'; this.#advance()) {
      if (this.#token.kind !== 'punctuation') continue;
      if (this.#token.text === '(') open += 1;
      if (this.#token.text === ')') open -= 1;
    }
    return this.#end;
  }

  /** What stands between parentheses, the opening one read already. */
  #items(): Expression[] {
    this.#deeper();
    const items: Expression[] = [];
    while (!this.#take('punctuation', ')')) {
      if (items.length > 0 && !this.#take('punctuation', ',')) throw this.#unexpected();
      items.push(this.#either());
    }
    this.#depth -= 1;
    return items;
  }

  /** What all nodes have, of one that ends here. */
  #node(start: number, children: readonly Expression[] = []): Node {
    let height = 0;
    for (const child of children) height = Math.max(height, child.height + 1);
    if (height > MAX_DEPTH) throw this.#tooDeep();
    return { start, end: this.#end, height };
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
    this.#end = this.#token.end;
    this.#token = this.#tokens.next();
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#tooDeep();
  }

  #unexpected(): FilterError {
    const { end } = this.#token;
    const reason = `Syntax error at position ${end} in '${shown(this.text)}'`;
    return new FilterError(this.text, reason, end);
  }

  #unsupported(start: number, end: number): FilterError {
    const token = shown(this.text.slice(start, end));
    return new FilterError(this.text, `Token '${token}' is not supported`, start);
  }

  #tooDeep(): FilterError {
    return this.#tooMuch(`is nested more than ${MAX_DEPTH} deep`);
  }

  #tooMuch(what: string): FilterError {
    const { start } = this.#token;
    return new FilterError(this.text, `The expression ${what} at position ${start}`, start);
  }
}
