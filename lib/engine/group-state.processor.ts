import type { GroupStateItem } from '../backplane/backplane.message.js';
import type { Connection } from './connection.js';
import { GroupStateMessage } from './group-state.message.js';
import { GroupStates } from './group-states.js';
import type { Hub } from './hub.js';
import { MAX_GROUP_STATE_BYTES } from './limits.js';
import type { LocalHub } from './local-hub.js';
import type { Outcome } from './outcome.js';
import type { AckError } from './ports/frame-encoder.interface.js';
import type {
  SetGroupStateRequest,
  SubscribeGroupStateRequest,
  UnsubscribeGroupStateRequest,
} from './upstream-message.js';

/** Lets members of a group say things about themselves, and watch each other (client-protocols.md 9.5). */
export class GroupStateProcessor {
  constructor(
    private readonly local: LocalHub,
    private readonly hub: Hub,
  ) {}

  process(
    connection: Connection,
    request: SetGroupStateRequest | SubscribeGroupStateRequest | UnsubscribeGroupStateRequest,
  ): Outcome | Promise<Outcome> {
    switch (request.type) {
      case 'setGroupState':
        return this.#set(connection, request);
      case 'subscribeGroupState':
        return this.#subscribe(connection, request.group);
      case 'unsubscribeGroupState':
        this.local.group(request.group)?.states?.unwatch(connection);
        return undefined;
    }
  }

  #set(connection: Connection, { group, state }: SetGroupStateRequest): Outcome | Promise<Outcome> {
    if (!connection.permissions.allows('setGroupState', group)) {
      return forbidden('Permission denied.');
    }
    if (byteLength(state) > MAX_GROUP_STATE_BYTES) {
      const message = `State payload exceeds maximum size ${MAX_GROUP_STATE_BYTES} bytes.`;
      return { name: 'BadRequest', message };
    }
    const states = this.#statesFor(connection, group);
    if (states === undefined) return forbidden('Not a member of group.');
    const item: GroupStateItem = {
      connectionId: connection.id,
      userId: connection.userId,
      state,
      updatedAt: connection.nextStateChange(),
    };
    states.set(connection, item);
    return this.hub.announceState(group, item)?.then(() => undefined);
  }

  #subscribe(connection: Connection, group: string): Outcome | Promise<Outcome> {
    if (!connection.permissions.allows('getGroupState', group)) {
      return forbidden(`No permission to get states of group ${group}.`);
    }
    const states = this.#statesFor(connection, group);
    if (states === undefined) return forbidden(`Not a member of group ${group}.`);
    // Watching begins before the nodes are asked: no change can fall between.
    states.watch(connection);
    return this.hub.groupStates(group).then(
      (items) => () => {
        connection.deliver(new GroupStateMessage({ kind: 'snapshot', group, items }));
      },
      (error: unknown) => {
        states.unwatch(connection);
        throw error;
      },
    );
  }

  /** `undefined` when the connection is not a member. */
  #statesFor(connection: Connection, groupName: string): GroupStates | undefined {
    const group = this.local.group(groupName);
    if (group === undefined || !connection.groups.has(group)) return undefined;
    group.states ??= new GroupStates();
    return group.states;
  }
}

function byteLength(state: ReadonlyMap<string, string> | undefined): number {
  let bytes = 0;
  for (const [key, value] of state ?? [])
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}

function forbidden(message: string): AckError {
  return { name: 'Forbidden', message };
}
