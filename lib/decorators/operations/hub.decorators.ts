import type { SendMessageOptions } from '../../drivers/operations/hub.operations.js';
import type { HubMessage } from '../../hub/message.types.js';
import {
  resolveOption,
  type Dynamic,
  type OperationCall,
  type OperationDecoratorOptions,
} from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

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
 * A value is sent once, `undefined` is not sent, a Promise is awaited. Of an Observable or an async
 * iterable each value is sent in order and then passed on, once somebody subscribes or iterates; of an
 * async iterable the next value is taken when the last has been sent. Nest subscribes to Observables,
 * and an async iterable that is only awaited, as Nest does, is run to its end and gives its last value.
 *
 * The method is asynchronous at run time whatever its type says. The hub is looked up before it runs:
 * without one it does not run. A send that fails rejects with a {@link WebPubSubError}.
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
  return hubDecorator('SendToAll', options, (hub) => ({
    async onResult(call) {
      if (!isMessage(call.result)) return;
      await hub.sendToAll(call.result, sendOptions(options, call));
    },
  }));
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
