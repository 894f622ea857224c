/** So short that the runtime's own search looks at no character often. */
const SHORT_LENGTH = 32;

/**
 * Where a part is first found in a text; -1 if nowhere. Unlike `indexOf` of strings, whose worst case
 * is the product of both lengths, this takes time for their sum: both may come from a stranger.
 */
export function indexOfPart(text: string, part: string): number {
  if (part.length <= SHORT_LENGTH) return text.indexOf(part);
  if (part.length > text.length) return -1;
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = 0; at < text.length; at += 1) {
    matched = extended(matched, text.charCodeAt(at), part, borders);
    if (matched === part.length) return at + 1 - matched;
  }
  return -1;
}

/** For each length of a beginning: of the longest shorter beginning that it ends with (Knuth, Morris, Pratt). */
function bordersOf(part: string): Uint32Array {
  const borders = new Uint32Array(part.length + 1);
  for (let length = 1, border = 0; length < part.length; length += 1) {
    border = extended(border, part.charCodeAt(length), part, borders);
    borders[length + 1] = border;
  }
  return borders;
}

/** How much of the part is matched with one character more. */
function extended(before: number, code: number, part: string, borders: Uint32Array): number {
  let matched = before;
  while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched] ?? 0;
  return part.charCodeAt(matched) === code ? matched + 1 : matched;
}
