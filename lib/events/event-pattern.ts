/**
 * Which user events somebody wants (events.md 8.2): `*`, a name, or names separated by commas. Letter
 * case does not matter.
 */
export class EventPattern {
  readonly #all: boolean;
  readonly #names: ReadonlySet<string>;

  /** @param text as configured; empty matches nothing. Checked before with {@link problemOfPattern}. */
  constructor(text: string) {
    const items = itemsOf(text);
    this.#all = items.includes('*');
    this.#names = new Set(items);
  }

  matches(event: string): boolean {
    return this.#all || this.#names.has(event.toLowerCase());
  }
}

/** Why a text is no pattern; `undefined` when it is one. */
export function problemOfPattern(text: string): string | undefined {
  const bad = itemsOf(text).find((item) => item !== '*' && item.includes('*'));
  return bad === undefined
    ? undefined
    : `'${bad}' has a wildcard inside a name; only a lone * matches more than one event`;
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
}
