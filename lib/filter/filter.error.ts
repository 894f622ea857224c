const SHOWN_LENGTH = 200;

/**
 * A text is no filter expression. The message is that of the service and may be shown to callers.
 *
 * @example
 * ```ts
 * "Invalid syntax for 'userId lt 1': Type 'string', expect 'int'. (Parameter 'filter')"
 * ```
 */
export class FilterError extends Error {
  /** Name of the class, for logs. */
  override readonly name = 'FilterError';

  /**
   * @param expression the smallest expression around what is wrong
   * @param reason without a full stop
   */
  constructor(
    expression: string,
    reason: string,
    /** Characters before what is wrong; of a syntax error, before what follows it. */
    readonly position: number,
  ) {
    super(`Invalid syntax for '${shown(expression)}': ${reason}. (Parameter 'filter')`);
  }
}

/** Cut where it gets long: whoever has sent it knows it. */
export function shown(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
