import type { Metadata } from '../message.js';
import type { Payload } from '../payload.js';
import type {
  MqttConnectAnswer,
  MqttConnectionInfo,
  MqttConnectRefusal,
  MqttConnectRequest,
  MqttEnding,
  MqttEventAnswer,
  MqttEventRequest,
} from './mqtt-events.interface.js';

/** What event handlers are told about the connection an event comes from. */
export interface EventConnection {
  readonly hub: string;
  readonly connectionId: string;
  readonly userId: string | undefined;
  /** The negotiated subprotocol; `undefined` for raw clients without one. */
  readonly subprotocol: string | undefined;
  /** The opaque connection state a handler has set (events.md 2.8). */
  readonly state: string | undefined;
  /**
   * The logical connection itself: one object from `connect` to `disconnected`, for sinks that keep
   * something about it in a `WeakMap`.
   */
  readonly identity: object;
  /** MQTT clients only. */
  readonly mqtt?: MqttConnectionInfo;
}

/**
 * A client that wants in; asked before the WebSocket exists (events.md 5.2), or with an MQTT CONNECT.
 */
export interface ConnectEvent {
  readonly connection: EventConnection;
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly subprotocols: readonly string[];
  /** MQTT clients only. */
  readonly mqtt?: MqttConnectRequest;
}

/** `undefined` members keep what the token says. */
export interface ConnectAccepted {
  readonly accepted: true;
  readonly userId?: string;
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
  readonly subprotocol?: string;
  readonly state?: string;
  readonly mqtt?: MqttConnectAnswer;
}

export interface ConnectRefused {
  readonly accepted: false;
  /** HTTP status of the handshake answer. */
  readonly status: number;
  /** Why, in the handler's words; not for clients. */
  readonly detail?: string;
  /** For MQTT clients; without it the status decides. */
  readonly mqtt?: MqttConnectRefusal;
}

/** An `event` of a pub/sub client, or a frame of a raw client, named `message` (events.md 5.5, 5.6). */
export interface UserEvent {
  readonly connection: EventConnection;
  /** Counts the events of a connection from 1; 0 is `connect` (events.md 2.2). */
  readonly id: number;
  readonly event: string;
  readonly payload: Payload;
  readonly metadata: Metadata | undefined;
  /** The client waits for the answer (client-protocols.md 9.3); listeners do not get it. */
  readonly invocation?: true;
  /**
   * Sends one message to the client at once, ahead of the outcome. Absent where there is room for one
   * answer only, which is then the last of {@link UserEventOutcome}.
   */
  readonly reply?: (reply: EventReply) => void;
  /** MQTT clients only. */
  readonly mqtt?: MqttEventRequest;
}

/** One message for the client that raised the event. */
export interface EventReply {
  readonly payload: Payload;
  readonly metadata?: Metadata;
}

/** How a user event ended; `handled: false` covers "nobody listens" and "the handler failed" alike. */
export type UserEventOutcome =
  | {
      readonly handled: true;
      readonly replies: readonly EventReply[];
      readonly state?: string;
      /** For MQTT clients; 200, or 204 without a reply, when it is absent. */
      readonly mqtt?: MqttEventAnswer;
    }
  | {
      readonly handled: false;
      /** How the handler refused, in the words of HTTP; 500 when it is absent. */
      readonly status?: number;
      /** Why, in the handler's words; not for clients. */
      readonly detail?: string;
      /** For invocations; `InternalServerError` when it is absent. */
      readonly failure?: UserEventFailure;
      /** For MQTT clients; the status alone when it is absent. */
      readonly mqtt?: MqttEventAnswer;
    };

/** No handler, a handler that answers 4xx, one that answers 401 or 403, and one that takes too long. */
export type UserEventFailure = 'NotFound' | 'BadRequest' | 'Forbidden' | 'Timeout';

/** A notification; nothing waits for what becomes of it. */
export interface LifecycleEvent {
  readonly connection: EventConnection;
  readonly id: number;
}

/** The end of a logical connection whose `connect` succeeded. */
export interface DisconnectedEvent extends LifecycleEvent {
  readonly reason: string;
  /** MQTT clients only. */
  readonly mqtt?: MqttEnding;
}

/** A connection became a member of a group, or ceased to be one (events.md 11.1). */
export interface GroupEvent extends LifecycleEvent {
  readonly group: string;
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
  disconnected(event: DisconnectedEvent): void;
  /** Whether anybody wants to know who is in a group; asked before each change. */
  observesGroup(hub: string, group: string): boolean;
  groupJoined(event: GroupEvent): void;
  groupLeft(event: GroupEvent): void;
  userEvent(event: UserEvent, signal: AbortSignal): Promise<UserEventOutcome> | undefined;
}
