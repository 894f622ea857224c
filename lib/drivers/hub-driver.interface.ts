import type { Payload } from '../engine/payload.js';
import type { Metadata } from '../engine/message.js';
import type { SlowConsumerCounts } from '../engine/slow-consumers.js';
import type {
  ClientTokenOptions,
  ClientTokenResult,
  Permission,
} from './operations/hub.operations.js';

/** What every send can be told. */
export interface SendOptions {
  /** Connection ids that must not receive the message. */
  readonly excluded?: readonly string[];
  /** 0 or absent = the message never expires; at most 300. */
  readonly messageTtlSeconds?: number;
  readonly metadata?: Metadata;
  /** Only connections that match (rest.md 9); as written, the driver parses it. */
  readonly filter?: string;
}

/** What closing many connections can be told. */
export interface CloseManyOptions {
  /** Connection ids that stay open. */
  readonly excluded?: readonly string[];
  readonly reason?: string;
}

/** Which part of the members of a group is wanted (rest.md 10). */
export interface PageOptions {
  /** Most members of this page. */
  readonly maxPageSize?: number;
  /** Most members of this page and all that follow. */
  readonly top?: number;
  /** Where the page before ended. */
  readonly continuationToken?: string;
}

/** A member of a group. */
export interface GroupMember {
  /** The id that hub services take. */
  readonly connectionId: string;
  /** Absent of an anonymous connection. */
  readonly userId?: string;
}

/** One page of the members of a group. */
export interface GroupMemberPage {
  readonly members: readonly GroupMember[];
  /** `undefined` after the last page. */
  readonly continuationToken: string | undefined;
}

/**
 * Every operation of one hub, named as the service names it. Two implementations: the embedded
 * engine and the real service. Arguments are validated by the caller ({@link WebPubSubHub}, REST).
 *
 * Operations that fail throw {@link WebPubSubError}. Those that answer differently by api-version
 * for a missing target report it instead (`false` = there was none), and the caller decides.
 */
export interface HubDriver {
  /** Lower case. */
  readonly hub: string;

  sendToAll(payload: Payload, options?: SendOptions): Promise<void>;
  sendToGroup(group: string, payload: Payload, options?: SendOptions): Promise<void>;
  sendToUser(userId: string, payload: Payload, options?: SendOptions): Promise<void>;
  sendToConnection(connectionId: string, payload: Payload, options?: SendOptions): Promise<void>;

  connectionExists(connectionId: string): Promise<boolean>;
  groupExists(group: string): Promise<boolean>;
  userExists(userId: string): Promise<boolean>;
  /** True also for a pair remembered by {@link HubDriver.rememberUserInGroup}. */
  userExistsInGroup(userId: string, group: string): Promise<boolean>;

  closeConnection(connectionId: string, reason?: string): Promise<void>;
  closeAllConnections(options?: CloseManyOptions): Promise<void>;
  closeGroupConnections(group: string, options?: CloseManyOptions): Promise<void>;
  closeUserConnections(userId: string, options?: CloseManyOptions): Promise<void>;

  /** @returns `false` when there is no such connection */
  addConnectionToGroup(group: string, connectionId: string): Promise<boolean>;
  /** @returns `false` when there is no such connection */
  removeConnectionFromGroup(group: string, connectionId: string): Promise<boolean>;
  /** @returns `false` when the user has no connection */
  addUserToGroup(group: string, userId: string): Promise<boolean>;
  /** @returns `false` when there is no such connection */
  removeConnectionFromAllGroups(connectionId: string): Promise<boolean>;
  /** Every connection that matches the filter joins all the groups. */
  addConnectionsToGroups(groups: readonly string[], filter: string): Promise<void>;
  removeConnectionsFromGroups(groups: readonly string[], filter: string): Promise<void>;
  /** Ordered by connection id; an unknown group has no members. */
  listConnectionsInGroup(group: string, options?: PageOptions): Promise<GroupMemberPage>;
  removeUserFromGroup(group: string, userId: string): Promise<void>;
  removeUserFromAllGroups(userId: string): Promise<void>;

  /**
   * Membership of api-version 2020-10-01 (rest.md 5.7): joins the user's connections of now and of
   * later, until {@link HubDriver.removeUserFromGroup} or {@link HubDriver.removeUserFromAllGroups}.
   *
   * @throws {@link WebPubSubError} 409 when the hub remembers too many pairs
   */
  rememberUserInGroup(group: string, userId: string): Promise<void>;

  /**
   * @param group `undefined` = every group (api-version 2020-10-01)
   * @returns `false` when there is no such connection
   * @throws {@link WebPubSubError} 409 when the connection has too many overrides
   */
  grantPermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<boolean>;
  /** As {@link HubDriver.grantPermission}. */
  revokePermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<boolean>;
  checkPermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<'allowed' | 'denied' | 'absent'>;

  getClientAccessToken(options?: ClientTokenOptions): Promise<ClientTokenResult>;

  /**
   * How many connections of the hub match a filter now.
   *
   * @throws {@link WebPubSubError} 400 for a filter that is none
   */
  explainFilter(filter: string): Promise<number>;

  /** What clients of this process that do not read have cost so far. */
  getSlowConsumerCounts(): Promise<SlowConsumerCounts>;
}

/** The service as a whole: hubs by name, and whether it can be used. */
export interface WebPubSubDriver {
  hub(name: string): HubDriver;
  /** HealthApi_GetHealthStatus. Never throws. */
  isHealthy(): Promise<boolean>;
}
