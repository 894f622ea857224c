import type { ConnectEvent, EventConnection } from '../../engine/ports/event-sink.interface.js';
import type {
  MqttConnectionInfo,
  MqttConnectRequest,
} from '../../engine/ports/mqtt-events.interface.js';
import { WebPubSubError } from '../../errors/web-pubsub.error.js';
import { decodeState, encodeState, type ConnectionState } from '../connection-state.js';
import { flatten, flattenHeaders, type ValueLists } from './value-lists.js';

/** What a connection is told about the event it is made for. */
export interface ConnectionEventInfo {
  readonly name: string;
  readonly data: unknown;
  /** Only the answers to events that a client waits for can change the state. */
  readonly mayChangeState: boolean;
}

/**
 * The connection an event comes from, as it was when the event was raised. Each event has an object of
 * its own.
 *
 * It also looks like the request of an HTTP framework (`headers`, `query`, `params`, `body`, `method`,
 * `url`), and a guard may put more on it (`request.user = …`), so guards and parameter decorators
 * that were written for controllers find what they know.
 *
 * @example
 * ```ts
 * @OnUserEvent('enter')
 * enter(@EventData('room') room: string, @Connection() connection: HubConnection) {
 *   connection.setState('room', room);
 * }
 * ```
 */
export class HubConnection {
  /** Name of the hub, in lower case. */
  readonly hub: string;
  /** The id that hub services take; of an MQTT client its client id. */
  readonly connectionId: string;
  /** `undefined` for an anonymous client. */
  readonly userId: string | undefined;
  /** What was negotiated; `undefined` for raw clients without one, and on `connect`. */
  readonly subprotocol: string | undefined;
  /** The state as it is kept and as webhooks see it: a text that only its writer understands. */
  readonly rawState: string | undefined;
  /** MQTT clients only. */
  readonly mqtt: MqttConnectionInfo | undefined;

  /** Of `connect` the headers of the handshake by lower-case name, otherwise empty. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of `connect` the query of the URL, otherwise empty. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Which hub, and which event. */
  readonly params: {
    /** As {@link HubConnection.hub}. */
    readonly hub: string;
    /** As {@link HubEvent.name}. */
    readonly event: string;
  };
  /** The data of the event. */
  readonly body: unknown;
  /** Always `POST`, by which a webhook would get the event. */
  readonly method: string = 'POST';
  /** `/hubs/<hub>/<event>`. */
  readonly url: string;

  readonly #mayChangeState: boolean;
  #state: ConnectionState | undefined;
  #isStateNew = false;

  /** @internal */
  constructor(
    info: EventConnection,
    event: ConnectionEventInfo,
    lists: Partial<Pick<ConnectEvent, 'headers' | 'query'>> = {},
  ) {
    this.hub = info.hub;
    this.connectionId = info.connectionId;
    this.userId = info.userId;
    this.subprotocol = info.subprotocol;
    this.rawState = info.state;
    this.mqtt = info.mqtt;
    this.headers = flattenHeaders(lists.headers ?? {});
    this.query = flatten(lists.query ?? {});
    this.params = { hub: info.hub, event: event.name };
    this.body = event.data;
    this.url = `/hubs/${info.hub}/${event.name}`;
    this.#mayChangeState = event.mayChangeState;
  }

  /** What handlers have set, with what this one has set; `{}` when it is no object of ours. */
  get state(): ConnectionState {
    return (this.#state ??= decodeState(this.rawState));
  }

  /**
   * Remembers a value with the connection; it is in the `state` of its next events. Other names stay.
   * It counts only if the handler succeeds.
   *
   * @param value anything JSON can hold; all of the state together at most 8 KiB, encoded
   * @throws {@link WebPubSubError} `StateNotWritable` (500) in handlers that no client waits for
   */
  setState(name: string, value: unknown): void {
    this.replaceState({ ...this.state, [name]: value });
  }

  /**
   * Remembers this instead of all that was set before.
   *
   * @throws {@link WebPubSubError} `StateNotWritable` (500) in handlers that no client waits for
   */
  replaceState(state: ConnectionState): void {
    if (!this.#mayChangeState) {
      throw new WebPubSubError(
        `The state cannot be set in a handler of '${this.params.event}': nothing waits for it. ` +
          'Set it in a handler of connect or of a user event.',
        { code: 'StateNotWritable', statusCode: 500, target: 'state' },
      );
    }
    this.#state = withoutPrototype(state);
    this.#isStateNew = true;
  }

  /**
   * @internal What is to be kept from now on; `undefined` when nothing was set
   * @throws RangeError when it is too large
   */
  newState(): string | undefined {
    return this.#isStateNew ? encodeState(this.state) : undefined;
  }
}

/**
 * A client that wants in: {@link HubConnection} with what its token, its URL and its handshake say.
 *
 * @example
 * ```ts
 * @OnConnect()
 * connect(@Connection() request: ConnectRequest) {
 *   if (!request.subprotocols.includes('json.webpubsub.azure.v1')) throw new BadRequestException();
 *   return { userId: request.claims['email']?.[0] };
 * }
 * ```
 */
export class ConnectRequest extends HubConnection {
  /** The claims of the token; numbers are strings. */
  readonly claims: ValueLists;
  /** `query`, with a list for each parameter; without `access_token`. */
  readonly queryLists: ValueLists;
  /** `headers`, with a list for each name; without `Authorization`. */
  readonly headerLists: ValueLists;
  /** What the client offers, in its order. */
  readonly subprotocols: readonly string[];
  /** MQTT clients only: with their CONNECT packet. */
  declare readonly mqtt: (MqttConnectionInfo & MqttConnectRequest) | undefined;

  /** @internal */
  constructor(event: ConnectEvent, data: unknown) {
    const { connection, mqtt } = event;
    const info = { ...connection, mqtt: connection.mqtt && { ...connection.mqtt, ...mqtt } };
    super(info, { name: 'connect', data, mayChangeState: true }, event);
    this.claims = event.claims;
    this.queryLists = event.query;
    this.headerLists = event.headers;
    this.subprotocols = event.subprotocols;
  }
}

function withoutPrototype(state: ConnectionState): ConnectionState {
  // Own members only: what is called `__proto__` is data like any other.
  return Object.defineProperties(
    Object.create(null) as Record<string, unknown>,
    Object.getOwnPropertyDescriptors(state),
  );
}
