import { Injectable, type InjectableOptions } from '@nestjs/common';
import { declareHub } from '../handler.metadata.js';

// Nest's mark of gateways and resolvers: its request-scoped global guards and the like count for them.
const ENTRY_PROVIDER = '__entryProvider__';

/**
 * Marks a class as handler of what clients of a hub do. List it in `providers` of
 * any module; its methods take events with {@link OnConnect}, {@link OnUserEvent} and the others.
 * Guards, pipes, interceptors and exception filters work as on a controller, global ones too.
 *
 * Several classes may share a hub, as long as each event has one handler.
 *
 * @param name of the hub, in any letter case
 * @param options the scope of the class; with `Scope.REQUEST` each event has an instance of its own,
 *   and `@Inject(REQUEST)` is its {@link HubEvent}
 * @example
 * ```ts
 * @Hub('chat')
 * export class ChatHub {
 *   @OnConnect()
 *   connect(@Connection() request: ConnectRequest) {
 *     return { groups: ['lobby'] };
 *   }
 *
 *   @OnUserEvent('say')
 *   say(@EventData() message: MessageDto, @UserId() userId: string) {
 *     return { heard: message.text, from: userId };
 *   }
 * }
 * ```
 */
export function Hub(name: string, options?: InjectableOptions): ClassDecorator {
  return (target) => {
    declareHub(target, name);
    Reflect.defineMetadata(ENTRY_PROVIDER, true, target);
    // Without options the scope is left to an @Injectable or @Controller on the same class.
    if (options !== undefined) Injectable(options)(target);
  };
}
