import type { Target } from '../../backplane/backplane.message.js';
import type { Clock } from '../../engine/clock.js';
import type { Hub } from '../../engine/hub.js';
import { Message, type MessageOrigin } from '../../engine/message.js';
import type { Payload } from '../../engine/payload.js';
import type { SlowConsumerCounts, SlowConsumers } from '../../engine/slow-consumers.js';
import { serviceErrors } from '../../errors/service-errors.js';
import type {
  CloseManyOptions,
  GroupMemberPage,
  HubDriver,
  PageOptions,
  SendOptions,
} from '../hub-driver.interface.js';
import { filterProblem } from '../operations/filter.check.js';
import type {
  ClientTokenOptions,
  ClientTokenResult,
  Permission,
} from '../operations/hub.operations.js';
import type { ClientTokens } from './client-tokens.js';

/** What a page holds unless it is told; also the most that it may be told to (rest.md 10). */
const MAX_PAGE_SIZE = 200;

/** The operations of one hub, as commands to the nodes that have its connections. */
export class EmbeddedHub implements HubDriver {
  constructor(
    private readonly engineHub: Hub,
    private readonly clock: Clock,
    private readonly tokens: ClientTokens,
    private readonly slowConsumers: SlowConsumers,
  ) {}

  get hub(): string {
    return this.engineHub.name;
  }

  async sendToAll(payload: Payload, options?: SendOptions): Promise<void> {
    await this.#send({ kind: 'all' }, { from: 'server' }, payload, options);
  }

  async sendToGroup(group: string, payload: Payload, options?: SendOptions): Promise<void> {
    const origin = { from: 'group', group, fromUserId: null } as const;
    await this.#send({ kind: 'group', group }, origin, payload, options);
  }

  async sendToUser(userId: string, payload: Payload, options?: SendOptions): Promise<void> {
    await this.#send({ kind: 'user', userId }, { from: 'server' }, payload, options);
  }

  async sendToConnection(
    connectionId: string,
    payload: Payload,
    options?: SendOptions,
  ): Promise<void> {
    await this.#send({ kind: 'connection', connectionId }, { from: 'server' }, payload, options);
  }

  connectionExists(connectionId: string): Promise<boolean> {
    return this.engineHub.exists({ kind: 'connection', connectionId });
  }

  groupExists(group: string): Promise<boolean> {
    return this.engineHub.exists({ kind: 'group', group });
  }

  userExists(userId: string): Promise<boolean> {
    return this.engineHub.exists({ kind: 'user', userId });
  }

  async userExistsInGroup(userId: string, group: string): Promise<boolean> {
    const target: Target = { kind: 'user', userId };
    const [isMember, isRemembered] = await Promise.all([
      this.engineHub.ask({ type: 'isInGroup', target, group }),
      this.engineHub.askEveryNode({ type: 'recallsGroup', userId, group }),
    ]);
    return isMember === 'yes' || isRemembered === 'yes';
  }

  async closeConnection(connectionId: string, reason?: string): Promise<void> {
    await this.engineHub.close({ kind: 'connection', connectionId }, reason);
  }

  async closeAllConnections(options?: CloseManyOptions): Promise<void> {
    await this.#closeMany({ kind: 'all' }, options);
  }

  async closeGroupConnections(group: string, options?: CloseManyOptions): Promise<void> {
    await this.#closeMany({ kind: 'group', group }, options);
  }

  async closeUserConnections(userId: string, options?: CloseManyOptions): Promise<void> {
    await this.#closeMany({ kind: 'user', userId }, options);
  }

  addConnectionToGroup(group: string, connectionId: string): Promise<boolean> {
    return this.#join({ kind: 'connection', connectionId }, group);
  }

  removeConnectionFromGroup(group: string, connectionId: string): Promise<boolean> {
    return this.#leave({ kind: 'connection', connectionId }, [group]);
  }

  addUserToGroup(group: string, userId: string): Promise<boolean> {
    return this.#join({ kind: 'user', userId }, group);
  }

  removeConnectionFromAllGroups(connectionId: string): Promise<boolean> {
    return this.#leave({ kind: 'connection', connectionId }, 'all');
  }

  async addConnectionsToGroups(groups: readonly string[], filter: string): Promise<void> {
    const expression = checkedFilter(filter);
    const names = [...new Set(groups)];
    const answer = await this.engineHub.changeGroupsOfMatching('join', names, expression);
    if (answer === 'limit') {
      throw serviceErrors.connectionConflict(
        'Connections that would be in too many groups were left out; all others have joined.',
      );
    }
  }

  async removeConnectionsFromGroups(groups: readonly string[], filter: string): Promise<void> {
    const expression = checkedFilter(filter);
    await this.engineHub.changeGroupsOfMatching('leave', [...new Set(groups)], expression);
  }

