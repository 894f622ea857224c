import type { SendMessageOptions } from '../../drivers/operations/hub.operations.js';
import type { HubMessage } from '../../hub/message.types.js';
import {
  resolveOption,
  type Dynamic,
  type OperationCall,
  type OperationDecoratorOptions,
} from './operation.call.js';
import { operationDecorator } from './operation.decorator.js';

/** Options of the send decorators. */
export interface SendDecoratorOptions extends OperationDecoratorOptions {
  /** As {@link SendMessageOptions.contentType}. */
  contentType?: SendMessageOptions['contentType'];
  /** As {@link SendMessageOptions.messageTtlSeconds}. */
  messageTtlSeconds?: number;
  /** As {@link SendMessageOptions.metadata}. */
  metadata?: Dynamic<Readonly<Record<string, string>>>;
}

/** Options of the decorators that send to a hub or a group. */
export interface SendToManyDecoratorOptions extends SendDecoratorOptions {
  /** As {@link SendToManyOptions.excludedConnections}. */
  excludedConnections?: Dynamic<string[]>;
}

/**
 * Sends what the method returns to every connection of the hub (operation `WebPubSub_SendToAll`).
 *
 * A value is sent once, `undefined` is not sent, a Promise is awaited. Each value of an Observable is
 * sent in order and then passed on, once somebody subscribes (Nest does). An async iterable is run to
 * its end, the next value taken when the last is sent, and its last value is the result. The method
 * is asynchronous at run time whatever its type says. A send that fails rejects with a
 * {@link WebPubSubError}.
 *
 * @example
 * ```ts
 * @Cron('0 * * * *')
 * @SendToAll({ hub: 'chat' })
 * chime() {
 *   return { time: new Date().toISOString() };
 * }
 * ```
 */
export function SendToAll(options: SendToManyDecoratorOptions = {}): MethodDecorator {
  return operationDecorator('SendToAll', {
    async onResult(call, hubs) {
      if (!isMessage(call.result)) return;
      await hubs.resolve(options.hub).sendToAll(call.result, sendOptions(options, call));
    },
  });
}

/** Whether a result is one to send: `undefined` says that there is nothing. */
export function isMessage(result: unknown): result is HubMessage {
  return result !== undefined;
}

/** The options of the hub's method for one call. */
export function sendOptions(
  options: SendToManyDecoratorOptions,
  call: OperationCall,
): SendMessageOptions & { excludedConnections?: string[] } {
  const { contentType, messageTtlSeconds } = options;
  return {
    contentType,
    messageTtlSeconds,
    metadata: resolveOption(options.metadata, call),
    excludedConnections: resolveOption(options.excludedConnections, call),
  };
}
