import type { EntraOptions } from './auth/entra.options.js';
import type { AzureOptions } from './drivers/azure/azure.options.js';
import type {
  WebPubSubEventHandlerOptions,
  WebPubSubEventListenerOptions,
  WebPubSubEventsOptions,
  WebPubSubReceiverOptions,
} from './configuration/events.options.js';
import type { EngineLimits } from './engine/limits.js';

/** Everything a caller or a client could make grow, with the number that stops it. */
export interface WebPubSubLimits extends EngineLimits {
  /**
   * Bytes of the body of a send and of one client message. More: REST 400, client close 1009.
   *
   * @defaultValue 1048576 (1 MiB)
   */
  messageBytes: number;
}

/** How one hub treats its clients. */
export interface WebPubSubHubOptions {
  /**
   * Whether a client without an access token may connect: without a user, roles and groups.
   * A token that is present but bad is refused all the same.
   *
   * @defaultValue 'deny'
   */
  anonymousConnectPolicy?: 'allow' | 'deny';
  /**
   * What becomes of a raw, JSON or protobuf client that does not read, once `limits.outboundQueueMessages`
   * or `limits.outboundQueueBytes` wait for it. No policy lets more wait than these limits, and answers
   * to its own requests are never dropped. Reliable and MQTT clients were promised every message: they
   * are always closed.
   *
   * - `close`: the connection ends with 1008.
   * - `drop-oldest`: it stays, and loses the oldest messages that wait for it.
   * - `conflate`: of messages to the same group, or to none, that have the same value of the metadata
   *   {@link WebPubSubHubOptions.conflationKey}, only the newest waits, at the end of the queue. What is
   *   too much all the same is dropped, the oldest first.
   *
   * @defaultValue 'close'
   */
  slowConsumerPolicy?: 'close' | 'drop-oldest' | 'conflate';
  /** With `conflate`: the name of the metadata, in any letter case, that says what a message is about. */
  conflationKey?: string;
  /**
   * HTTP endpoints that handle events which no {@link Hub} class handles; the first that wants an
   * event gets it. Not for `hubDefaults`: handlers belong to one hub.
   *
   * @defaultValue []
   */
  eventHandlers?: readonly WebPubSubEventHandlerOptions[];
  /**
   * Who gets copies of events, without a say in them.
   *
   * @defaultValue []
   */
  eventListeners?: readonly WebPubSubEventListenerOptions[];
}

/** Settings of the REST API. */
export interface WebPubSubRestOptions {
  /**
   * The version whose rules apply to a request without `api-version`.
   *
   * @defaultValue '2020-10-01', the only one in which the parameter is optional
   */
  defaultApiVersion?: string;
  /**
   * Refuses sends without `Content-Length` (chunked bodies) with 400, as the official emulator does.
   *
   * @defaultValue false
   */
  requireContentLength?: boolean;
  /**
   * Who may have client tokens made (operation `WebPubSub_GenerateClientToken`): everybody who may call,
   * or only callers with a Microsoft Entra token, since who has a key can make them alone.
   *
   * @defaultValue 'any'
   */
  generateToken?: 'any' | 'entra-only';
  /**
   * Whether requests for the REST API pass through the application, with its middleware, hooks and
   * global guards, interceptors and filters, or go directly to the operation. `direct` serves several
   * times as many sends a second; nothing that the application sets for all routes then sees them,
   * CORS included.
   *
   * @defaultValue 'application'
   */
  pipeline?: 'application' | 'direct';
  /**
   * Takes the public host of a request from `X-Forwarded-Host` when its token is checked. Only behind
   * a proxy that sets the header itself.
   *
   * @defaultValue false
   */
  trustForwardedHost?: boolean;
}

