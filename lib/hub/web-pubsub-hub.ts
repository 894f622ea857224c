import type { HubDriver, WebPubSubDriver } from '../drivers/hub-driver.interface.js';
import type {
  AddUserToGroupOptions,
  ClientTokenOptions,
  ClientTokenResult,
  CloseConnectionOptions,
  OperationOptions,
  Permission,
  PermissionOptions,
  SendMessageOptions,
  SendToManyOptions,
} from '../drivers/operations/hub.operations.js';
import { MAX_MESSAGE_BYTES } from '../engine/limits.js';
import { serviceErrors } from '../errors/service-errors.js';
import {
  checkConnectionId,
  checkGroup,
  checkPermissionName,
  checkSignal,
  checkTokenOptions,
  checkUserId,
  permissionTarget,
  toSendOptions,
} from './argument.checks.js';
import type { HubMessage } from './message.types.js';
import { toPayload } from './payload.converter.js';
import { WebPubSubGroup } from './web-pubsub-group.js';

/**
 * One hub: a method for every operation of the service, with the names and arguments of
 * `WebPubSubServiceClient` of `@azure/web-pubsub`. Inject it with {@link InjectHub}.
 *
 * A send is accepted when its promise resolves; that says nothing about who received it. Names that
 * the service would refuse, and values that cannot be sent, reject with a {@link WebPubSubError} of
 * status 400 before anything happens.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class Announcer {
 *   constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}
 *
 *   async announce(text: string): Promise<void> {
 *     await this.chat.sendToAll({ announcement: text });
 *   }
 * }
 * ```
 */
export class WebPubSubHub {
  /** @internal */
  constructor(
    private readonly driver: HubDriver,
    private readonly service: Pick<WebPubSubDriver, 'isHealthy'>,
    private readonly maxMessageBytes: number = MAX_MESSAGE_BYTES,
  ) {}

  /** Name of the hub, in lower case. */
  get hubName(): string {
    return this.driver.hub;
  }

  /**
   * A handle on one group, for code that works with the same group again and again.
   *
   * @throws {@link WebPubSubError} 400 for a name that is empty, all white space, or longer than 1024
   * @example
   * ```ts
   * const lobby = chat.group('lobby');
   * await lobby.addUser('ann');
   * await lobby.sendToAll({ joined: 'ann' });
   * ```
   */
  group(groupName: string): WebPubSubGroup {
    checkGroup(groupName);
    return new WebPubSubGroup(this, groupName);
  }

  /**
   * Whether the service behind the hub can be used (operation `HealthApi_GetHealthStatus`).
   *
   * @example
   * ```ts
   * if (!(await chat.getServiceStatus())) postpone(announcement);
   * ```
   */
  async getServiceStatus(options?: OperationOptions): Promise<boolean> {
    checkSignal(options);
    return await this.service.isHealthy();
  }

