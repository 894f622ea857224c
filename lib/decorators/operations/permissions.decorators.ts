import type { Permission, PermissionOptions } from '../../drivers/operations/hub.operations.js';
import { serviceErrors } from '../../errors/service-errors.js';
import { CheckFailedException } from './check-failed.exception.js';
import {
  resolveTarget,
  type OperationCall,
  type OperationDecoratorOptions,
  type OperationTarget,
} from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

/** Options of the permission decorators: one group, or explicitly all of them. */
export interface PermissionDecoratorOptions extends OperationDecoratorOptions {
  /** The group, literally. */
  targetName?: OperationTarget;
  /** As {@link PermissionOptions.allGroups}. */
  allGroups?: boolean;
}

/**
 * Allows a connection something after the method has succeeded (operation
 * `WebPubSub_GrantPermission`). No such connection: {@link WebPubSubError} of status 404.
 *
 * @example
 * ```ts
 * @GrantPermission('sendToGroup', ({ args }) => args[0], { hub: 'chat', targetName: 'stage' })
 * handTheMicrophone(connectionId: string) {}
 * ```
 */
export function GrantPermission(
  permission: Permission,
  connectionId: OperationTarget,
  options: PermissionDecoratorOptions,
): MethodDecorator {
  return hubDecorator('GrantPermission', options, (hub) => ({
    async after(call) {
      const id = resolveTarget(connectionId, call);
      const target = permissionOptions(options, call);
      if (id === undefined || target === undefined) return;
      await hub.grantPermission(id, permission, target);
    },
  }));
}

/**
 * Denies a connection something after the method has succeeded, even what a role allows (operation
 * `WebPubSub_RevokePermission`).
 *
 * @example
 * ```ts
 * @RevokePermission('sendToGroup', ({ args }) => args[0], { hub: 'chat', targetName: 'stage' })
 * takeTheMicrophone(connectionId: string) {}
 * ```
 */
export function RevokePermission(
  permission: Permission,
  connectionId: OperationTarget,
  options: PermissionDecoratorOptions,
): MethodDecorator {
  return hubDecorator('RevokePermission', options, (hub) => ({
    async after(call) {
      const id = resolveTarget(connectionId, call);
      const target = permissionOptions(options, call);
      if (id === undefined || target === undefined) return;
      await hub.revokePermission(id, permission, target);
    },
  }));
}

/**
 * Lets the method run only if a connection may do something (operation `WebPubSub_CheckPermission`);
 * otherwise the caller gets a {@link CheckFailedException} of status 404, as the service answers.
 *
 * @example
 * ```ts
 * @CheckPermission('sendToGroup', ({ args }) => args[0], { hub: 'chat', targetName: 'stage' })
 * publish(connectionId: string, text: string) {}
 * ```
 */
export function CheckPermission(
  permission: Permission,
  connectionId: OperationTarget,
  options: PermissionDecoratorOptions,
): MethodDecorator {
  return hubDecorator('CheckPermission', options, (hub) => ({
    async before(call) {
      const id = resolveTarget(connectionId, call);
      const target = permissionOptions(options, call);
      const isKnown = id !== undefined && target !== undefined;
      if (isKnown && (await hub.hasPermission(id, permission, target))) return;
      throw new CheckFailedException(serviceErrors.permissionDenied(id ?? '', permission));
    },
  }));
}

/** @returns `undefined` when the function of a target names no group */
function permissionOptions(
  { allGroups, targetName }: PermissionDecoratorOptions,
  call: OperationCall,
): PermissionOptions | undefined {
  if (targetName === undefined) return { allGroups };
  const group = resolveTarget(targetName, call);
  return group === undefined ? undefined : { allGroups, targetName: group };
}
