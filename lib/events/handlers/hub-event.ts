import type { Metadata } from '../../engine/message.js';
import type { DataType, Payload } from '../../engine/payload.js';
import type {
  ConnectEvent,
  DisconnectedEvent,
  GroupEvent,
  LifecycleEvent,
  UserEvent,
} from '../../engine/ports/event-sink.interface.js';
import type {
  MqttConnectRequest,
  MqttEnding,
  MqttEventRequest,
} from '../../engine/ports/mqtt-events.interface.js';
import type { EventCall, GroupEventName } from '../event-handler.interface.js';
import { parseJson } from './event-json.js';
import { EventResponse } from './event-response.js';
import { ConnectRequest, HubConnection } from './hub-connection.js';
import type { ValueLists } from './value-lists.js';

/** Data of `connect`: what a webhook would get as its body. */
export interface ConnectData {
  /** The claims of the token; numbers are strings. */
  readonly claims: ValueLists;
  /** The query of the URL, without `access_token`. */
  readonly query: ValueLists;
  /** The headers of the handshake, without `Authorization`. */
  readonly headers: ValueLists;
  /** What the client offers, in its order. */
  readonly subprotocols: readonly string[];
  /** MQTT clients only. */
  readonly mqtt?: MqttConnectRequest;
}

/** Data of `disconnected`. */
export interface DisconnectedData {
  /** For people; may be empty. */
  readonly reason: string;
  /** MQTT clients only. */
  readonly mqtt?: MqttEnding;
}

/** Data of `joined` and `left`. */
export interface GroupData {
  /** Name of the group. */
  readonly group: string;
}

/**
 * One event of a client. Guards, interceptors and filters get it from
 * {@link WebPubSubExecutionContext.getEvent}, handlers with {@link ClientEvent}, and request-scoped
 * providers with `@Inject(REQUEST)`.
 *
 * @example
 * ```ts
 * @Injectable({ scope: Scope.REQUEST })
 * export class Tenant {
 *   constructor(@Inject(REQUEST) private readonly event: HubEvent) {}
 *   get id() {
 *     return this.event.connection.state['tenant'];
 *   }
 * }
 * ```
 */
export abstract class HubEvent<TData = unknown> {
  /** Tells the events apart; a user event may have the name of another one. */
  abstract readonly kind: 'connect' | 'connected' | 'disconnected' | 'user' | GroupEventName;
  /** Where it comes from. */
  abstract readonly connection: HubConnection;
  /** What a handler gets with {@link EventData}. */
  abstract readonly data: TData;
  /** `connect`, `connected`, `disconnected`, `joined`, `left`, or what the client named it. */
  readonly name: string;
  /** Counts the events of a connection from 1; 0 is `connect`. */
  readonly id: number;
  /** When it was raised. */
  readonly raisedAt: Date;
  /** Aborts at the deadline, when a client that waits has gone, and when the application closes. */
  readonly signal: AbortSignal;
  /** What HTTP code finds as the response: an answer that is written to it counts. */
  readonly response = new EventResponse();

  /** @internal */
  constructor(name: string, id: number, { raisedAt, signal }: EventCall) {
    this.name = name;
    this.id = id;
    this.raisedAt = raisedAt;
    this.signal = signal;
  }

  /** Headers of the connection: what strategies for durable providers look at. */
  get headers(): Readonly<Record<string, string>> {
    return this.connection.headers;
  }
}

/** A client wants in. */
export class HubConnectEvent extends HubEvent<ConnectData> {
  readonly kind = 'connect';
  readonly connection: ConnectRequest;
  readonly data: ConnectData;

  /** @internal */
  constructor(event: ConnectEvent, call: EventCall) {
    super('connect', 0, call);
    const { claims, query, headers, subprotocols, mqtt } = event;
    this.data = { claims, query, headers, subprotocols, ...(mqtt && { mqtt }) };
    this.connection = new ConnectRequest(event, this.data);
  }
}

/** A client is in. */
export class HubConnectedEvent extends HubEvent<Readonly<Record<string, never>>> {
  readonly kind = 'connected';
  readonly connection: HubConnection;
  readonly data = {};

  /** @internal */
  constructor({ connection, id }: LifecycleEvent, call: EventCall) {
    super('connected', id, call);
    this.connection = notifying(connection, this);
  }
}

/** A connection has ended for good. */
export class HubDisconnectedEvent extends HubEvent<DisconnectedData> {
  readonly kind = 'disconnected';
  readonly connection: HubConnection;
  readonly data: DisconnectedData;

  /** @internal */
  constructor({ connection, id, reason, mqtt }: DisconnectedEvent, call: EventCall) {
    super('disconnected', id, call);
    this.data = { reason, ...(mqtt && { mqtt }) };
    this.connection = notifying(connection, this);
  }
}

/** A connection became a member of a group, or ceased to be one. */
export class HubGroupEvent extends HubEvent<GroupData> {
  readonly kind: GroupEventName;
  readonly connection: HubConnection;
  readonly data: GroupData;

  /** @internal */
  constructor(kind: GroupEventName, { connection, id, group }: GroupEvent, call: EventCall) {
    super(kind, id, call);
    this.kind = kind;
    this.data = { group };
    this.connection = notifying(connection, this);
  }
}

/** A client raised an event by name, or a raw client sent a frame. */
export class HubUserEvent extends HubEvent {
  readonly kind = 'user';
  readonly connection: HubConnection;
  /** A string of `text`, the parsed value of `json`, a Buffer of the others. */
  readonly data: unknown;
  /** What the client said it sends. */
  readonly dataType: DataType;
  /** The data as it was sent; of `protobuf` a serialized `google.protobuf.Any`. */
  readonly payload: Buffer;
  /** What the client sent beside the data; `undefined` when it sent nothing. */
  readonly metadata: Metadata | undefined;
  /** Whether the client waits for one answer. */
  readonly isInvocation: boolean;
  /** MQTT clients only. */
  readonly mqtt: MqttEventRequest | undefined;

  /** @internal */
  constructor(event: UserEvent, call: EventCall) {
    super(event.event, event.id, call);
    this.data = dataOf(event.payload);
    this.dataType = event.payload.dataType;
    this.payload = event.payload.bytes;
    this.metadata = event.metadata;
    this.isInvocation = event.invocation === true;
    this.mqtt = event.mqtt;
    this.connection = new HubConnection(event.connection, {
      name: event.event,
      data: this.data,
      mayChangeState: true,
    });
  }

  /** The data as text: of `json` with every digit of its numbers. */
  get text(): string {
    return this.payload.toString('utf8');
  }
}

function notifying(
  connection: LifecycleEvent['connection'],
  { name, data }: { readonly name: string; readonly data: unknown },
): HubConnection {
  return new HubConnection(connection, { name, data, mayChangeState: false });
}

function dataOf({ dataType, bytes }: Payload): unknown {
  switch (dataType) {
    case 'text':
      return bytes.toString('utf8');
    case 'json':
      return parseJson(bytes.toString('utf8'));
    case 'binary':
    case 'protobuf':
      return bytes;
  }
}
