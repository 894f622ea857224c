import { textPayload } from '../../../../../lib/engine/payload.js';
import type {
  ConnectAccepted,
  ConnectEvent,
  ConnectRefused,
  EventReply,
  UserEvent,
  UserEventOutcome,
} from '../../../../../lib/engine/ports/event-sink.interface.js';
import type {
  EventCall,
  EventHandler,
  EventKey,
  EventNotification,
} from '../../../../../lib/events/event-handler.interface.js';

export interface Script {
  handles?: (key: EventKey) => boolean;
  connect?: (event: ConnectEvent, call: EventCall) => unknown;
  userEvent?: (event: UserEvent, call: EventCall) => unknown;
  notify?: (notification: EventNotification, call: EventCall) => unknown;
}

/** A handler of events that does what a test says, and keeps what it was given. */
export class ScriptedHandler implements EventHandler {
  readonly name = 'scripted handler';
  readonly connects: ConnectEvent[] = [];
  readonly userEvents: UserEvent[] = [];
  readonly notifications: EventNotification[] = [];
  readonly eventCalls: EventCall[] = [];

  constructor(public script: Script = {}) {}

  /** Of every kind, in their order. */
  get calls(): readonly EventCall[] {
    return this.eventCalls;
  }

  handles(key: EventKey): boolean {
    return this.script.handles?.(key) ?? true;
  }

  async connect(event: ConnectEvent, call: EventCall): Promise<ConnectAccepted | ConnectRefused> {
    this.connects.push(event);
    this.eventCalls.push(call);
    const answer = await this.script.connect?.(event, call);
    return (answer as ConnectAccepted | undefined) ?? { accepted: true };
  }

  async userEvent(event: UserEvent, call: EventCall): Promise<UserEventOutcome> {
    this.userEvents.push(event);
    this.eventCalls.push(call);
    const outcome = await this.script.userEvent?.(event, call);
    return (outcome as UserEventOutcome | undefined) ?? { handled: true, replies: [] };
  }

  async notify(notification: EventNotification, call: EventCall): Promise<void> {
    this.notifications.push(notification);
    this.eventCalls.push(call);
    await this.script.notify?.(notification, call);
  }
}

export function text(data: string, metadata?: Record<string, string>): EventReply {
  return {
    payload: textPayload(data),
    ...(metadata && { metadata: new Map(Object.entries(metadata)) }),
  };
}

export function replies(...list: readonly EventReply[]): UserEventOutcome {
  return { handled: true, replies: list };
}
