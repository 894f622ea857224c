import type {
  AddUserToGroupOptions,
  CloseConnectionsOptions,
  ListConnectionsOptions,
  OperationOptions,
  SendToManyOptions,
} from '../drivers/operations/hub.operations.js';
import type { ConnectionList } from './connection.list.js';
import type { HubMessage } from './message.types.js';
import type { WebPubSubHub } from './web-pubsub-hub.js';

/**
 * One group of a hub, with the names of the group client of `@azure/web-pubsub`. Holds no state: it
 * may be kept, and the group need not exist.
 *
 * @example
 * ```ts
 * const lobby = chat.group('lobby');
 * await lobby.sendToAll('closing in five minutes', { contentType: 'text/plain' });
 * ```
 */
export class WebPubSubGroup {
  /** @internal */
  constructor(
    private readonly hub: WebPubSubHub,
    /** Name of the group, as it was given. */
    readonly groupName: string,
  ) {}

  /** Name of the hub, in lower case. */
  get hubName(): string {
    return this.hub.hubName;
  }

  /** As {@link WebPubSubHub.addConnectionToGroup}. */
  async addConnection(connectionId: string, options?: OperationOptions): Promise<void> {
    await this.hub.addConnectionToGroup(this.groupName, connectionId, options);
  }

  /** As {@link WebPubSubHub.removeConnectionFromGroup}. */
  async removeConnection(connectionId: string, options?: OperationOptions): Promise<void> {
    await this.hub.removeConnectionFromGroup(this.groupName, connectionId, options);
  }

  /** As {@link WebPubSubHub.addUserToGroup}. */
  async addUser(userId: string, options?: AddUserToGroupOptions): Promise<void> {
    await this.hub.addUserToGroup(this.groupName, userId, options);
  }

  /** As {@link WebPubSubHub.removeUserFromGroup}. */
  async removeUser(userId: string, options?: OperationOptions): Promise<void> {
    await this.hub.removeUserFromGroup(this.groupName, userId, options);
  }

  /** As {@link WebPubSubHub.sendToGroup}. */
  async sendToAll(message: HubMessage, options?: SendToManyOptions): Promise<void> {
    await this.hub.sendToGroup(this.groupName, message, options);
  }

  /** As {@link WebPubSubHub.closeGroupConnections}. */
  async closeAllConnections(options?: CloseConnectionsOptions): Promise<void> {
    await this.hub.closeGroupConnections(this.groupName, options);
  }

  /** As {@link WebPubSubHub.listConnectionsInGroup}. */
  async listConnections(options?: ListConnectionsOptions): Promise<ConnectionList> {
    return await this.hub.listConnectionsInGroup(this.groupName, options);
  }

  /** As {@link WebPubSubHub.groupExists}. */
  async exists(options?: OperationOptions): Promise<boolean> {
    return await this.hub.groupExists(this.groupName, options);
  }
}
