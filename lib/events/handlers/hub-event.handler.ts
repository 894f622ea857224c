import type {
  ConnectAccepted,
  ConnectEvent,
  ConnectRefused,
  EventReply,
  UserEvent,
  UserEventOutcome,
} from '../../engine/ports/event-sink.interface.js';
import type {
  EventCall,
  EventHandler,
  EventKey,
  EventNotification,
} from '../event-handler.interface.js';
import { toAccepted } from './answers/connect.answer.js';
import { refusedConnect, refusedEvent } from './answers/refusal.js';
import { toReply } from './answers/reply.converter.js';
import type { HandlerMethod } from './handler.method.js';
import {
  HubConnectedEvent,
  HubConnectEvent,
  HubDisconnectedEvent,
  HubGroupEvent,
  HubUserEvent,
  type HubEvent,
} from './hub-event.js';
import type { HubMethods } from './hub.methods.js';

/** The handlers that the classes of the application have for one hub. */
export class HubEventHandler implements EventHandler {
  readonly name: string;

  constructor(private readonly methods: HubMethods) {
    this.name = `handlers of ${methods.classNames.join(', ')}`;
  }

  handles(key: EventKey): boolean {
    return this.methods.find(key.kind === 'user' ? 'user' : key.name, key.name) !== undefined;
  }

  async connect(event: ConnectEvent, call: EventCall): Promise<ConnectAccepted | ConnectRefused> {
    const method = this.methods.find('connect');
    if (method === undefined) return { accepted: true };
    const hubEvent = new HubConnectEvent(event, call);
    const answer = await settle(() => method.call(hubEvent));
    if ('error' in answer) {
      const refused = refusedConnect(answer.error);
      if (refused === undefined) throw answer.error;
      return refused;
    }
    if (answer.result === false) return { accepted: false, status: 401 };
    return toAccepted(answer.result, hubEvent.connection.newState(), method.place);
  }

  async userEvent(event: UserEvent, call: EventCall): Promise<UserEventOutcome> {
    const method = this.methods.find('user', event.event);
    if (method === undefined) return { handled: false, status: 404, failure: 'NotFound' };
    const hubEvent = new HubUserEvent(event, call);
    const answer = await settle(() => method.call(hubEvent, emitterOf(event, call, method)));
    if ('error' in answer) {
      const refused = refusedEvent(answer.error, event.mqtt !== undefined);
      if (refused === undefined) throw answer.error;
      return refused;
    }
    const reply = await toReply(answer.result, method.place);
    const state = hubEvent.connection.newState();
    return {
      handled: true,
      replies: reply === undefined ? [] : [reply],
      ...(state !== undefined && { state }),
    };
  }

  async notify(notification: EventNotification, call: EventCall): Promise<void> {
    const method = this.methods.find(notification.name);
    await method?.call(eventOf(notification, call));
  }
}

type Settled = { readonly result: unknown } | { readonly error: unknown };

/** Faults of the conversion that follows are faults, never refusals: they must not be caught here. */
async function settle(work: () => Promise<unknown>): Promise<Settled> {
  try {
    return { result: await work() };
  } catch (error) {
    return { error };
  }
}

/** Clients with room for one answer only have none of this. */
function emitterOf(
  { reply }: UserEvent,
  { signal }: EventCall,
  { place }: HandlerMethod,
): ((value: unknown) => Promise<void>) | undefined {
  if (reply === undefined) return undefined;
  return async (value) => {
    const message: EventReply | undefined = await toReply(value, place);
    if (message !== undefined && !signal.aborted) reply(message);
  };
}

function eventOf(notification: EventNotification, call: EventCall): HubEvent {
  switch (notification.name) {
    case 'connected':
      return new HubConnectedEvent(notification.event, call);
    case 'disconnected':
      return new HubDisconnectedEvent(notification.event, call);
    case 'joined':
    case 'left':
      return new HubGroupEvent(notification.name, notification.event, call);
  }
}
