import { Filter } from '../filter/filter.js';
import type { Connection } from './connection.js';
import type { LocalHub } from './local-hub.js';

/**
 * What a filter says about connections of a hub (rest.md 9), by what they are at that moment.
 *
 * @throws {@link FilterError} for a filter that is none
 */
export function matcherOf(hub: LocalHub, filter: string): (connection: Connection) => boolean {
  const parsed = Filter.parse(filter);
  return (connection) =>
    parsed.matches({
      connectionId: connection.id,
      userId: connection.userId,
      protocol: connection.subprotocol,
      groups: {
        size: connection.groups.size,
        has: (name: string) => hub.isMember(connection, name),
      },
    });
}
