import type { GroupEventName, SystemEventName } from '../events/event-handler.interface.js';
import type { EventEnvelope, EventListener } from '../events/listeners/event-listener.interface.js';

/**
 * An HTTP endpoint that handles events of a hub, as the cloud service would call it (events.md 8).
 *
 * @example
 * ```ts
 * const handler: WebPubSubEventHandlerOptions = {
 *   urlTemplate: 'https://app.example/hooks/{hub}/{event}?code=secret',
 *   userEventPattern: '*',
 *   systemEvents: ['connect', 'connected', 'disconnected'],
 * };
 * ```
 */
export interface WebPubSubEventHandlerOptions {
  /**
   * Absolute `http(s)` URL. `{hub}` and `{event}` stand for the names, in the path or the query. The
   * query travels with every request. `{@Microsoft.KeyVault(SecretUri=…)}` stands for a secret, see
   * {@link WebPubSubEventsOptions.resolveSecret}.
   */
  urlTemplate: string;
  /**
   * User events that go there: `*`, a name, or names separated by commas.
   *
   * @defaultValue none
   */
  userEventPattern?: string;
  /**
   * System events that go there.
   *
   * @defaultValue []
   */
  systemEvents?: readonly SystemEventName[];
  /**
   * Changes of groups that go there; names of groups may end with `*`.
   *
   * @defaultValue none
   */
  groupPresenceEvents?: {
    /** Which changes. */
    eventNames: readonly GroupEventName[];
    /** Empty or left out = all groups. */
    groupFilters?: readonly string[];
  };
  /**
   * `ManagedIdentity` adds a bearer token from {@link WebPubSubEventsOptions.getToken} to every event.
   *
   * @defaultValue `{ type: 'None' }`
   */
  auth?:
    | {
        /** Nothing beside the signature. */
        type: 'None';
      }
    | {
        /** A bearer token. */
        type: 'ManagedIdentity';
        /** Whom the token is for. */
        managedIdentity: {
          /** For example `api://app`. */
          resource: string;
        };
      };
  /**
   * Whether the endpoint is asked for its consent before it gets events (abuse protection). Only for
   * targets of your own.
   *
   * @defaultValue true
   */
  validate?: boolean;
  /**
   * Whether an event is sent again after 408, 5xx and network errors.
   *
   * @defaultValue true
   */
  retry?: boolean;
}

/** A listener of a hub, and which events it gets copies of. */
export interface WebPubSubEventListenerOptions {
  /** Without both members nothing matches. */
  filter: {
    /** For compatibility with the service's own settings. */
    type?: 'EventName';
    /** System events it gets. */
    systemEvents?: readonly Exclude<SystemEventName, 'connect'>[];
    /** As in {@link WebPubSubEventHandlerOptions.userEventPattern}. */
    userEventPattern?: string;
  };
  /** Takes the copies. */
  listener: EventListener | ((envelope: EventEnvelope) => unknown);
}

/** How events are brought to handlers. */
export interface WebPubSubEventsOptions {
  /**
   * Seconds that one event may take, retries and waits included.
   *
   * @defaultValue 100
   */
  timeoutSeconds?: number;
  /**
   * Seconds before each further attempt at a webhook.
   *
   * @defaultValue [1, 3, 5]
   */
  retryDelaysSeconds?: readonly number[];
  /**
   * Seconds that a webhook has to give its consent.
   *
   * @defaultValue 10
   */
  validationTimeoutSeconds?: number;
  /**
   * What a JSON or protobuf client gets when its event fails: a failed ack, if it asked for one, or
   * that and Close 1011. Raw clients are always closed.
   *
   * @defaultValue 'ack'
   */
  userEventFailure?: 'ack' | 'close';
  /**
   * Host names of this service that webhooks see in `WebHook-Request-Origin`.
   *
   * @defaultValue the host of the option `endpoint`, or of the address the HTTP server listens on
   */
  origins?: readonly string[];
  /**
   * Whether webhooks may be on this machine.
   *
   * @defaultValue true, and false when NODE_ENV is production
   */
  allowLoopback?: boolean;
  /**
   * Whether webhooks may be in private networks (10.0.0.0/8, fc00::/7 and so on). Addresses of
   * metadata services are refused all the same.
   *
   * @defaultValue false
   */
  allowPrivateAddresses?: boolean;
  /**
   * The only hosts webhooks may have; `*.example.com` stands for every name below it.
   *
   * @defaultValue any
   */
  allowedHosts?: readonly string[];
  /** Gets a Microsoft Entra token for a resource, for handlers with `ManagedIdentity`. */
  getToken?: (resource: string) => Promise<string>;
  /** Gets a secret by its URI, for URL templates with `{@Microsoft.KeyVault(SecretUri=…)}`. */
  resolveSecret?: (secretUri: string) => Promise<string>;
}

/** The receiver of webhooks: events of the cloud service, or of another server, for the handlers here. */
export interface WebPubSubReceiverOptions {
  /**
   * Path under which events arrive; `{hub}` stands for the name of a hub. What follows it does not
   * matter. The application's global prefix is not put in front.
   *
   * @defaultValue '/api/webpubsub/hubs/{hub}/'
   */
  path?: string;
  /**
   * Access keys of who may send events.
   *
   * @defaultValue the keys of the module
   */
  accessKeys?: readonly string[];
  /**
   * Whether an event must be signed with one of the keys. Without it anybody who reaches the path can
   * raise events.
   *
   * @defaultValue true
   */
  verifySignature?: boolean;
  /**
   * URLs of the services that may send events.
   *
   * @defaultValue any that has a key
   */
  allowedEndpoints?: readonly string[];
  /** Checks the `Authorization` header of an event, for services that send a Microsoft Entra token. */
  authenticate?: (authorization: string | undefined) => Promise<boolean>;
  /**
   * Bytes of the body of an event; more are answered 413.
   *
   * @defaultValue 16777216 (16 MiB)
   */
  maxBodyBytes?: number;
  /**
   * Seconds that a handler has before the event is answered 500.
   *
   * @defaultValue 30
   */
  timeoutSeconds?: number;
  /**
   * Seconds for which an event that arrives again gets the same answer and no second handling; 0
   * switches it off.
   *
   * @defaultValue 120
   */
  deduplicationWindowSeconds?: number;
}
