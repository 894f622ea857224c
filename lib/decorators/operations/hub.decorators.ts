import type {
  CloseConnectionsOptions,
  SendToManyOptions,
} from '../../drivers/operations/hub.operations.js';
import type { HubMessage } from '../../hub/message.types.js';
import {
  resolveFilter,
  resolveOption,
  resolveTarget,
  resolveTargets,
  type Dynamic,
  type OperationCall,
  type OperationDecoratorOptions,
  type OperationTarget,
  type OperationTargets,
} from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

/** Options of the send decorators. */
export interface SendDecoratorOptions extends OperationDecoratorOptions {
  /** As {@link SendMessageOptions.contentType}. */
  contentType?: SendToManyOptions['contentType'];
  /** As {@link SendMessageOptions.messageTtlSeconds}. */
  messageTtlSeconds?: number;
  /** As {@link SendMessageOptions.metadata}. */
  metadata?: Dynamic<Readonly<Record<string, string>>>;
}

/** Options of {@link SendToUser}. */
export interface SendToUserDecoratorOptions extends SendDecoratorOptions {
  /** As {@link SendToUserOptions.filter}. */
  filter?: Dynamic<string>;
}

/** Options of the decorators that send to a hub or a group. */
export interface SendToManyDecoratorOptions extends SendToUserDecoratorOptions {
  /** As {@link SendToManyOptions.excludedConnections}. */
  excludedConnections?: Dynamic<string[]>;
}

/** Options of the decorators that close many connections. */
export interface CloseConnectionsDecoratorOptions extends OperationDecoratorOptions {
  /** Shown to JSON and protobuf clients. */
  reason?: Dynamic<string>;
  /** As {@link CloseConnectionsOptions.excludedConnections}. */
  excludedConnections?: Dynamic<string[]>;
}

/**
 * Sends what the method returns to every connection of the hub (operation `WebPubSub_SendToAll`).
 *
 * A value is sent once, `undefined` is not sent, a Promise is awaited. Of an Observable or an async
 * iterable each value is sent in order and then passed on, once somebody subscribes or iterates; of an
 * async iterable the next value is taken when the last has been sent. Nest subscribes to Observables,
 * and an async iterable that is only awaited, as Nest does, is run to its end and gives its last value.
 *
 * The method is asynchronous at run time whatever its type says. The hub is looked up before it runs:
 * without one it does not run. A send that fails rejects with a {@link WebPubSubError}.
 *
 * @example
 * ```ts
 * @Cron('0 * * * *')
 * @SendToAll({ hub: 'chat' })
 * chime() {
 *   return { time: new Date().toISOString() };
 * }
 * ```
 */
export function SendToAll(options: SendToManyDecoratorOptions = {}): MethodDecorator {
  return hubDecorator('SendToAll', options, (hub) => ({
    async onResult(call) {
      if (!isMessage(call.result)) return;
      await hub.sendToAll(call.result, sendOptions(options, call));
    },
  }));
}

/**
 * Closes every connection of the hub after the method has succeeded (operation
 * `WebPubSub_CloseAllConnections`).
 *
 * @example
 * ```ts
 * @Post('maintenance')
 * @CloseAllConnections({ hub: 'chat', reason: 'maintenance' })
 * begin() {}
 * ```
 */
export function CloseAllConnections(
  options: CloseConnectionsDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('CloseAllConnections', options, (hub) => ({
    async after(call) {
      await hub.closeAllConnections(closeOptions(options, call));
    },
  }));
}

/**
 * Puts every connection that matches a filter into all the groups after the method has succeeded
 * (operation `WebPubSub_AddConnectionsToGroups`). The empty filter takes every connection of the hub.
 * Quote strings in a filter, and double the quotes in them.
 *
 * @example
 * ```ts
 * @AddConnectionsToGroups(['news', 'sports'], "userId ne null", { hub: 'chat' })
 * startSeason() {}
 * ```
 */
export function AddConnectionsToGroups(
  groups: OperationTargets,
  filter: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('AddConnectionsToGroups', options, (hub) => ({
    async after(call) {
      const names = resolveTargets(groups, call);
      const expression = resolveTarget(filter, call);
      if (names === undefined || expression === undefined) return;
      await hub.addConnectionsToGroups(names, expression);
    },
  }));
}

/**
 * Takes every connection that matches a filter out of all the groups after the method has succeeded
 * (operation `WebPubSub_RemoveConnectionsFromGroups`). The empty filter takes every connection of the
 * hub.
 *
 * @example
 * ```ts
 * @RemoveConnectionsFromGroups(({ args }) => args[0], '', { hub: 'chat' })
 * closeRooms(rooms: string[]) {}
 * ```
 */
export function RemoveConnectionsFromGroups(
  groups: OperationTargets,
  filter: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('RemoveConnectionsFromGroups', options, (hub) => ({
    async after(call) {
      const names = resolveTargets(groups, call);
      const expression = resolveTarget(filter, call);
      if (names === undefined || expression === undefined) return;
      await hub.removeConnectionsFromGroups(names, expression);
    },
  }));
}

/** Whether a result is one to send: `undefined` says that there is nothing. */
export function isMessage(result: unknown): result is HubMessage {
  return result !== undefined;
}

/** The options of the hub's method for one call. */
export function sendOptions(
  options: SendToManyDecoratorOptions,
  call: OperationCall,
): SendToManyOptions {
  const { contentType, messageTtlSeconds } = options;
  return {
    contentType,
    messageTtlSeconds,
    metadata: resolveOption(options.metadata, call),
    filter: resolveFilter(options.filter, call),
    excludedConnections: resolveOption(options.excludedConnections, call),
  };
}

/** As {@link sendOptions}, for closing. */
export function closeOptions(
  options: CloseConnectionsDecoratorOptions,
  call: OperationCall,
): CloseConnectionsOptions {
  return {
    reason: resolveOption(options.reason, call),
    excludedConnections: resolveOption(options.excludedConnections, call),
  };
}
