import { compile, type Evaluate } from './compiler.js';
import { FilterError } from './filter.error.js';
import type { GroupNames } from './functions.js';
import { parseExpression } from './parser.js';
import { TypeChecker } from './type.checker.js';

export { FilterError } from './filter.error.js';
export type { GroupNames } from './functions.js';

/** Longest text that is looked at, in characters: lists of some thousand users fit. */
export const MAX_FILTER_LENGTH = 128 * 1024;

/** What a filter can know of a connection. */
export interface FilterSubject {
  readonly connectionId: string;
  /** None of an anonymous connection. */
  readonly userId: string | null | undefined;
  /** The negotiated subprotocol. */
  readonly protocol: string | null | undefined;
  readonly groups: GroupNames;
}

/**
 * A filter expression: a subset of OData, parsed and checked once, asked many times (rest.md 9).
 *
 * @example
 * ```ts
 * const filter = Filter.parse("userId ne null and 'lobby' in groups");
 * const selected = subjects.filter((subject) => filter.matches(subject));
 * ```
 */
export class Filter {
  private constructor(
    /** As it was written. */
    readonly text: string,
    private readonly evaluate: Evaluate,
  ) {}

  /**
   * @param text not empty: an empty filter is no filter
   * @throws {@link FilterError} with the text of the service
   */
  static parse(text: string): Filter {
    if (text.length > MAX_FILTER_LENGTH) {
      const reason = `The expression is longer than ${MAX_FILTER_LENGTH} characters`;
      throw new FilterError(text, reason, MAX_FILTER_LENGTH);
    }
    const expression = parseExpression(text);
    new TypeChecker(text).checkWhole(expression);
    return new Filter(text, compile(expression));
  }

  /** Whether the connection is selected. Never throws. */
  matches(subject: FilterSubject): boolean {
    try {
      return this.evaluate(subject) === true;
    } catch {
      // What cannot be said of a connection does not select it (rest.md 9.4).
      return false;
    }
  }
}
