/** What a connection's own requests may be allowed to do (rest.md 5.9). */
export type Permission = 'joinLeaveGroup' | 'sendToGroup';

/** An `AbortSignal`, or what the Azure SDKs take for one. */
export interface AbortSignalLike {
  /** Whether the caller has given up. */
  readonly aborted: boolean;
  /** Why. */
  readonly reason?: unknown;
}

/**
 * What every operation of a hub takes. Only `abortSignal` has a meaning here; the others let code
 * compile that was written for the Azure SDKs, and are ignored, since there is no HTTP request.
 */
export interface OperationOptions {
  /**
   * An operation whose signal is aborted before it starts is not carried out, and rejects with an
   * error whose name is `AbortError`.
   */
  abortSignal?: AbortSignalLike;
  /** Ignored. */
  requestOptions?: object;
  /** Ignored. */
  serializerOptions?: object;
  /** Ignored. */
  tracingOptions?: object;
  // A method and no property: so a callback with a more particular parameter fits as well.
  /** Never called. */
  onResponse?(
    rawResponse: { readonly status: number; readonly bodyAsText?: string | null },
    flatResponse: unknown,
    error?: unknown,
  ): void;
}

/** Options of every send. */
export interface SendMessageOptions extends OperationOptions {
  /**
   * How the message is meant. Left out, binary values are binary and everything else is JSON, a
   * string too. `application/json` with a string or bytes takes them for finished JSON text, which
   * arrives digit for digit.
   */
  contentType?: 'text/plain' | 'application/json' | 'application/octet-stream';
  /**
   * Seconds after which a copy that a client has not taken is dropped, 0 to 300.
   *
   * @defaultValue 0, which is never
   */
  messageTtlSeconds?: number;
  /**
   * Text that goes beside the message to JSON and protobuf clients. Keys are header names of at most
   * 256 bytes, values printable ASCII of at most 1024, all together at most 8192.
   */
  metadata?: Readonly<Record<string, string>>;
}

/** Options of {@link WebPubSubHub.sendToUser}. */
export interface SendToUserOptions extends SendMessageOptions {
  /**
   * Only connections that match get the message: an OData expression over `userId`, `connectionId`,
   * `groups` and `protocol` (rest.md 9), for example `userId ne 'ann' and 'lobby' in groups`.
   *
   * @defaultValue '', which every connection matches
   */
  filter?: string;
}

/** Options of sends to a whole hub or a group. */
export interface SendToManyOptions extends SendToUserOptions {
  /** Ids of connections that do not get the message. */
  excludedConnections?: string[];
}

/** Options of {@link WebPubSubHub.closeConnection}. */
export interface CloseConnectionOptions extends OperationOptions {
  /** Shown to JSON and protobuf clients; any length. */
  reason?: string;
}

/** Options of the operations that close many connections. */
export interface CloseConnectionsOptions extends CloseConnectionOptions {
  /** Ids of connections that stay open. */
  excludedConnections?: string[];
}

/** Options of {@link WebPubSubHub.listConnectionsInGroup}. */
export interface ListConnectionsOptions extends OperationOptions {
  /**
   * Most connections of one page, 1 to 200.
   *
   * @defaultValue 200
   */
  maxPageSize?: number;
  /**
   * Most connections of all pages together, 1 to 2147483647.
   *
   * @defaultValue all that there are
   */
  top?: number;
  /** Where to go on: {@link ConnectionPage.continuationToken} of an earlier page. */
  continuationToken?: string;
}

/** Options of {@link WebPubSubHub.addUserToGroup}. */
export interface AddUserToGroupOptions extends OperationOptions {
  /**
   * Whether connections that the user opens later join as well, until the user is removed from the
   * group. This is how api-version 2020-10-01 worked; no connection has to be there.
   *
   * @defaultValue false
   */
  remember?: boolean;
}

/** Options of the permission operations: one group, or explicitly all of them. */
export interface PermissionOptions extends OperationOptions {
  /** The group, literally: an asterisk is an asterisk. */
  targetName?: string;
  /**
   * Every group instead of one, as api-version 2020-10-01 allows.
   *
   * @defaultValue false
   */
  allGroups?: boolean;
}

/** Options of {@link WebPubSubHub.getClientAccessToken}. */
export interface ClientTokenOptions extends OperationOptions {
  /** The user the client connects as; absent or empty = anonymous. */
  userId?: string;
  /** Roles of the connection, for example `webpubsub.sendToGroup.lobby` (client-protocols.md 1.8). */
  roles?: string[];
  /** Groups the connection is in from its first moment. */
  groups?: string[];
  /**
   * Life of the token in minutes; a live connection outlives it.
   *
   * @defaultValue 60
   */
  expirationTimeInMinutes?: number;
  /**
   * What the client speaks: `mqtt` gives the URL of the MQTT endpoint, and a token for it alone.
   *
   * @defaultValue 'default'
   */
  clientProtocol?: 'default' | 'mqtt';
}

/** A token that lets one client connect, and where to. */
export interface ClientTokenResult {
  /** The JWT. */
  token: string;
  /** WebSocket URL without the token. */
  baseUrl: string;
  /** WebSocket URL with the token in `access_token`: what a client opens. */
  url: string;
}
