import { jsonViolation } from './json.violation.js';

/** A member of a JSON object: its name, quotes included, and its value, both as they are written. */
export interface JsonMember {
  readonly name: string;
  readonly value: string;
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const ESCAPES = '"\\/bfnrtu';
const LITERALS = ['true', 'false', 'null'] as const;

/**
 * The members of the one object that a text consists of, in the order they are written and repeated
 * ones included. `JSON.parse` would lose digits and duplicates, and would build whatever a client
 * makes up; this walks over the text once, without recursion, whatever its depth.
 *
 * @throws {@link ProtocolViolation} when the text is not JSON (RFC 8259) or not an object; members
 * before the fault have been handed out by then
 */
export function* scanMembers(json: string): Generator<JsonMember> {
  let at = skip(json, skipSpace(json, 0), OPEN_BRACE);
  if (json.charCodeAt(at) !== CLOSE_BRACE) {
    for (;;) {
      const nameEnd = endOfString(json, at);
      const start = skipColon(json, nameEnd);
      const end = endOfValue(json, start);
      yield { name: json.slice(at, nameEnd), value: json.slice(start, end) };
      at = skipSpace(json, end);
      if (json.charCodeAt(at) !== COMMA) break;
      at = skipSpace(json, at + 1);
    }
  }
  at = skip(json, at, CLOSE_BRACE);
  if (at !== json.length) throw unexpected(at);
}

/** The index behind the value that begins at `from`. */
function endOfValue(json: string, from: number): number {
  /** What closes the arrays and objects around `at`, the innermost last. */
  const closers: number[] = [];
  let at = from;
  for (;;) {
    const closer = closerOf(json.charCodeAt(at));
    if (closer === undefined) {
      at = endOfScalar(json, at);
    } else {
      at = skipSpace(json, at + 1);
      if (json.charCodeAt(at) !== closer) {
        closers.push(closer);
        if (closer === CLOSE_BRACE) at = skipColon(json, endOfString(json, at));
        continue;
      }
      at += 1;
    }
    at = endOfFinished(json, at, closers);
    if (closers.length === 0) return at;
    at = skip(json, at, COMMA);
    if (closers.at(-1) === CLOSE_BRACE) at = skipColon(json, endOfString(json, at));
  }
}

/** Leaves the arrays and objects that end behind a value. */
function endOfFinished(json: string, from: number, closers: number[]): number {
  let at = from;
  while (closers.length > 0) {
    const next = skipSpace(json, at);
    if (json.charCodeAt(next) !== closers.at(-1)) return next;
    closers.pop();
    at = next + 1;
  }
  return at;
}

function closerOf(code: number): number | undefined {
  if (code === OPEN_BRACE) return CLOSE_BRACE;
  return code === OPEN_BRACKET ? CLOSE_BRACKET : undefined;
}

function endOfScalar(json: string, at: number): number {
  const code = json.charCodeAt(at);
  if (code === QUOTE) return endOfString(json, at);
  if (code === MINUS || isDigit(code)) return endOfNumber(json, at);
  const literal = LITERALS.find((candidate) => json.startsWith(candidate, at));
  if (literal === undefined) throw unexpected(at);
  return at + literal.length;
}

function endOfString(json: string, from: number): number {
  if (json.charCodeAt(from) !== QUOTE) throw unexpected(from);
  let at = from + 1;
  for (;;) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at = endOfEscape(json, at + 1);
    else if (code >= 0x20) at += 1;
    // A control character, or the end of the text: NaN is not less than anything either.
    else throw unexpected(at);
  }
}

function endOfEscape(json: string, at: number): number {
  if (at >= json.length || !ESCAPES.includes(json.charAt(at))) throw unexpected(at);
  if (json.charCodeAt(at) !== LOWER_U) return at + 1;
  for (let digit = at + 1; digit <= at + 4; digit += 1) {
    if (!isHexDigit(json.charCodeAt(digit))) throw unexpected(digit);
  }
  return at + 5;
}

function endOfNumber(json: string, from: number): number {
  let at = json.charCodeAt(from) === MINUS ? from + 1 : from;
  at = json.charCodeAt(at) === ZERO ? at + 1 : endOfDigits(json, at);
  if (json.charCodeAt(at) === DOT) at = endOfDigits(json, at + 1);
  if (lowerCase(json.charCodeAt(at)) !== LOWER_E) return at;
  const sign = json.charCodeAt(at + 1);
  return endOfDigits(json, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
}

/** At least one digit. */
function endOfDigits(json: string, from: number): number {
  let at = from;
  while (isDigit(json.charCodeAt(at))) at += 1;
  if (at === from) throw unexpected(at);
  return at;
}

function skipColon(json: string, at: number): number {
  return skip(json, skipSpace(json, at), COLON);
}

/** The index of what follows the character `code`, which has to be there. */
function skip(json: string, at: number, code: number): number {
  if (json.charCodeAt(at) !== code) throw unexpected(at);
  return skipSpace(json, at + 1);
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (isSpace(json.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  const lower = lowerCase(code);
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66);
}

/** Of a letter; other characters become whatever they become. */
function lowerCase(code: number): number {
  return code | 0x20;
}

function unexpected(at: number): Error {
  return jsonViolation(`not JSON: unexpected character or end at ${at}`);
}