/** Settings of the WebSocket endpoint. */
export interface WebPubSubWebSocketOptions {
  /**
   * Seconds between WebSocket pings, 1 to 120. A peer from which nothing came for three of them is
   * given up.
   *
   * @defaultValue 20
   */
  keepAliveIntervalSeconds?: number;
  /**
   * Seconds that a handshake may wait for an event handler before it is refused with 500.
   *
   * @defaultValue 30
   */
  handshakeTimeoutSeconds?: number;
  /**
   * Seconds that clients are given to leave when the application closes, before their sockets are
   * destroyed.
   *
   * @defaultValue 5
   */
  drainTimeoutSeconds?: number;
  /**
   * Seconds that a reliable client has to come back after its socket broke. Meanwhile it is a member of
   * its groups, and what it is sent is kept.
   *
   * @defaultValue 30
   */
  recoveryWindowSeconds?: number;
}

/**
 * Options of {@link WebPubSubModule.forRoot}. Every one is optional: without any, the module serves
 * the REST API and the WebSocket endpoint on the application's own HTTP server, with a generated key.
 */
export interface WebPubSubModuleOptions {
  /**
   * Where hubs live. `embedded`: in this process. `azure`: in the cloud service, through the package
   * `@azure/web-pubsub`; what it lacks is refused by name.
   *
   * @defaultValue 'azure' when the endpoint is that of a service in Azure, otherwise 'embedded'
   */
  driver?: 'embedded' | 'azure';
  /** How the cloud service is reached, with `driver: 'azure'`. */
  azure?: AzureOptions;
  /**
   * Refuses, with the embedded driver, what the cloud service lacks, so that the move there holds no
   * surprise.
   *
   * @defaultValue false
   */
  strictAzure?: boolean;
  /**
   * Lets callers of the embedded REST API in with Microsoft Entra tokens, checked with the package
   * `jose`.
   *
   * @defaultValue access keys only
   */
  entra?: EntraOptions;
  /**
   * `Endpoint=…;AccessKey=…;Version=1.0;`: sets {@link WebPubSubModuleOptions.endpoint} and
   * {@link WebPubSubModuleOptions.accessKey} in one value.
   */
  connectionString?: string;
  /**
   * The key that callers and client tokens are signed with, used as its UTF-8 bytes. In production
   * at least 32 bytes, and none of the keys that the official emulators publish.
   *
   * @defaultValue a random key for each start
   */
  accessKey?: string;
  /** A second valid key, for rotation: both are accepted, new tokens are signed with the first. */
  secondaryAccessKey?: string;
  /**
   * Public `http(s)` URL of the service when it is not that of this HTTP server, for example behind a
   * proxy. Goes into client URLs; tokens made for it are accepted.
   *
   * @defaultValue the address the HTTP server listens on
   */
  endpoint?: string;
  /**
   * Hubs to inject with {@link InjectHub}, and their settings. Other hub names are served all the
   * same, with default settings.
   *
   * @defaultValue []
   */
  hubs?: readonly string[] | Readonly<Record<string, WebPubSubHubOptions>>;
  /**
   * Settings of hubs that {@link WebPubSubModuleOptions.hubs} does not name.
   */
  hubDefaults?: Pick<
    WebPubSubHubOptions,
    'anonymousConnectPolicy' | 'slowConsumerPolicy' | 'conflationKey'
  >;
  /**
   * The REST API under `/api`; `false` switches it off.
   *
   * @defaultValue true
   */
  rest?: boolean | WebPubSubRestOptions;
  /**
   * The WebSocket endpoint under `/client`; `false` switches it off.
   *
   * @defaultValue true
   */
  websocket?: boolean | WebPubSubWebSocketOptions;
  /**
   * What becomes of a client whose request without `ackId` fails: nothing, or it is told so and
   * closed.
   *
   * @defaultValue 'ignore'
   */
  unacknowledgedFailure?: 'ignore' | 'close';
  /** How events are brought to handlers and webhooks. */
  events?: WebPubSubEventsOptions;
  /**
   * Receives the webhooks of the cloud service, or of another server, for the {@link Hub} classes of
   * this application.
   *
   * @defaultValue false
   */
  receiver?: boolean | WebPubSubReceiverOptions;
  /** Limits that differ from their defaults. */
  limits?: Partial<WebPubSubLimits>;
  /**
   * Whether the start is logged: the endpoint, the hubs, and the connection string with its key
   * masked.
   *
   * @defaultValue true
   */
  logStart?: boolean;
}
