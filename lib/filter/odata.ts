/**
 * Writes a filter with values in it: strings are quoted and their quotes doubled, `null` and `undefined`
 * are `null`. Quotes in the template around a value are taken for what they are.
 *
 * @throws TypeError for a value that a filter cannot have: an object, a number that is no integer
 * @example
 * ```ts
 * await chat.sendToAll('hello', { filter: odata`userId eq ${name} and ${room} in groups` });
 * ```
 */
export function odata(strings: TemplateStringsArray, ...values: readonly unknown[]): string {
  return strings.reduce((text, part, index) => {
    const isQuoted = strings[index - 1]?.endsWith("'") ?? false;
    return text + written(values[index - 1], isQuoted) + part;
  });
}

function written(value: unknown, isQuoted: boolean): string {
  switch (typeof value) {
    case 'string': {
      const escaped = value.replaceAll("'", "''");
      return isQuoted ? escaped : `'${escaped}'`;
    }
    case 'boolean':
      return String(value);
    case 'number':
      if (Number.isInteger(value)) return String(value);
      break;
    case 'bigint':
      return String(value);
    case 'undefined':
      return 'null';
    default:
      if (value === null) return 'null';
  }
  throw new TypeError(
    `A filter takes strings, integers, booleans and null; got ${typeof value === 'number' ? value : typeof value}.`,
  );
}
