import type { ArgumentsHost, ContextType } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { HubConnection } from '../hub-connection.js';
import type { HubEvent } from '../hub-event.js';

/** What `context.getType()` says during an event of a client. */
export const WEB_PUBSUB_CONTEXT = 'web-pubsub';

/**
 * The types of context in an application with handlers of hubs.
 *
 * @example
 * ```ts
 * if (context.getType<WebPubSubContextType>() === 'web-pubsub') return this.checkClient(context);
 * ```
 */
export type WebPubSubContextType = ContextType | typeof WEB_PUBSUB_CONTEXT;

/** What a handler without parameter decorators is called with, and `context.getArgs()`. */
export type HandlerArguments = [
  connection: HubConnection,
  data: unknown,
  event: HubEvent,
  name: string,
];

/**
 * The context of an event of a client, for guards, interceptors, exception filters and parameter
 * decorators.
 *
 * Code written for other transports works too: `switchToHttp()` has the connection as the request and
 * an {@link EventResponse} as the response; `switchToWs()` has the connection as the client, the data
 * and, as the pattern, the name of the event.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class MembersOnly implements CanActivate {
 *   canActivate(context: ExecutionContext) {
 *     if (context.getType<WebPubSubContextType>() !== 'web-pubsub') return true;
 *     return WebPubSubExecutionContext.from(context).getConnection().userId !== undefined;
 *   }
 * }
 * ```
 */
export class WebPubSubExecutionContext extends ExecutionContextHost {
  /**
   * The same context with its own accessors.
   *
   * @throws TypeError for the context of something else than an event of a client
   */
  static from(context: ArgumentsHost): WebPubSubExecutionContext {
    if (context instanceof WebPubSubExecutionContext) return context;
    throw new TypeError(
      `This is a context of type '${context.getType()}', not of an event of a client. ` +
        `Look first: context.getType() === '${WEB_PUBSUB_CONTEXT}'.`,
    );
  }

  /* oxlint-disable typescript/no-unnecessary-type-parameters -- the caller says what it expects */

  /** The connection the event comes from; on `connect` a {@link ConnectRequest}. */
  getConnection<T extends HubConnection = HubConnection>(): T {
    return this.getArgByIndex<T>(0);
  }

  /** The event; its `kind` says which one it is. */
  getEvent<T extends HubEvent = HubEvent>(): T {
    return this.getArgByIndex<T>(2);
  }

  /** The data of the event, before pipes. */
  getData<T = unknown>(): T {
    return this.getEvent().data as T;
  }

  /* oxlint-enable typescript/no-unnecessary-type-parameters */

  /** The hub, in lower case. */
  getHub(): string {
    return this.getConnection().hub;
  }

  /** `connect`, `connected`, `disconnected`, `joined`, `left`, or what the client named it. */
  getEventName(): string {
    return this.getEvent().name;
  }

  // Objects of their own: one position cannot be both the data and the response, and Nest would write
  // a `getData` of each view onto the context.

  /** The connection as the request, {@link HubEvent.response} as the response. */
  override switchToHttp(): HttpArgumentsHost {
    const { connection, response } = this.getEvent();
    return viewOf<HttpArgumentsHost>({
      getRequest: () => connection,
      getResponse: () => response,
      getNext: () => () => undefined,
    });
  }

  /** The connection as the client, the data, and the name of the event as the pattern. */
  override switchToWs(): WsArgumentsHost {
    const { connection, data, name } = this.getEvent();
    return viewOf<WsArgumentsHost>({
      getClient: () => connection,
      getData: () => data,
      getPattern: () => name,
    });
  }

  /** The data, and the connection as the context. */
  override switchToRpc(): RpcArgumentsHost {
    const { connection, data } = this.getEvent();
    return viewOf<RpcArgumentsHost>({ getData: () => data, getContext: () => connection });
  }
}

type HttpArgumentsHost = ReturnType<ArgumentsHost['switchToHttp']>;
type WsArgumentsHost = ReturnType<ArgumentsHost['switchToWs']>;
type RpcArgumentsHost = ReturnType<ArgumentsHost['switchToRpc']>;

/** Which type comes out is the caller's choice, as everywhere with these. */
function viewOf<T extends object>(view: { readonly [Name in keyof T]: () => unknown }): T {
  return view as T;
}
