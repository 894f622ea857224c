import type {
  ConnectAccepted,
  ConnectEvent,
  ConnectRefused,
  DisconnectedEvent,
  GroupEvent,
  LifecycleEvent,
  UserEvent,
  UserEventOutcome,
} from '../engine/ports/event-sink.interface.js';

/** Events that the service raises by itself. */
export type SystemEventName = 'connect' | 'connected' | 'disconnected';

/** Changes of who is in a group (events.md 11.1). */
export type GroupEventName = 'joined' | 'left';

/** What an event is routed by. A user event may have the name of a system event. */
export type EventKey =
  | { readonly kind: 'system'; readonly name: SystemEventName }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'group'; readonly name: GroupEventName; readonly group: string };

/** An event that nothing waits for. */
export type EventNotification =
  | { readonly name: 'connected'; readonly event: LifecycleEvent }
  | { readonly name: 'disconnected'; readonly event: DisconnectedEvent }
  | { readonly name: GroupEventName; readonly event: GroupEvent };

/** What comes with every call of a handler. */
export interface EventCall {
  /** When the event was raised. */
  readonly raisedAt: Date;
  /** Aborts at the deadline, when the client has gone (blocking events), and when the application closes. */
  readonly signal: AbortSignal;
}

/**
 * Handles events of one hub: the classes of this application, or an HTTP endpoint. What they answer
 * has one shape, so that the rest of the service does not know which it was.
 *
 * A rejection is a failure: status 500 for the client that waits. Handlers do not log what they
 * reject with; the router does.
 */
export interface EventHandler {
  /** For the log, for example `handlers of ChatHub` or `https://app.example/hooks`; no secrets. */
  readonly name: string;
  handles(key: EventKey): boolean;
  connect(event: ConnectEvent, call: EventCall): Promise<ConnectAccepted | ConnectRefused>;
  userEvent(event: UserEvent, call: EventCall): Promise<UserEventOutcome>;
  /** The answer does not count; a rejection is logged. */
  notify(notification: EventNotification, call: EventCall): Promise<void>;
}
