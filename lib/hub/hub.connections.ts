import type { SlowConsumerCounts } from '../engine/slow-consumers.js';
import type {
  CloseConnectionOptions,
  CloseConnectionsOptions,
  OperationOptions,
  Permission,
  PermissionOptions,
} from '../drivers/operations/hub.operations.js';
import { serviceErrors } from '../errors/service-errors.js';
import {
  checkConnectionId,
  checkFilter,
  checkGroup,
  checkPermissionName,
  checkSignal,
  checkUserId,
  permissionTarget,
  toCloseOptions,
} from './argument.checks.js';
import { HubSends } from './hub.sends.js';

/** What {@link WebPubSubHub} does with connections: whether they are there, may do, and end. */
export abstract class HubConnections extends HubSends {
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
   * Closes every connection of the hub (operation `WebPubSub_CloseAllConnections`).
   *
   * @example
   * ```ts
   * await chat.closeAllConnections({ reason: 'maintenance', excludedConnections: [mine] });
   * ```
   */
  async closeAllConnections(options: CloseConnectionsOptions = {}): Promise<void> {
    checkSignal(options);
    await this.driver.closeAllConnections(toCloseOptions(options));
  }

  /**
   * Closes every connection of a user (operation `WebPubSub_CloseUserConnections`). One that the user
   * opens meanwhile stays.
   *
   * @example
   * ```ts
   * await chat.closeUserConnections('ann', { reason: 'signed out' });
   * ```
   */
  async closeUserConnections(userId: string, options: CloseConnectionsOptions = {}): Promise<void> {
    checkSignal(options);
    checkUserId(userId);
    await this.driver.closeUserConnections(userId, toCloseOptions(options));
  }

  /**
   * Closes every connection that is in a group (operation `WebPubSub_CloseGroupConnections`).
   *
   * @example
   * ```ts
   * await chat.closeGroupConnections('room-7', { reason: 'the room is closed' });
   * ```
   */
  async closeGroupConnections(
    groupName: string,
    options: CloseConnectionsOptions = {},
  ): Promise<void> {
    checkSignal(options);
    checkGroup(groupName);
    await this.driver.closeGroupConnections(groupName, toCloseOptions(options));
  }

  /**
   * How many connections of the hub match a filter now: to try one out before it decides who gets a
   * message. The service has no such operation: with the driver `azure` it is not supported.
   *
   * @throws {@link WebPubSubError} 400 for a filter that cannot be evaluated, with what is wrong where
   * @example
   * ```ts
   * const readers = await chat.explainFilter("'news' in groups and userId ne null");
   * ```
   */
  async explainFilter(filter: string, options?: OperationOptions): Promise<number> {
    checkSignal(options);
    checkFilter(filter);
    return await this.driver.explainFilter(filter);
  }

  /**
   * What clients that do not read have cost in this process since it started: how many were closed, and
   * how many messages they were not sent (option `slowConsumerPolicy`). The service keeps such counts in
   * its metrics: with the driver `azure` it is not supported.
   *
   * @example
   * ```ts
   * const { closedConnections, droppedMessages } = await chat.getSlowConsumerCounts();
   * ```
   */
  async getSlowConsumerCounts(): Promise<SlowConsumerCounts> {
    return await this.driver.getSlowConsumerCounts();
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