  async listConnectionsInGroup(group: string, options: PageOptions = {}): Promise<GroupMemberPage> {
    const { continuationToken, maxPageSize = MAX_PAGE_SIZE, top = Infinity } = options;
    const size = Math.min(maxPageSize, top);
    // One more than the page holds, to see whether another one follows.
    const found = await this.engineHub.groupMembers(group, continuationToken, size + 1);
    const members = found.slice(0, size);
    const isLast = found.length <= size || size === top;
    return { members, continuationToken: isLast ? undefined : members.at(-1)?.connectionId };
  }

  async removeUserFromGroup(group: string, userId: string): Promise<void> {
    await this.engineHub.askEveryNode({ type: 'forgetGroup', userId, group });
    await this.#leave({ kind: 'user', userId }, [group]);
  }

  async removeUserFromAllGroups(userId: string): Promise<void> {
    await this.engineHub.askEveryNode({ type: 'forgetGroup', userId, group: undefined });
    await this.#leave({ kind: 'user', userId }, 'all');
  }

  async rememberUserInGroup(group: string, userId: string): Promise<void> {
    // Remembered first: a connection that the user opens meanwhile must not fall between the two.
    const answer = await this.engineHub.askEveryNode({ type: 'rememberGroup', userId, group });
    if (answer === 'limit') {
      throw serviceErrors.userConflict('The hub remembers too many groups of users.');
    }
    try {
      await this.addUserToGroup(group, userId);
    } catch (error) {
      await this.engineHub.askEveryNode({ type: 'forgetGroup', userId, group });
      throw error;
    }
  }

  grantPermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<boolean> {
    return this.#changePermission(permission, connectionId, group, true);
  }

  revokePermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<boolean> {
    return this.#changePermission(permission, connectionId, group, false);
  }

  async checkPermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<'allowed' | 'denied' | 'absent'> {
    const target: Target = { kind: 'connection', connectionId };
    const answer = await this.engineHub.ask({ type: 'checkPermission', target, permission, group });
    if (answer === 'absent') return 'absent';
    return answer === 'yes' ? 'allowed' : 'denied';
  }

  async getClientAccessToken(options: ClientTokenOptions = {}): Promise<ClientTokenResult> {
    return this.tokens.create(this.hub, options);
  }

  async explainFilter(filter: string): Promise<number> {
    return await this.engineHub.countMatching(checkedFilter(filter));
  }

  async getSlowConsumerCounts(): Promise<SlowConsumerCounts> {
    return this.slowConsumers.of(this.hub);
  }

  async #closeMany(target: Target, { excluded, reason }: CloseManyOptions = {}): Promise<void> {
    await this.engineHub.close(target, reason, idSet(excluded));
  }

  async #send(
    target: Target,
    origin: MessageOrigin,
    payload: Payload,
    options: SendOptions = {},
  ): Promise<void> {
    const { excluded, filter = '', messageTtlSeconds = 0, metadata } = options;
    const expression = checkedFilter(filter);
    const message = new Message({
      origin,
      payload,
      metadata: metadata?.size ? metadata : undefined,
      expiresAt: messageTtlSeconds === 0 ? 0 : this.clock() + messageTtlSeconds * 1000,
    });
    await this.engineHub.deliver(target, message, idSet(excluded), expression);
  }

  async #join(target: Target, group: string): Promise<boolean> {
    const answer = await this.engineHub.ask({
      type: 'changeGroups',
      change: 'join',
      target,
      groups: [group],
    });
    if (answer === 'limit') {
      throw serviceErrors.connectionConflict('The connection is in too many groups.');
    }
    return answer !== 'absent';
  }

  async #leave(target: Target, groups: readonly string[] | 'all'): Promise<boolean> {
    const answer = await this.engineHub.ask({
      type: 'changeGroups',
      change: 'leave',
      target,
      groups,
    });
    return answer !== 'absent';
  }

  async #changePermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
    allow: boolean,
  ): Promise<boolean> {
    const target: Target = { kind: 'connection', connectionId };
    const answer = await this.engineHub.ask({
      type: 'changePermission',
      target,
      permission,
      allow,
      group,
    });
    if (answer === 'limit') {
      throw serviceErrors.connectionConflict(
        `The connection has too many overrides of the permission ${permission}.`,
      );
    }
    return answer !== 'absent';
  }
}

/**
 * @returns `undefined` for the empty filter, which every connection matches
 * @throws {@link WebPubSubError} 400 for a filter that is none
 */
function checkedFilter(filter: string): string | undefined {
  const problem = filterProblem(filter);
  if (problem !== undefined) throw serviceErrors.badRequest(problem, 'filter');
  return filter === '' ? undefined : filter;
}

function idSet(ids: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return ids?.length ? new Set(ids) : undefined;
}
