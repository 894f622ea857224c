import type {
  AddUserToGroupOptions,
  CloseConnectionOptions,
  ListConnectionsOptions,
  OperationOptions,
} from '../drivers/operations/hub.operations.js';
import { serviceErrors } from '../errors/service-errors.js';
import {
  checkConnectionId,
  checkFilter,
  checkGroup,
  checkGroups,
  checkSignal,
  checkUserId,
  toPageOptions,
} from './argument.checks.js';
import { ConnectionList } from './connection.list.js';
import { HubConnections } from './hub.connections.js';

/** What {@link WebPubSubHub} does with groups: who is in them, comes and goes. */
export abstract class HubGroups extends HubConnections {
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
   * Takes a connection out of every group it is in (operation
   * `WebPubSub_RemoveConnectionFromAllGroups`). No such connection is no error. A `reason`, which the
   * SDK's signature has, changes nothing.
   *
   * @example
   * ```ts
   * await chat.removeConnectionFromAllGroups(connectionId);
   * ```
   */
  async removeConnectionFromAllGroups(
    connectionId: string,
    options?: CloseConnectionOptions,
  ): Promise<void> {
    checkSignal(options);
    checkConnectionId(connectionId);
    await this.driver.removeConnectionFromAllGroups(connectionId);
  }

  /**
   * Puts every connection that matches a filter into all the groups (operation
   * `WebPubSub_AddConnectionsToGroups`). The filter sees the groups as they were before.
   *
   * @param filter as {@link SendToUserOptions.filter}; the empty one takes every connection of the hub
   * @throws {@link WebPubSubError} 400 for a filter that cannot be evaluated; 409
   *   `Error.Connection.Conflict` when connections that would be in too many groups were left out,
   *   while the others have joined
   * @example
   * ```ts
   * await chat.addConnectionsToGroups(['news', 'sports'], "userId eq 'ann'");
   * ```
   */
  async addConnectionsToGroups(
    groups: string[],
    filter: string,
    options?: OperationOptions,
  ): Promise<void> {
    checkSignal(options);
    checkGroups(groups);
    checkFilter(filter);
    await this.driver.addConnectionsToGroups(groups, filter);
  }

  /**
   * Takes every connection that matches a filter out of all the groups (operation
   * `WebPubSub_RemoveConnectionsFromGroups`).
   *
   * @param filter as {@link SendToUserOptions.filter}; the empty one takes every connection of the hub
   * @throws {@link WebPubSubError} 400 for a filter that cannot be evaluated
   * @example
   * ```ts
   * await chat.removeConnectionsFromGroups(['sports'], "not ('members' in groups)");
   * ```
   */
  async removeConnectionsFromGroups(
    groups: string[],
    filter: string,
    options?: OperationOptions,
  ): Promise<void> {
    checkSignal(options);
    checkGroups(groups);
    checkFilter(filter);
    await this.driver.removeConnectionsFromGroups(groups, filter);
  }

  /**
   * The connections that are in a group, by connection id (operation
   * `WebPubSub_ListConnectionsInGroup`). Pages are fetched while the list is iterated; a connection
   * that is there all the while is listed once. A group that nobody is in has none.
   *
   * @throws {@link WebPubSubError} 400 for a page size, a `top` or a token that is out of range
   * @example
   * ```ts
   * for await (const { userId } of await chat.listConnectionsInGroup('lobby')) greet(userId);
   * ```
   */
  async listConnectionsInGroup(
    groupName: string,
    options: ListConnectionsOptions = {},
  ): Promise<ConnectionList> {
    checkSignal(options);
    checkGroup(groupName);
    toPageOptions(options);
    return new ConnectionList(
      async (page) => await this.driver.listConnectionsInGroup(groupName, page),
      options,
    );
  }
}
