import type { Target } from '../../backplane/backplane.message.js';
import type { Clock } from '../../engine/clock.js';
import type { Hub } from '../../engine/hub.js';
import { Message, type MessageOrigin } from '../../engine/message.js';
import type { Payload } from '../../engine/payload.js';
import { serviceErrors } from '../../errors/service-errors.js';
import type { HubDriver, SendOptions } from '../hub-driver.interface.js';
import type {
  ClientTokenOptions,
  ClientTokenResult,
  Permission,
} from '../operations/hub.operations.js';
import type { ClientTokens } from './client-tokens.js';

/** The operations of one hub, as commands to the nodes that have its connections. */
export class EmbeddedHub implements HubDriver {
  constructor(
    private readonly engineHub: Hub,
    private readonly clock: Clock,
    private readonly tokens: ClientTokens,
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

  addConnectionToGroup(group: string, connectionId: string): Promise<boolean> {
    return this.#join({ kind: 'connection', connectionId }, group);
  }

  removeConnectionFromGroup(group: string, connectionId: string): Promise<boolean> {
    return this.#leave({ kind: 'connection', connectionId }, [group]);
  }

  addUserToGroup(group: string, userId: string): Promise<boolean> {
    return this.#join({ kind: 'user', userId }, group);
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

  async #send(
    target: Target,
    origin: MessageOrigin,
    payload: Payload,
    options: SendOptions = {},
  ): Promise<void> {
    const { excluded, messageTtlSeconds = 0, metadata } = options;
    const message = new Message({
      origin,
      payload,
      metadata: metadata?.size ? metadata : undefined,
      expiresAt: messageTtlSeconds === 0 ? 0 : this.clock() + messageTtlSeconds * 1000,
    });
    const except = excluded?.length ? new Set(excluded) : undefined;
    await this.engineHub.deliver(target, message, except);
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
