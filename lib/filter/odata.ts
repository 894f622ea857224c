const LARGEST_INTEGER = 2 ** 31 - 1;

/**
 * Writes a filter with values in it, so that no value can be taken for a part of the expression:
 * strings are quoted and their quotes doubled, `null` and `undefined` are `null`. Where the template
 * has a value in quotes already, alone or as a part of a string, no more are added.
 *
 * @param strings the expression around the values
 * @param values strings, integers of 32 bits, booleans, `null` and `undefined`. Mind that a user id of
 *   `null` is that of all anonymous connections
 * @returns the text of the filter; whether it makes sense shows when it is used
 * @throws TypeError for a value that a filter cannot have: an object, a number that is no such integer
 * @example
 * ```ts
 * const filter = odata`userId ne ${author} and ${room} in groups`;
 * // such as userId ne 'O''Brien' and 'lobby' in groups
 * await chat.sendToAll('hello', { filter });
 *
 * odata`startswith(userId, 'guest-${country}-')`; // such as startswith(userId, 'guest-nl-')
 * ```
 */
export function odata(strings: TemplateStringsArray, ...values: readonly unknown[]): string {
  let text = '';
  let isQuoted = false;
  for (const [index, part] of strings.entries()) {
    text += part;
    if (hasOddQuotes(part)) isQuoted = !isQuoted;
    if (index < values.length) text += written(values[index], isQuoted);
  }
  return text;
}

/** A doubled quote within a string closes and opens it: it changes nothing. */
function hasOddQuotes(part: string): boolean {
  return part.split("'").length % 2 === 0;
}

function written(value: unknown, isQuoted: boolean): string {
  if (typeof value === 'string') {
    const escaped = value.replaceAll("'", "''");
    return isQuoted ? escaped : `'${escaped}'`;
  }
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean' || isInteger(value)) return String(value);
  const found = typeof value === 'number' || typeof value === 'bigint' ? value : typeof value;
  throw new TypeError(
    `A filter takes strings, integers of 32 bits, booleans and null; got ${found}.`,
  );
}

function isInteger(value: unknown): value is number | bigint {
  if (typeof value !== 'bigint' && !Number.isInteger(value)) return false;
  return Number(value) >= -LARGEST_INTEGER - 1 && Number(value) <= LARGEST_INTEGER;
}
