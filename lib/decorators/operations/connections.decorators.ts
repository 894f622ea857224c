import { serviceErrors } from '../../errors/service-errors.js';
import { CheckFailedException } from './check-failed.exception.js';
import { isMessage, sendOptions, type SendDecoratorOptions } from './hub.decorators.js';
import {
  resolveOption,
  resolveTarget,
  type Dynamic,
  type OperationDecoratorOptions,
  type OperationTarget,
} from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

/** Options of {@link CloseConnection}. */
export interface CloseConnectionDecoratorOptions extends OperationDecoratorOptions {
  /** Shown to JSON and protobuf clients. */
  reason?: Dynamic<string>;
}

/**
 * Sends what the method returns to one connection (operation `WebPubSub_SendToConnection`). Results
 * are treated as by {@link SendToAll}.
 *
 * @example
 * ```ts
 * @SendToConnection(({ args }) => args[0], { hub: 'chat' })
 * greet(connectionId: string) {
 *   return { welcome: true };
 * }
 * ```
 */
export function SendToConnection(
  connectionId: OperationTarget,
  options: SendDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('SendToConnection', options, (hub) => ({
    async onResult(call) {
      const id = resolveTarget(connectionId, call);
      if (id === undefined || !isMessage(call.result)) return;
      await hub.sendToConnection(id, call.result, sendOptions(options, call));
    },
  }));
}

/**
 * Closes a connection after the method has succeeded (operation `WebPubSub_CloseConnection`).
 *
 * @example
 * ```ts
 * @Delete('sessions/:id')
 * @CloseConnection(({ args }) => args[0], { hub: 'chat', reason: 'signed out' })
 * signOut(@Param('id') id: string) {}
 * ```
 */
export function CloseConnection(
  connectionId: OperationTarget,
  options: CloseConnectionDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('CloseConnection', options, (hub) => ({
    async after(call) {
      const id = resolveTarget(connectionId, call);
      if (id === undefined) return;
      const reason = resolveOption(options.reason, call);
      await hub.closeConnection(id, { reason });
    },
  }));
}

/**
 * Takes a connection out of all its groups after the method has succeeded (operation
 * `WebPubSub_RemoveConnectionFromAllGroups`).
 *
 * @example
 * ```ts
 * @RemoveConnectionFromAllGroups(({ args }) => args[0], { hub: 'chat' })
 * mute(connectionId: string) {}
 * ```
 */
export function RemoveConnectionFromAllGroups(
  connectionId: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('RemoveConnectionFromAllGroups', options, (hub) => ({
    async after(call) {
      const id = resolveTarget(connectionId, call);
      if (id !== undefined) await hub.removeConnectionFromAllGroups(id);
    },
  }));
}

/**
 * Lets the method run only if a connection is there (operation `WebPubSub_ConnectionExists`);
 * otherwise the caller gets a {@link CheckFailedException} of status 404.
 *
 * @example
 * ```ts
 * @Get('connections/:id')
 * @ConnectionExists(({ args }) => args[0], { hub: 'chat' })
 * show(@Param('id') id: string) {}
 * ```
 */
export function ConnectionExists(
  connectionId: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('ConnectionExists', options, (hub) => ({
    async before(call) {
      const id = resolveTarget(connectionId, call);
      if (id !== undefined && (await hub.connectionExists(id))) return;
      throw new CheckFailedException(serviceErrors.connectionNotFound(id ?? '', 'Warning'));
    },
  }));
}