  /**
   * Sends to every connection of the hub (operation `WebPubSub_SendToAll`).
   *
   * @example
   * ```ts
   * await chat.sendToAll({ price: 42 });
   * await chat.sendToAll('good morning', { contentType: 'text/plain' });
   * await chat.sendToAll(Buffer.from([1, 2, 3]), { excludedConnections: [sender] });
   * ```
   */
  async sendToAll(message: HubMessage, options: SendToManyOptions = {}): Promise<void> {
    checkSignal(options);
    const sendOptions = toSendOptions(options);
    await this.driver.sendToAll(await this.#payload(message, options), sendOptions);
  }

  /**
   * Sends to the members of a group (operation `WebPubSub_SendToGroup`). Nobody has to be in it.
   *
   * @example
   * ```ts
   * await chat.sendToGroup('lobby', { text: 'hello' });
   * ```
   */
  async sendToGroup(
    groupName: string,
    message: HubMessage,
    options: SendToManyOptions = {},
  ): Promise<void> {
    checkSignal(options);
    checkGroup(groupName);
    const sendOptions = toSendOptions(options);
    await this.driver.sendToGroup(groupName, await this.#payload(message, options), sendOptions);
  }

  /**
   * Sends to every connection of a user (operation `WebPubSub_SendToUser`).
   *
   * @example
   * ```ts
   * await chat.sendToUser('ann', { invitation: 'lobby' });
   * ```
   */
  async sendToUser(
    userId: string,
    message: HubMessage,
    options: SendMessageOptions = {},
  ): Promise<void> {
    checkSignal(options);
    checkUserId(userId);
    const sendOptions = toSendOptions({ ...options, excludedConnections: undefined });
    await this.driver.sendToUser(userId, await this.#payload(message, options), sendOptions);
  }

  /**
   * Sends to one connection (operation `WebPubSub_SendToConnection`).
   *
   * @example
   * ```ts
   * await chat.sendToConnection(connectionId, 'only you', { contentType: 'text/plain' });
   * ```
   */
  async sendToConnection(
    connectionId: string,
    message: HubMessage,
    options: SendMessageOptions = {},
  ): Promise<void> {
    checkSignal(options);
    checkConnectionId(connectionId);
    const sendOptions = toSendOptions({ ...options, excludedConnections: undefined });
    const payload = await this.#payload(message, options);
    await this.driver.sendToConnection(connectionId, payload, sendOptions);
  }

  /**
   * Whether a connection is there (operation `WebPubSub_ConnectionExists`).
   *
   * @example
   * ```ts
   * if (!(await chat.connectionExists(connectionId))) forget(connectionId);
   * ```
   */
  async connectionExists(connectionId: string, options?: OperationOptions): Promise<boolean> {
    checkSignal(options);
    checkConnectionId(connectionId);
    return await this.driver.connectionExists(connectionId);
  }

  /**
   * Whether a group has a member (operation `WebPubSub_GroupExists`).
   *
   * @example
   * ```ts
   * const isOpen = await chat.groupExists('support');
   * ```
   */
  async groupExists(groupName: string, options?: OperationOptions): Promise<boolean> {
    checkSignal(options);
    checkGroup(groupName);
    return await this.driver.groupExists(groupName);
  }

  /**
   * Whether a user has a connection (operation `WebPubSub_UserExists`).
   *
   * @example
   * ```ts
   * const isOnline = await chat.userExists('ann');
   * ```
   */
  async userExists(userId: string, options?: OperationOptions): Promise<boolean> {
    checkSignal(options);
    checkUserId(userId);
    return await this.driver.userExists(userId);
  }

  /**
   * Whether a connection of a user is in a group, or the pair is remembered (operation
   * `WebPubSub_UserExistsInGroup` of api-version 2020-10-01).
   *
   * @example
   * ```ts
   * const isMember = await chat.userExistsInGroup('ann', 'lobby');
   * ```
   */
  async userExistsInGroup(
    userId: string,
    groupName: string,
    options?: OperationOptions,
  ): Promise<boolean> {
    checkSignal(options);
    checkUserId(userId);
    checkGroup(groupName);
    return await this.driver.userExistsInGroup(userId, groupName);
  }

  /**
   * Closes a connection (operation `WebPubSub_CloseConnection`). No such connection is no error.
   *
   * @example
   * ```ts
   * await chat.closeConnection(connectionId, { reason: 'be nice' });
   * ```
   */
  async closeConnection(connectionId: string, options: CloseConnectionOptions = {}): Promise<void> {
    checkSignal(options);
    checkConnectionId(connectionId);
    await this.driver.closeConnection(connectionId, options.reason);
  }

  /**
   * Puts a connection into a group (operation `WebPubSub_AddConnectionToGroup`).
   *
   * @throws {@link WebPubSubError} 404 `Error.Connection.NotExisted`
   * @example
   * ```ts
   * await chat.addConnectionToGroup('lobby', connectionId);
   * ```
   */
  async addConnectionToGroup(
    groupName: string,
    connectionId: string,
    options?: OperationOptions,
  ): Promise<void> {
    checkSignal(options);
    checkGroup(groupName);
    checkConnectionId(connectionId);
    if (!(await this.driver.addConnectionToGroup(groupName, connectionId))) {
      throw serviceErrors.connectionNotFound(connectionId, 'Error');
    }
  }

  /**
   * Takes a connection out of a group (operation `WebPubSub_RemoveConnectionFromGroup`). Neither the
   * connection nor its membership has to be there.
   *
   * @example
   * ```ts
   * await chat.removeConnectionFromGroup('lobby', connectionId);
   * ```
   */
  async removeConnectionFromGroup(
    groupName: string,
    connectionId: string,
    options?: OperationOptions,
  ): Promise<void> {
    checkSignal(options);
    checkGroup(groupName);
    checkConnectionId(connectionId);
    await this.driver.removeConnectionFromGroup(groupName, connectionId);
  }

  /**
   * Puts every current connection of a user into a group (operation `WebPubSub_AddUserToGroup`); with
   * `remember: true` later ones too.
   *
   * @throws {@link WebPubSubError} 404 `Warning.User.NotExisted` when the user has no connection and
   *   nothing is to be remembered
   * @example
   * ```ts
   * await chat.addUserToGroup('lobby', 'ann', { remember: true });
   * ```
   */
  async addUserToGroup(
    groupName: string,
    userId: string,
    options: AddUserToGroupOptions = {},
  ): Promise<void> {
    checkSignal(options);
    checkGroup(groupName);
    checkUserId(userId);
    if (options.remember) await this.driver.rememberUserInGroup(groupName, userId);
    else if (!(await this.driver.addUserToGroup(groupName, userId))) {
      throw serviceErrors.userNotFound(userId);
    }
  }

  /**
   * Takes every connection of a user out of a group, and forgets the pair (operation
   * `WebPubSub_RemoveUserFromGroup`).
   *
   * @example
   * ```ts
   * await chat.removeUserFromGroup('lobby', 'ann');
   * ```
   */
  async removeUserFromGroup(
    groupName: string,
    userId: string,
    options?: OperationOptions,
  ): Promise<void> {
    checkSignal(options);
    checkGroup(groupName);
    checkUserId(userId);
    await this.driver.removeUserFromGroup(groupName, userId);
  }

  /**
   * Takes every connection of a user out of all its groups (operation
   * `WebPubSub_RemoveUserFromAllGroups`). A `reason`, which the SDK's signature has, changes nothing.
   *
   * @example
   * ```ts
   * await chat.removeUserFromAllGroups('ann');
   * ```
   */
  async removeUserFromAllGroups(userId: string, options?: CloseConnectionOptions): Promise<void> {
    checkSignal(options);
    checkUserId(userId);
    await this.driver.removeUserFromAllGroups(userId);
  }

  /**
   * Allows a connection to join and leave, or to send to, a group (operation
   * `WebPubSub_GrantPermission`).
   *
   * @throws {@link WebPubSubError} 404 `Info.Connection.NotExisted`; 409 `Error.Connection.Conflict`
   *   when the connection has too many overrides
   * @example
   * ```ts
   * await chat.grantPermission(connectionId, 'sendToGroup', { targetName: 'lobby' });
   * ```
   */
  async grantPermission(
    connectionId: string,
    permission: Permission,
    options?: PermissionOptions,
  ): Promise<void> {
    const group = this.#checkPermission(connectionId, permission, options);
    if (!(await this.driver.grantPermission(permission, connectionId, group))) {
      throw serviceErrors.connectionNotFound(connectionId, 'Info');
    }
  }

  /**
   * Denies what {@link WebPubSubHub.grantPermission} allows, even if a role of the connection allows
   * it (operation `WebPubSub_RevokePermission`). Memberships stay. No such connection is no error.
   *
   * @throws {@link WebPubSubError} 409 `Error.Connection.Conflict` when the connection has too many
   *   overrides
   * @example
   * ```ts
   * await chat.revokePermission(connectionId, 'sendToGroup', { targetName: 'lobby' });
   * ```
   */
  async revokePermission(
    connectionId: string,
    permission: Permission,
    options?: PermissionOptions,
  ): Promise<void> {
    const group = this.#checkPermission(connectionId, permission, options);
    await this.driver.revokePermission(permission, connectionId, group);
  }

  /**
   * Whether a connection may do something in a group; `false` also when there is no such connection
   * (operation `WebPubSub_CheckPermission`).
   *
   * @example
   * ```ts
   * const isMuted = !(await chat.hasPermission(id, 'sendToGroup', { targetName: 'lobby' }));
   * ```
   */
  async hasPermission(
    connectionId: string,
    permission: Permission,
    options?: PermissionOptions,
  ): Promise<boolean> {
    const group = this.#checkPermission(connectionId, permission, options);
    return (await this.driver.checkPermission(permission, connectionId, group)) === 'allowed';
  }

  /**
   * Makes a token that lets one client connect, and the URL to open with it.
   *
   * @throws {@link WebPubSubError} 400 for a life below one minute, a blank group, or a user id or role
   *   that is no string; `EndpointUnknown` (503) before the HTTP server listens, unless the option
   *   `endpoint` is set
   * @example
   * ```ts
   * const { url } = await chat.getClientAccessToken({ userId: 'ann', groups: ['lobby'] });
   * ```
   */
  async getClientAccessToken(options: ClientTokenOptions = {}): Promise<ClientTokenResult> {
    checkSignal(options);
    checkTokenOptions(options);
    return await this.driver.getClientAccessToken(options);
  }

  /**
   * The URL of {@link WebPubSubHub.getClientAccessToken}: what a browser gives to `WebSocket`.
   *
   * @example
   * ```ts
   * @Get('negotiate')
   * negotiate(@Query('name') name: string) {
   *   return this.chat.getClientAccessUrl({ userId: name });
   * }
   * ```
   */
  async getClientAccessUrl(options: ClientTokenOptions = {}): Promise<string> {
    return (await this.getClientAccessToken(options)).url;
  }

  #payload(message: HubMessage, options: SendMessageOptions): ReturnType<typeof toPayload> {
    return toPayload(message, options.contentType, this.maxMessageBytes);
  }

  #checkPermission(
    connectionId: string,
    permission: Permission,
    options: PermissionOptions | undefined,
  ): string | undefined {
    checkSignal(options);
    checkConnectionId(connectionId);
    checkPermissionName(permission);
    return permissionTarget(options);
  }
}
