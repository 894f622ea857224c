/** A piece of a filter. */
export interface Token {
  /** `other` is a character that no filter has. */
  readonly kind: 'name' | 'string' | 'integer' | 'punctuation' | 'other' | 'end';
  /** As written; of a string the content, with its doubled quotes made one. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const QUOTE = "'";

/** Cuts a text into tokens, one at a time. Looks at each character once. */
export class Tokenizer {
  #at = 0;

  constructor(private readonly text: string) {}

  /** After the last token `end`, over and over. */
  next(): Token {
    while (isSpace(this.text.charAt(this.#at))) this.#at += 1;
    const start = this.#at;
    const first = this.text.charAt(start);
    if (first === '') return this.#token('end', start, start);
    if (first === QUOTE) return this.#string(start);
    if (isLetter(first)) return this.#token('name', start, this.#endOf(start + 1, isNamePart));
    if (isDigit(first) || (first === '-' && isDigit(this.text.charAt(start + 1)))) {
      return this.#token('integer', start, this.#endOf(start + 1, isDigit));
    }
    const kind = first === '(' || first === ')' || first === ',' ? 'punctuation' : 'other';
    return this.#token(kind, start, start + 1);
  }

  #token(kind: Token['kind'], start: number, end: number): Token {
    this.#at = end;
    return { kind, text: this.text.slice(start, end), start, end };
  }

  /** One that does not end is no token. */
  #string(start: number): Token {
    const parts: string[] = [];
    let from = start + 1;
    for (;;) {
      const quote = this.text.indexOf(QUOTE, from);
      if (quote === -1) return this.#token('other', start, this.text.length);
      parts.push(this.text.slice(from, quote));
      if (this.text.charAt(quote + 1) !== QUOTE) {
        this.#at = quote + 1;
        return { kind: 'string', text: parts.join(QUOTE), start, end: quote + 1 };
      }
      from = quote + 2;
    }
  }

  #endOf(from: number, isPart: (character: string) => boolean): number {
    let end = from;
    while (isPart(this.text.charAt(end))) end += 1;
    return end;
  }
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isLetter(character: string): boolean {
  return (
    (character >= 'a' && character <= 'z') ||
    (character >= 'A' && character <= 'Z') ||
    character === '_'
  );
}

function isNamePart(character: string): boolean {
  return isLetter(character) || isDigit(character);
}
