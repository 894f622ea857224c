import { lowestIds } from './lowest-ids.js';
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
    return lowestIds(this.#items.values(), limit);
  }
}
