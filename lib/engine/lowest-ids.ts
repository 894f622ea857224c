/**
 * The items with the lowest connection ids, in their order. Keeps no more than it returns: a large
 * group must not be sorted for each page of it that somebody asks for.
 */
export function lowestIds<Item extends { readonly connectionId: string }>(
  items: Iterable<Item>,
  limit: number,
): Item[] {
  const lowest: Item[] = [];
  for (const item of items) {
    const index = positionOf(item.connectionId, lowest);
    if (index >= limit) continue;
    lowest.splice(index, 0, item);
    if (lowest.length > limit) lowest.pop();
  }
  return lowest;
}

/** Where in the ordered list the id belongs. */
function positionOf(id: string, ordered: readonly { readonly connectionId: string }[]): number {
  let from = 0;
  let to = ordered.length;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((ordered[middle]?.connectionId ?? '') < id) from = middle + 1;
    else to = middle;
  }
  return from;
}
