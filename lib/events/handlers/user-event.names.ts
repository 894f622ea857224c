/** The items of a pattern (events.md 8.2), as they are written. */
export function eventNames(pattern: unknown): readonly string[] {
  return String(pattern)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
