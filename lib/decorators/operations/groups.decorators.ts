import type { GroupMember } from '../../drivers/hub-driver.interface.js';
import type { ListConnectionsOptions } from '../../drivers/operations/hub.operations.js';
import { serviceErrors } from '../../errors/service-errors.js';
import type { ConnectionPage } from '../../hub/connection.list.js';
import { CheckFailedException } from './check-failed.exception.js';
import {
  closeOptions,
  isMessage,
  sendOptions,
  type CloseConnectionsDecoratorOptions,
  type SendToManyDecoratorOptions,
} from './hub.decorators.js';
import {
  resolveTarget,
  resultOptions,
  type OperationDecoratorOptions,
  type OperationTarget,
} from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

/** What the caller of a method with {@link ListConnectionsInGroup} gets. */
export interface ListedConnections {
  /** One page, by connection id. */
  readonly connections: readonly GroupMember[];
  /** Asks for the next page; absent on the last one. */
  readonly continuationToken?: string;
}

/**
 * Sends what the method returns to the members of a group (operation `WebPubSub_SendToGroup`).
 * Results are treated as by {@link SendToAll}.
 *
 * @example
 * ```ts
 * @Post('rooms/:room/messages')
 * @SendToGroup(({ args }) => args[0], { hub: 'chat' })
 * say(@Param('room') room: string, @Body() message: MessageDto) {
 *   return message;
 * }
 * ```
 */
export function SendToGroup(
  group: OperationTarget,
  options: SendToManyDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('SendToGroup', options, (hub) => ({
    async onResult(call) {
      const name = resolveTarget(group, call);
      if (name === undefined || !isMessage(call.result)) return;
      await hub.sendToGroup(name, call.result, sendOptions(options, call));
    },
  }));
}

/**
 * Closes every connection that is in a group after the method has succeeded (operation
 * `WebPubSub_CloseGroupConnections`).
 *
 * @example
 * ```ts
 * @Delete('rooms/:room')
 * @CloseGroupConnections(({ args }) => args[0], { hub: 'chat', reason: 'the room is closed' })
 * remove(@Param('room') room: string) {}
 * ```
 */
export function CloseGroupConnections(
  group: OperationTarget,
  options: CloseConnectionsDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('CloseGroupConnections', options, (hub) => ({
    async after(call) {
      const name = resolveTarget(group, call);
      if (name !== undefined) await hub.closeGroupConnections(name, closeOptions(options, call));
    },
  }));
}

/**
 * Answers with the connections that are in a group (operation `WebPubSub_ListConnectionsInGroup`).
 * The method says which page: it returns {@link ListConnectionsOptions}, or nothing for the first
 * one. Its caller gets {@link ListedConnections} instead. Without a group the result stays as it is.
 *
 * @example
 * ```ts
 * @Get('rooms/:room/members')
 * @ListConnectionsInGroup(({ args }) => args[0], { hub: 'chat' })
 * members(@Param('room') room: string, @Query('after') continuationToken?: string) {
 *   return { maxPageSize: 50, continuationToken };
 * }
 * ```
 */
export function ListConnectionsInGroup(
  group: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('ListConnectionsInGroup', options, (hub) => ({
    async answer(call): Promise<unknown> {
      const name = resolveTarget(group, call);
      if (name === undefined) return call.result;
      const page: ListConnectionsOptions = resultOptions({ ...call, result: call.result ?? {} });
      const list = await hub.listConnectionsInGroup(name, page);
      // There is always a first page.
      const first = (await list.byPage().next()) as IteratorYieldResult<ConnectionPage>;
      const { continuationToken } = first.value;
      const listed: ListedConnections = {
        connections: [...first.value],
        ...(continuationToken !== undefined && { continuationToken }),
      };
      return listed;
    },
  }));
}

/**
 * Puts a connection into a group after the method has succeeded (operation
 * `WebPubSub_AddConnectionToGroup`). No such connection: {@link WebPubSubError} of status 404.
 *
 * @example
 * ```ts
 * @AddConnectionToGroup('lobby', ({ args }) => args[0], { hub: 'chat' })
 * welcome(connectionId: string) {}
 * ```
 */
export function AddConnectionToGroup(
  group: OperationTarget,
  connectionId: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('AddConnectionToGroup', options, (hub) => ({
    async after(call) {
      const name = resolveTarget(group, call);
      const id = resolveTarget(connectionId, call);
      if (name === undefined || id === undefined) return;
      await hub.addConnectionToGroup(name, id);
    },
  }));
}

/**
 * Takes a connection out of a group after the method has succeeded (operation
 * `WebPubSub_RemoveConnectionFromGroup`).
 *
 * @example
 * ```ts
 * @RemoveConnectionFromGroup('lobby', ({ args }) => args[0], { hub: 'chat' })
 * moveOn(connectionId: string) {}
 * ```
 */
export function RemoveConnectionFromGroup(
  group: OperationTarget,
  connectionId: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('RemoveConnectionFromGroup', options, (hub) => ({
    async after(call) {
      const name = resolveTarget(group, call);
      const id = resolveTarget(connectionId, call);
      if (name === undefined || id === undefined) return;
      await hub.removeConnectionFromGroup(name, id);
    },
  }));
}

/**
 * Lets the method run only if a group has a member (operation `WebPubSub_GroupExists`); otherwise the
 * caller gets a {@link CheckFailedException} of status 404.
 *
 * @example
 * ```ts
 * @Get('rooms/:room')
 * @GroupExists(({ args }) => args[0], { hub: 'chat' })
 * show(@Param('room') room: string) {}
 * ```
 */
export function GroupExists(
  group: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('GroupExists', options, (hub) => ({
    async before(call) {
      const name = resolveTarget(group, call);
      if (name !== undefined && (await hub.groupExists(name))) return;
      throw new CheckFailedException(serviceErrors.groupNotFound(name ?? ''));
    },
  }));
}
