import type { Metadata } from './message.js';
import type { Payload } from './payload.js';

/**
 * What a client can say, whatever its protocol. Codecs validate names, numbers and limits before
 * they make one of these, so the engine only decides whether it is allowed.
 */
export type UpstreamMessage =
  | JoinGroupRequest
  | LeaveGroupRequest
  | SendToGroupRequest
  | EventRequest
  | { readonly type: 'ping' }
  | { readonly type: 'sequenceAck'; readonly sequenceId: bigint };

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
