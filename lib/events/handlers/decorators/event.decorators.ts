import { declareHandledEvent, type HandledEvent } from '../handler.metadata.js';

/**
 * Handles clients that want in, before their WebSocket exists; every CONNECT of an MQTT client too.
 * The handshake waits for the answer:
 *
 * - nothing, `null` or `true`: the client is let in with what its token says;
 * - a {@link ConnectAnswer}: let in, with another user id, groups, roles, subprotocol or state;
 * - `false`, an `HttpException` or a guard that says no: refused, with that HTTP status (`false`: 401).
 *
 * Any other error refuses with 500 and is logged. A client that recovers its connection is not asked.
 *
 * @example
 * ```ts
 * @OnConnect()
 * connect(@Connection() request: ConnectRequest): ConnectAnswer {
 *   if (request.userId === undefined) throw new UnauthorizedException();
 *   request.setState('since', Date.now());
 *   return { groups: ['lobby'], roles: ['webpubsub.sendToGroup.lobby'] };
 * }
 * ```
 */
export function OnConnect(): MethodDecorator {
  return handler({ kind: 'connect', decorator: '@OnConnect' });
}

/**
 * Is told when a client is in. Nothing waits for it: an event of the client may be handled before, and
 * an error is logged only.
 *
 * @example
 * ```ts
 * @OnConnected()
 * connected(@Connection() { connectionId, userId }: HubConnection) {
 *   this.presence.add(connectionId, userId);
 * }
 * ```
 */
export function OnConnected(): MethodDecorator {
  return handler({ kind: 'connected', decorator: '@OnConnected' });
}

/**
 * Is told once when a connection that was let in has ended for good; a client that may still recover
 * has not. The event data is a {@link DisconnectedData}. Nothing waits for it, and an error is logged
 * only.
 *
 * @example
 * ```ts
 * @OnDisconnected()
 * disconnected(@Connection() { connectionId }: HubConnection, @EventData('reason') reason: string) {
 *   this.presence.remove(connectionId, reason);
 * }
 * ```
 */
export function OnDisconnected(): MethodDecorator {
  return handler({ kind: 'disconnected', decorator: '@OnDisconnected' });
}

/**
 * Handles events that clients raise by name. The client's next message waits for the end of it.
 *
 * What the method returns is sent to this client: a string as text, bytes and streams as binary,
 * everything else as JSON, a {@link UserEventReply} as it says, and `undefined` not at all. Of an
 * Observable or an async iterable each emission is a message, sent at once; clients with room for one
 * answer (invocations and MQTT) get the last. An error, or a guard that says no, fails the event.
 *
 * @param pattern a name, names separated by commas, or `*` for all that no other handler of the hub
 *   names; letter case does not matter
 * @example
 * ```ts
 * @OnUserEvent('say')
 * say(@EventData() message: MessageDto, @Connection() connection: HubConnection) {
 *   connection.setState('said', message.text);
 *   return { ok: true };
 * }
 * ```
 */
export function OnUserEvent(pattern: string): MethodDecorator {
  return handler({ kind: 'user', decorator: `@OnUserEvent('${pattern}')`, pattern });
}

/**
 * Handles the frames of raw WebSocket clients, which are user events named `message`: a text frame is
 * a string, a binary frame a Buffer. Otherwise as {@link OnUserEvent}.
 *
 * @example
 * ```ts
 * @OnMessage()
 * echo(@EventData() data: string | Buffer) {
 *   return data;
 * }
 * ```
 */
export function OnMessage(): MethodDecorator {
  return handler({ kind: 'user', decorator: '@OnMessage', pattern: 'message' });
}

/**
 * Is told when a connection has become a member of a group; joining twice counts once. Nothing waits
 * for it, and an error is logged only.
 *
 * @example
 * ```ts
 * @OnGroupJoined()
 * joined(@EventData('group') group: string, @UserId() userId: string | undefined) {
 *   this.logger.log(`${userId} is in ${group}`);
 * }
 * ```
 */
export function OnGroupJoined(): MethodDecorator {
  return handler({ kind: 'joined', decorator: '@OnGroupJoined' });
}

/**
 * Is told when a connection has left a group, also by its end. Nothing waits for it, and an error is
 * logged only.
 *
 * @example
 * ```ts
 * @OnGroupLeft()
 * left(@EventData('group') group: string, @UserId() userId: string | undefined) {
 *   this.logger.log(`${userId} has left ${group}`);
 * }
 * ```
 */
export function OnGroupLeft(): MethodDecorator {
  return handler({ kind: 'left', decorator: '@OnGroupLeft' });
}

function handler(event: HandledEvent): MethodDecorator {
  return (target, key, descriptor) => {
    const method: unknown = descriptor?.value;
    if (typeof target === 'function' || typeof method !== 'function') {
      throw new TypeError(
        `${event.decorator} belongs on a method of an instance, not on ${String(key)}.`,
      );
    }
    declareHandledEvent(method, event);
  };
}
