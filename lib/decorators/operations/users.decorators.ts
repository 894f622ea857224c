import { serviceErrors } from '../../errors/service-errors.js';
import { CheckFailedException } from './check-failed.exception.js';
import {
  closeOptions,
  isMessage,
  sendOptions,
  type CloseConnectionsDecoratorOptions,
  type SendToUserDecoratorOptions,
} from './hub.decorators.js';
import {
  resolveTarget,
  type OperationDecoratorOptions,
  type OperationTarget,
} from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

/** Options of {@link AddUserToGroup}. */
export interface AddUserToGroupDecoratorOptions extends OperationDecoratorOptions {
  /** As {@link AddUserToGroupOptions.remember}. */
  remember?: boolean;
}

/**
 * Sends what the method returns to every connection of a user (operation `WebPubSub_SendToUser`).
 * Results are treated as by {@link SendToAll}.
 *
 * @example
 * ```ts
 * @SendToUser(({ args }) => args[0], { hub: 'chat' })
 * remind(userId: string) {
 *   return { reminder: 'stand-up in five minutes' };
 * }
 * ```
 */
export function SendToUser(
  userId: OperationTarget,
  options: SendToUserDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('SendToUser', options, (hub) => ({
    async onResult(call) {
      const user = resolveTarget(userId, call);
      if (user === undefined || !isMessage(call.result)) return;
      await hub.sendToUser(user, call.result, sendOptions(options, call));
    },
  }));
}

/**
 * Closes every connection of a user after the method has succeeded (operation
 * `WebPubSub_CloseUserConnections`).
 *
 * @example
 * ```ts
 * @Delete('sessions')
 * @CloseUserConnections(({ args }) => (args[0] as User).id, { hub: 'chat', reason: 'signed out' })
 * signOut(@CurrentUser() user: User) {}
 * ```
 */
export function CloseUserConnections(
  userId: OperationTarget,
  options: CloseConnectionsDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('CloseUserConnections', options, (hub) => ({
    async after(call) {
      const user = resolveTarget(userId, call);
      if (user !== undefined) await hub.closeUserConnections(user, closeOptions(options, call));
    },
  }));
}

/**
 * Puts every connection of a user into a group after the method has succeeded (operation
 * `WebPubSub_AddUserToGroup`). No connection and nothing to remember: {@link WebPubSubError} of
 * status 404.
 *
 * @example
 * ```ts
 * @AddUserToGroup('members', ({ result }) => (result as Member).id, { hub: 'chat', remember: true })
 * register(dto: RegisterDto): Promise<Member> {
 *   return this.members.create(dto);
 * }
 * ```
 */
export function AddUserToGroup(
  group: OperationTarget,
  userId: OperationTarget,
  options: AddUserToGroupDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('AddUserToGroup', options, (hub) => ({
    async after(call) {
      const name = resolveTarget(group, call);
      const user = resolveTarget(userId, call);
      if (name === undefined || user === undefined) return;
      await hub.addUserToGroup(name, user, { remember: options.remember });
    },
  }));
}

/**
 * Takes every connection of a user out of a group after the method has succeeded (operation
 * `WebPubSub_RemoveUserFromGroup`).
 *
 * @example
 * ```ts
 * @RemoveUserFromGroup('members', ({ args }) => args[0], { hub: 'chat' })
 * leave(userId: string) {}
 * ```
 */
export function RemoveUserFromGroup(
  group: OperationTarget,
  userId: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('RemoveUserFromGroup', options, (hub) => ({
    async after(call) {
      const name = resolveTarget(group, call);
      const user = resolveTarget(userId, call);
      if (name === undefined || user === undefined) return;
      await hub.removeUserFromGroup(name, user);
    },
  }));
}

/**
 * Takes every connection of a user out of all its groups after the method has succeeded (operation
 * `WebPubSub_RemoveUserFromAllGroups`).
 *
 * @example
 * ```ts
 * @RemoveUserFromAllGroups(({ args }) => args[0], { hub: 'chat' })
 * suspend(userId: string) {}
 * ```
 */
export function RemoveUserFromAllGroups(
  userId: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('RemoveUserFromAllGroups', options, (hub) => ({
    async after(call) {
      const user = resolveTarget(userId, call);
      if (user !== undefined) await hub.removeUserFromAllGroups(user);
    },
  }));
}

/**
 * Lets the method run only if a user has a connection (operation `WebPubSub_UserExists`); otherwise
 * the caller gets a {@link CheckFailedException} of status 404.
 *
 * @example
 * ```ts
 * @Post('users/:user/messages')
 * @UserExists(({ args }) => args[0], { hub: 'chat' })
 * tell(@Param('user') user: string, @Body() message: MessageDto) {}
 * ```
 */
export function UserExists(
  userId: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('UserExists', options, (hub) => ({
    async before(call) {
      const user = resolveTarget(userId, call);
      if (user !== undefined && (await hub.userExists(user))) return;
      throw new CheckFailedException(serviceErrors.userNotFound(user ?? ''));
    },
  }));
}

/**
 * Lets the method run only if a user is in a group (operation `WebPubSub_UserExistsInGroup` of
 * api-version 2020-10-01); otherwise the caller gets a {@link CheckFailedException} of status 404.
 *
 * @example
 * ```ts
 * @Post('rooms/:room/messages')
 * @UserInGroup(({ args }) => (args[1] as User).id, ({ args }) => args[0], { hub: 'chat' })
 * say(@Param('room') room: string, @CurrentUser() user: User) {}
 * ```
 */
export function UserInGroup(
  userId: OperationTarget,
  group: OperationTarget,
  options: OperationDecoratorOptions = {},
): MethodDecorator {
  return hubDecorator('UserInGroup', options, (hub) => ({
    async before(call) {
      const user = resolveTarget(userId, call);
      const name = resolveTarget(group, call);
      const isKnown = user !== undefined && name !== undefined;
      if (isKnown && (await hub.userExistsInGroup(user, name))) return;
      throw new CheckFailedException(serviceErrors.userNotInGroup(user ?? '', name ?? ''));
    },
  }));
}
