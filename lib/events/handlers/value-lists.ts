/** What may be given more than once, by name. */
export type ValueLists = Readonly<Record<string, readonly string[]>>;

/** As HTTP frameworks show a query: one value is a string, several are a list. */
export function flatten(lists: ValueLists): Record<string, string | readonly string[]> {
  const values = emptyRecord<string | readonly string[]>();
  for (const [name, list] of Object.entries(lists)) {
    values[name] = list.length === 1 ? (list[0] as string) : list;
  }
  return values;
}

/** As Node shows headers: lower-case names, and repeated ones in one line. */
export function flattenHeaders(lists: ValueLists): Record<string, string> {
  const values = emptyRecord<string>();
  for (const [name, list] of Object.entries(lists)) {
    const key = name.toLowerCase();
    values[key] = list.join(key === 'cookie' ? '; ' : ', ');
  }
  return values;
}

/** Without a prototype: names come from clients. */
function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
