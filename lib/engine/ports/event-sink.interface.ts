import type { Metadata } from '../message.js';
import type { Payload } from '../payload.js';

/** What event handlers are told about the connection an event comes from. */
export interface EventConnection {
  readonly hub: string;
  readonly connectionId: string;
  readonly userId: string | undefined;
  /** The negotiated subprotocol; `undefined` for raw clients without one. */
  readonly subprotocol: string | undefined;
  /** The opaque connection state a handler has set (events.md 2.8). */
  readonly state: string | undefined;
}

/** A client that wants in; asked before the WebSocket exists (events.md 5.2). */
export interface ConnectEvent {
  readonly connection: EventConnection;
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly subprotocols: readonly string[];
}

/** `undefined` members keep what the token says. */
export interface ConnectAccepted {
  readonly accepted: true;
  readonly userId?: string;
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
  readonly subprotocol?: string;
  readonly state?: string;
}

export interface ConnectRefused {
  readonly accepted: false;
  /** HTTP status of the handshake answer. */
  readonly status: number;
}

/** An `event` of a pub/sub client, or a frame of a raw client, named `message` (events.md 5.5, 5.6). */
export interface UserEvent {
  readonly connection: EventConnection;
  /** Counts the events of a connection from 1; 0 is `connect` (events.md 2.2). */
  readonly id: number;
  readonly event: string;
  readonly payload: Payload;
  readonly metadata: Metadata | undefined;
}

/** One message for the client that raised the event. */
export interface EventReply {
  readonly payload: Payload;
  readonly metadata?: Metadata;
}

/** How a user event ended; `handled: false` covers "nobody listens" and "the handler failed" alike. */
export type UserEventOutcome =
  | { readonly handled: true; readonly replies: readonly EventReply[]; readonly state?: string }
  | { readonly handled: false };

/** A notification; nothing waits for what becomes of it. */
export interface LifecycleEvent {
  readonly connection: EventConnection;
  readonly id: number;
}

/**
 * Where the engine takes what happens to connections. Calls that block a client return a promise,
 * or `undefined` when nobody handles the event, so that the common case costs no turn of the loop.
 */
export interface EventSink {
  connect(
    event: ConnectEvent,
    signal: AbortSignal,
  ): Promise<ConnectAccepted | ConnectRefused> | undefined;
  connected(event: LifecycleEvent): void;
  disconnected(event: LifecycleEvent & { readonly reason: string }): void;
  userEvent(event: UserEvent, signal: AbortSignal): Promise<UserEventOutcome> | undefined;
}
