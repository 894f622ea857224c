import type { HubDriver } from '../drivers/hub-driver.interface.js';
import type {
  SendMessageOptions,
  SendToManyOptions,
  SendToUserOptions,
} from '../drivers/operations/hub.operations.js';
import { MAX_MESSAGE_BYTES } from '../engine/limits.js';
import type { Payload } from '../engine/payload.js';
import {
  checkConnectionId,
  checkGroup,
  checkSignal,
  checkUserId,
  toSendOptions,
} from './argument.checks.js';
import type { HubMessage } from './message.types.js';
import { toPayload } from './payload.converter.js';

/** What {@link WebPubSubHub} sends. */
export abstract class HubSends {
  /** @internal */
  constructor(
    /** @internal */
    protected readonly driver: HubDriver,
    private readonly maxMessageBytes: number = MAX_MESSAGE_BYTES,
  ) {}

  /** Name of the hub, in lower case. */
  get hubName(): string {
    return this.driver.hub;
  }

  /**
   * Sends to every connection of the hub (operation `WebPubSub_SendToAll`).
   *
   * @example
   * ```ts
   * await chat.sendToAll({ price: 42 });
   * await chat.sendToAll('good morning', { contentType: 'text/plain' });
   * await chat.sendToAll(Buffer.from([1, 2, 3]), { excludedConnections: [sender] });
   * await chat.sendToAll({ sale: 'now on' }, { filter: "not ('staff' in groups)" });
   * ```
   */
  async sendToAll(message: HubMessage, options: SendToManyOptions = {}): Promise<void> {
    checkSignal(options);
    const sendOptions = toSendOptions(options);
    await this.#send(message, options, (payload) => this.driver.sendToAll(payload, sendOptions));
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
    await this.#send(message, options, (payload) =>
      this.driver.sendToGroup(groupName, payload, sendOptions),
    );
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
    options: SendToUserOptions = {},
  ): Promise<void> {
    checkSignal(options);
    checkUserId(userId);
    const sendOptions = toSendOptions({ ...options, excludedConnections: undefined });
    await this.#send(message, options, (payload) =>
      this.driver.sendToUser(userId, payload, sendOptions),
    );
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
    // The one connection is named; there is nothing to choose from.
    const sendOptions = toSendOptions({
      ...options,
      excludedConnections: undefined,
      filter: undefined,
    });
    await this.#send(message, options, (payload) =>
      this.driver.sendToConnection(connectionId, payload, sendOptions),
    );
  }

  /** What need not be read first is with the driver before this returns: calls keep their order. */
  async #send(
    message: HubMessage,
    options: SendMessageOptions,
    send: (payload: Payload) => Promise<void>,
  ): Promise<void> {
    const payload = toPayload(message, options.contentType, this.maxMessageBytes);
    await send(payload instanceof Promise ? await payload : payload);
  }
}
