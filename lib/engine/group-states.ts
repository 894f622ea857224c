import type { GroupStateItem } from '../backplane/backplane.message.js';
import type { Connection } from './connection.js';
import { GroupStateMessage } from './group-state.message.js';
import { SmallSet } from './small-set.js';

/**
 * What the members of a group that are connected here say about themselves, and which of them watch
 * (client-protocols.md 9.5). Members only: what one has here goes with its membership.
 */
export class GroupStates {
  readonly #items = new Map<Connection, GroupStateItem>();
  readonly #watchers = new SmallSet<Connection>();

  set(connection: Connection, item: GroupStateItem): void {
    if (item.state === undefined) this.#items.delete(connection);
    else this.#items.set(connection, item);
  }

  /** Idempotent. */
  watch(connection: Connection): void {
    this.#watchers.add(connection);
  }

  /** Idempotent. */
  unwatch(connection: Connection): void {
    this.#watchers.delete(connection);
  }

  /**
   * Forgets a member that leaves.
   *
   * @returns what the others have to be told; `undefined` when it had said nothing
   */
  remove(connection: Connection): GroupStateItem | undefined {
    this.#watchers.delete(connection);
    if (!this.#items.delete(connection)) return undefined;
    const { id: connectionId, userId } = connection;
    return { connectionId, userId, state: undefined, updatedAt: connection.nextStateChange() };
  }

  /** Tells the watchers here. */
  tell(group: string, item: GroupStateItem): void {
    if (this.#watchers.size === 0) return;
    const message = new GroupStateMessage({ kind: 'update', group, items: [item] });
    for (const watcher of this.#watchers) watcher.deliver(message);
  }

  /** The items with the lowest connection ids. */
  lowest(limit: number): GroupStateItem[] {
    return lowestStates(this.#items.values(), limit);
  }
}

/**
 * The items with the lowest connection ids, in their order. Keeps no more than it returns: a large
 * group must not be sorted for each client that asks.
 */
export function lowestStates(items: Iterable<GroupStateItem>, limit: number): GroupStateItem[] {
  const lowest: GroupStateItem[] = [];
  for (const item of items) {
    const index = positionOf(item, lowest);
    if (index >= limit) continue;
    lowest.splice(index, 0, item);
    if (lowest.length > limit) lowest.pop();
  }
  return lowest;
}

/** Where in the ordered list the item belongs. */
function positionOf({ connectionId }: GroupStateItem, ordered: readonly GroupStateItem[]): number {
  let from = 0;
  let to = ordered.length;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((ordered[middle]?.connectionId ?? '') < connectionId) from = middle + 1;
    else to = middle;
  }
  return from;
}
