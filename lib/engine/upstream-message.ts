import type { Metadata } from './message.js';
import type { Payload } from './payload.js';

/**
 * What a client can say, whatever its protocol. Codecs validate names, numbers and limits before
 * they make one of these, so the engine only decides whether it is allowed.
 */
export type UpstreamMessage =
  | AckedRequest
  | InvokeRequest
  | StreamDataRequest
  | StreamEndRequest
  | { readonly type: 'cancelInvocation'; readonly invocationId: string }
  | { readonly type: 'invokeResponse' }
  | { readonly type: 'ping' }
  | { readonly type: 'sequenceAck'; readonly sequenceId: bigint };

/** What a client may want an ack for. */
export type AckedRequest =
  | JoinGroupRequest
  | LeaveGroupRequest
  | SendToGroupRequest
  | EventRequest
  | StartStreamRequest
  | SetGroupStateRequest
  | SubscribeGroupStateRequest
  | UnsubscribeGroupStateRequest;

export interface JoinGroupRequest {
  readonly type: 'joinGroup';
  readonly group: string;
  readonly ackId?: bigint;
}

export interface LeaveGroupRequest {
  readonly type: 'leaveGroup';
  readonly group: string;
  readonly ackId?: bigint;
}

export interface SendToGroupRequest {
  readonly type: 'sendToGroup';
  readonly group: string;
  readonly payload: Payload;
  readonly noEcho: boolean;
  /** 0 = the message never expires. */
  readonly ttlSeconds: number;
  readonly metadata?: Metadata;
  readonly ackId?: bigint;
}

export interface EventRequest {
  readonly type: 'event';
  readonly event: string;
  readonly payload: Payload;
  readonly metadata?: Metadata;
  readonly ackId?: bigint;
}

/** A call whose answer is an `invokeResponse` (client-protocols.md 9.3). */
export interface InvokeRequest {
  readonly type: 'invoke';
  /** 1 to 1024 characters. */
  readonly invocationId: string;
  /** `undefined` when the target is something else than an event. */
  readonly event: string | undefined;
  readonly payload?: Payload;
  readonly metadata?: Metadata;
}

/** A `sendToGroup` with a `stream` (client-protocols.md 9.4). */
export interface StartStreamRequest {
  readonly type: 'startStream';
  readonly group: string;
  readonly streamId: string;
  /** `undefined` = the default; what is no positive 32-bit integer is refused by the engine. */
  readonly idleTimeoutMs: number | undefined;
  readonly noEcho: boolean;
  /** Whether it also carries data, which a start must not. */
  readonly hasPayload: boolean;
  readonly ackId?: bigint;
}

export interface StreamDataRequest {
  readonly type: 'streamData';
  readonly streamId: string;
  /** `undefined` keeps the stream alive; `incomplete` is a fragment of which something is missing. */
  readonly fragment: StreamFragment | 'incomplete' | undefined;
}

export interface StreamFragment {
  readonly sequenceId: bigint;
  readonly payload: Payload;
}

export interface StreamEndRequest {
  readonly type: 'streamEnd';
  readonly streamId: string;
  /** Why the client gives up. */
  readonly error?: { readonly message?: string; readonly userErrorCode?: string };
}

export interface SetGroupStateRequest {
  readonly type: 'setGroupState';
  readonly group: string;
  /** `undefined` clears it. */
  readonly state: ReadonlyMap<string, string> | undefined;
  readonly ackId?: bigint;
}

export interface SubscribeGroupStateRequest {
  readonly type: 'subscribeGroupState';
  readonly group: string;
  readonly ackId?: bigint;
}

export interface UnsubscribeGroupStateRequest {
  readonly type: 'unsubscribeGroupState';
  readonly group: string;
  readonly ackId?: bigint;
}
