import { serviceErrors } from '../../errors/service-errors.js';
import { CheckFailedException } from './check-failed.exception.js';
import { isMessage, sendOptions, type SendToManyDecoratorOptions } from './hub.decorators.js';
import {
  resolveTarget,
  type OperationDecoratorOptions,
  type OperationTarget,
} from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

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
