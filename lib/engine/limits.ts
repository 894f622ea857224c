/** Everything a client or a caller could make grow, with the number that stops it. */
export interface EngineLimits {
  /**
   * Connections of one hub; one more is refused with 429 at its handshake.
   *
   * @defaultValue 100000
   */
  connectionsPerHub: number;
  /**
   * Groups one connection can be in; joining one more fails (`BadRequest` ack, REST 409).
   *
   * @defaultValue 10000
   */
  groupsPerConnection: number;
  /**
   * Messages waiting for one client that does not read; one more closes it with 1008.
   *
   * @defaultValue 1000
   */
  outboundQueueMessages: number;
  /**
   * Bytes waiting for one client that does not read; more close it with 1008.
   *
   * @defaultValue 16777216 (16 MiB)
   */
  outboundQueueBytes: number;
  /**
   * Messages that a reliable client has not confirmed; one more closes it with 1008.
   *
   * @defaultValue 1000
   */
  reliableBufferMessages: number;
  /**
   * Bytes that a reliable client has not confirmed; more close it with 1008.
   *
   * @defaultValue 16777216 (16 MiB)
   */
  reliableBufferBytes: number;
  /**
   * Successful `ackId`s remembered for one connection; the oldest is forgotten first.
   *
   * @defaultValue 1000
   */
  ackMemory: number;
  /**
   * Groups named literally in the roles or grants of one permission of one connection; a grant beyond
   * it is refused with 409.
   *
   * @defaultValue 1000
   */
  literalGroupsPerPermission: number;
  /**
   * Pattern roles of one permission of one connection; surplus ones grant nothing.
   *
   * @defaultValue 9
   */
  patternsPerPermission: number;
  /**
   * Invocations of one connection that are at work; one more is answered `BadRequest`.
   *
   * @defaultValue 100
   */
  invocationsPerConnection: number;
  /**
   * Streams that one connection publishes at a time; one more is answered `BadRequest`.
   *
   * @defaultValue 100
   */
  streamsPerConnection: number;
  /**
   * (user, group) pairs that a hub remembers for api-version 2020-10-01; one more is refused with 409.
   *
   * @defaultValue 100000
   */
  rememberedGroupsPerHub: number;
}

/** client-protocols.md 11.1, rest.md 11; the numbers the documents leave open are ours. */
export const DEFAULT_LIMITS: Readonly<EngineLimits> = {
  connectionsPerHub: 100_000,
  groupsPerConnection: 10_000,
  outboundQueueMessages: 1000,
  outboundQueueBytes: 16 * 1024 * 1024,
  reliableBufferMessages: 1000,
  reliableBufferBytes: 16 * 1024 * 1024,
  ackMemory: 1000,
  literalGroupsPerPermission: 1000,
  patternsPerPermission: 9,
  invocationsPerConnection: 100,
  streamsPerConnection: 100,
  rememberedGroupsPerHub: 100_000,
};

/** Largest message a client may send, and largest body of a send: 1 MiB, inclusive. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Keys and values of what a member of a group says about itself, in UTF-8. */
export const MAX_GROUP_STATE_BYTES = 512;

/** Members in a snapshot of the states of a group. */
export const MAX_SNAPSHOT_ITEMS = 200;

/** Longest id that a client makes up for an invocation or a stream, in characters. */
export const MAX_CLIENT_ID_LENGTH = 1024;

/** How long a peer may take to answer a Close frame before its socket is destroyed. */
export const CLOSE_GRACE_MS = 5000;

/** The same for a client that was closed because it does not read (client-protocols.md 14, U8). */
export const SLOW_CLOSE_GRACE_MS = 1000;
