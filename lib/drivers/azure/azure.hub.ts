import type { Payload } from '../../engine/payload.js';
import type {
  CloseManyOptions,
  GroupMemberPage,
  HubDriver,
  PageOptions,
  SendOptions,
} from '../hub-driver.interface.js';
import type {
  ClientTokenOptions,
  ClientTokenResult,
  Permission,
} from '../operations/hub.operations.js';
import type { AzureCalls } from './azure.calls.js';
import { unexpectedAnswer } from './azure.errors.js';
import {
  noExplanation,
  noRememberedGroups,
  noSlowConsumers,
  pathName,
  permissionGroup,
  refuseOptions,
} from './azure.refusals.js';
import { closeCall, sendCall, tokenCall } from './azure.requests.js';
import type { AzureServiceClient } from './azure.sdk.js';

const LARGEST_PAGE = 200;

/** The operations of one hub, as requests to the service. */
export class AzureHub implements HubDriver {
  // Not a private property: it holds the access key, and whoever prints this object would see it.
  readonly #client: AzureServiceClient;

  /** @param hub in lower case */
  constructor(
    readonly hub: string,
    client: AzureServiceClient,
    private readonly calls: AzureCalls,
  ) {
    this.#client = client;
  }

  async sendToAll(payload: Payload, options: SendOptions = {}): Promise<void> {
    const send = sendCall(payload, options);
    await this.calls.run(async (call) => {
      await this.#client.sendToAll(payload.bytes, { ...call, ...send });
    });
  }

  async sendToGroup(group: string, payload: Payload, options: SendOptions = {}): Promise<void> {
    const target = this.#client.group(pathName(group, 'group'));
    const send = sendCall(payload, options);
    await this.calls.run(async (call) => {
      await target.sendToAll(payload.bytes, { ...call, ...send });
    });
  }

  async sendToUser(userId: string, payload: Payload, options: SendOptions = {}): Promise<void> {
    refuseOptions(options, ['excluded'], 'sends to a user');
    const target = pathName(userId, 'userId');
    const send = sendCall(payload, options);
    await this.calls.run(async (call) => {
      await this.#client.sendToUser(target, payload.bytes, { ...call, ...send });
    });
  }

  async sendToConnection(
    connectionId: string,
    payload: Payload,
    options: SendOptions = {},
  ): Promise<void> {
    refuseOptions(options, ['excluded', 'filter'], 'sends to a connection');
    const target = pathName(connectionId, 'connectionId');
    const send = sendCall(payload, options);
    await this.calls.run(async (call) => {
      await this.#client.sendToConnection(target, payload.bytes, { ...call, ...send });
    });
  }

