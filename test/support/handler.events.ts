import type {
  ConnectEvent,
  EventConnection,
  UserEvent,
} from '../../lib/engine/ports/event-sink.interface.js';
import { textPayload } from '../../lib/engine/payload.js';
import type { EventCall } from '../../lib/events/event-handler.interface.js';

/** Events as the engine raises them. */
export function connectionOf(init: Partial<EventConnection> = {}): EventConnection {
  return {
    hub: 'chat',
    connectionId: 'c1',
    userId: 'ana',
    subprotocol: 'json.webpubsub.azure.v1',
    state: undefined,
    identity: {},
    ...init,
  };
}

export function connectEvent(init: Partial<ConnectEvent> = {}): ConnectEvent {
  return {
    connection: connectionOf({ subprotocol: undefined }),
    claims: { sub: ['ana'], role: ['a', 'b'] },
    query: { room: ['7'], tag: ['x', 'y'] },
    headers: { 'user-agent': ['test'], cookie: ['a=1', 'b=2'] },
    subprotocols: ['json.webpubsub.azure.v1'],
    ...init,
  };
}

export function userEvent(event: string, init: Partial<UserEvent> = {}): UserEvent {
  return {
    connection: connectionOf(),
    id: 3,
    event,
    payload: textPayload('hi'),
    metadata: undefined,
    ...init,
  };
}

export function callOf(signal: AbortSignal = new AbortController().signal): EventCall {
  return { raisedAt: new Date('2031-05-04T10:00:00Z'), signal };
}
