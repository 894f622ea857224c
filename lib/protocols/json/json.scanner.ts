/** A member of a JSON object: its name, and its value as it is written. */
export interface JsonMember {
  readonly name: string;
  readonly text: string;
}

/**
 * The members of an object in the order they are written, repeated ones included, without losing a
 * digit or a duplicate as `JSON.parse` does.
 *
 * One pass, no recursion.
 *
 * @param json a valid JSON text whose value is an object: the caller has parsed it
 */
export function* scanMembers(json: string): Generator<JsonMember> {
  let at = skipSpace(json, json.indexOf('{') + 1);
  while (json.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const colon = skipSpace(json, nameEnd);
    const start = skipSpace(json, colon + 1);
    const end = endOfValue(json, start);
    yield { name, text: json.slice(start, end) };
    const next = skipSpace(json, end);
    if (json.charCodeAt(next) !== COMMA) return;
    at = skipSpace(json, next + 1);
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function skipSpace(json: string, at: number): number {
  let index = at;
  while (isSpace(json.charCodeAt(index))) index += 1;
  return index;
}

/** The index behind the closing quote of the string that begins at `at`. */
function endOfString(json: string, at: number): number {
  let index = at + 1;
  for (;;) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) return index + 1;
    index += code === BACKSLASH ? 2 : 1;
  }
}

function endOfValue(json: string, at: number): number {
  const first = json.charCodeAt(at);
  if (first === QUOTE) return endOfString(json, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(json, at);
  let index = at;
  while (index < json.length && !endsScalar(json.charCodeAt(index))) index += 1;
  return index;
}

function endOfNested(json: string, at: number): number {
  let depth = 0;
  let index = at;
  do {
    const code = json.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(json, index);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    index += 1;
  } while (depth > 0);
  return index;
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code);
}