  async connectionExists(connectionId: string): Promise<boolean> {
    const target = pathName(connectionId, 'connectionId');
    return await this.calls.run((call) => this.#client.connectionExists(target, call));
  }

  async groupExists(group: string): Promise<boolean> {
    const target = pathName(group, 'group');
    return await this.calls.run((call) => this.#client.groupExists(target, call));
  }

  async userExists(userId: string): Promise<boolean> {
    const target = pathName(userId, 'userId');
    return await this.calls.run((call) => this.#client.userExists(target, call));
  }

  /** The service has no such question since 2021: reads the group until the user is found. */
  async userExistsInGroup(userId: string, group: string): Promise<boolean> {
    let continuationToken: string | undefined;
    for (;;) {
      const options: PageOptions = { maxPageSize: LARGEST_PAGE, continuationToken };
      const page = await this.listConnectionsInGroup(group, options);
      if (page.members.some((member) => member.userId === userId)) return true;
      if (page.continuationToken === undefined) return false;
      if (page.continuationToken === continuationToken) {
        throw unexpectedAnswer('The service answered the same page of the group again.');
      }
      ({ continuationToken } = page);
    }
  }

  async closeConnection(connectionId: string, reason?: string): Promise<void> {
    const target = pathName(connectionId, 'connectionId');
    await this.calls.run((call) => this.#client.closeConnection(target, { ...call, reason }));
  }

  async closeAllConnections(options: CloseManyOptions = {}): Promise<void> {
    const close = closeCall(options);
    await this.calls.run((call) => this.#client.closeAllConnections({ ...call, ...close }));
  }

  async closeGroupConnections(group: string, options: CloseManyOptions = {}): Promise<void> {
    const target = this.#client.group(pathName(group, 'group'));
    const close = closeCall(options);
    await this.calls.run((call) => target.closeAllConnections({ ...call, ...close }));
  }

  async closeUserConnections(userId: string, options: CloseManyOptions = {}): Promise<void> {
    const target = pathName(userId, 'userId');
    const close = closeCall(options);
    await this.calls.run((call) =>
      this.#client.closeUserConnections(target, { ...call, ...close }),
    );
  }

  async addConnectionToGroup(group: string, connectionId: string): Promise<boolean> {
    const target = this.#client.group(pathName(group, 'group'));
    const member = pathName(connectionId, 'connectionId');
    return await this.calls.change((call) => target.addConnection(member, call));
  }

  /** @returns always `true`: the service does not tell */
  async removeConnectionFromGroup(group: string, connectionId: string): Promise<boolean> {
    const target = this.#client.group(pathName(group, 'group'));
    const member = pathName(connectionId, 'connectionId');
    return await this.calls.change((call) => target.removeConnection(member, call));
  }

  async addUserToGroup(group: string, userId: string): Promise<boolean> {
    const target = this.#client.group(pathName(group, 'group'));
    const member = pathName(userId, 'userId');
    return await this.calls.change((call) => target.addUser(member, call));
  }

  /** @returns always `true`: the service does not tell */
  async removeConnectionFromAllGroups(connectionId: string): Promise<boolean> {
    const target = pathName(connectionId, 'connectionId');
    return await this.calls.change((call) =>
      this.#client.removeConnectionFromAllGroups(target, call),
    );
  }

  async addConnectionsToGroups(groups: readonly string[], filter: string): Promise<void> {
    await this.calls.run((call) => this.#client.addConnectionsToGroups([...groups], filter, call));
  }

  async removeConnectionsFromGroups(groups: readonly string[], filter: string): Promise<void> {
    await this.calls.run((call) =>
      this.#client.removeConnectionsFromGroups([...groups], filter, call),
    );
  }

  /** In the order of the service. */
  async listConnectionsInGroup(group: string, options: PageOptions = {}): Promise<GroupMemberPage> {
    const target = this.#client.group(pathName(group, 'group'));
    return await this.calls.run(async (call) => {
      let nextLink: unknown;
      const pages = await target.listConnections({
        ...call,
        ...options,
        onResponse: (_, answer) => {
          ({ nextLink } = answer as { nextLink?: unknown });
        },
      });
      const { value } = await pages.byPage().next();
      const members = (value as { connectionId: string; userId?: string | null }[]).map(
        ({ connectionId, userId }) => (userId ? { connectionId, userId } : { connectionId }),
      );
      return { members, continuationToken: continuationTokenIn(nextLink) };
    });
  }

  async removeUserFromGroup(group: string, userId: string): Promise<void> {
    const target = this.#client.group(pathName(group, 'group'));
    const member = pathName(userId, 'userId');
    await this.calls.run((call) => target.removeUser(member, call));
  }

  async removeUserFromAllGroups(userId: string): Promise<void> {
    const target = pathName(userId, 'userId');
    await this.calls.run((call) => this.#client.removeUserFromAllGroups(target, call));
  }

  async rememberUserInGroup(): Promise<never> {
    throw noRememberedGroups();
  }

  async grantPermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<boolean> {
    const targetName = permissionGroup(group);
    const id = pathName(connectionId, 'connectionId');
    return await this.calls.change((call) =>
      this.#client.grantPermission(id, permission, { ...call, targetName }),
    );
  }

  /** @returns always `true`: the service does not tell */
  async revokePermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<boolean> {
    const targetName = permissionGroup(group);
    const id = pathName(connectionId, 'connectionId');
    return await this.calls.change((call) =>
      this.#client.revokePermission(id, permission, { ...call, targetName }),
    );
  }

  async checkPermission(
    permission: Permission,
    connectionId: string,
    group: string | undefined,
  ): Promise<'allowed' | 'denied' | 'absent'> {
    const targetName = permissionGroup(group);
    const id = pathName(connectionId, 'connectionId');
    const isAllowed = await this.calls.run((call) =>
      this.#client.hasPermission(id, permission, { ...call, targetName }),
    );
    if (isAllowed) return 'allowed';
    // The service says no in one way for both.
    return (await this.connectionExists(connectionId)) ? 'denied' : 'absent';
  }

  async getClientAccessToken(options: ClientTokenOptions = {}): Promise<ClientTokenResult> {
    const token = tokenCall(options);
    return await this.calls.run((call) => this.#client.getClientAccessToken({ ...call, ...token }));
  }

  async explainFilter(): Promise<never> {
    throw noExplanation();
  }

  async getSlowConsumerCounts(): Promise<never> {
    throw noSlowConsumers();
  }
}

/**
 * Only the token of the link is passed on: a caller who could give the whole link back would choose
 * where our next request goes.
 */
function continuationTokenIn(nextLink: unknown): string | undefined {
  if (nextLink === undefined || nextLink === null || nextLink === '') return undefined;
  const token =
    typeof nextLink === 'string' && URL.canParse(nextLink)
      ? new URL(nextLink).searchParams.get('continuationToken')
      : null;
  if (token) return token;
  throw unexpectedAnswer('The service answered a link to the next page without its token.');
}
