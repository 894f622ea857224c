import type { GroupStateItem } from '../../backplane/backplane.message.js';
import type { Message, Metadata } from '../message.js';
import type { Payload } from '../payload.js';

/** Why a client's request failed, in the words of an `ack` (client-protocols.md 5.6). */
export interface AckError {
  readonly name: 'Forbidden' | 'Duplicate' | 'InternalServerError' | 'BadRequest';
  readonly message: string;
}

/** What a `connected` frame tells the client (client-protocols.md 5.5). */
export interface ConnectedInfo {
  readonly connectionId: string;
  readonly userId: string | undefined;
  readonly reconnectionToken?: string;
}

/**
 * Turns what the engine says into complete WebSocket frames of one protocol, header included.
 *
 * One instance serves every connection of its protocol: {@link Message.frame} keeps what
 * {@link FrameEncoder.message} returned under the instance, so the bytes are made once and shared.
 * `undefined` means that the protocol has no such frame (a raw client never sees an ack).
 */
export interface FrameEncoder {
  message(message: Message): Buffer;
  ack(ackId: bigint, error?: AckError): Buffer | undefined;
  pong(): Buffer | undefined;
  connected(info: ConnectedInfo): Buffer | undefined;
  /** @param text the whole sentence the client is shown */
  disconnected(text: string): Buffer | undefined;
  /** Instead of {@link disconnected}, in protocols with words of their own for the application's wish. */
  closedByApplication?(reason: string | undefined): Buffer | undefined;
  // The newer families; a protocol without them leaves them out.
  invokeResponse?(response: InvokeResponse): Buffer;
  /** @param expected the number of the fragment that comes next */
  streamAck?(streamId: string, expected: number): Buffer;
  /** A fragment was ahead of the expected one. */
  streamNack?(nack: StreamNack): Buffer;
  /** A protocol without it does not see the ends of streams either ({@link Message.isFor}). */
  streamClosed?(streamId: string, error?: StreamClosedError): Buffer;
  /** @param sequenceId in protocols that number what they deliver */
  groupState?(states: GroupStateNews, sequenceId?: number): Buffer;
}

/** The answer to an `invoke` (client-protocols.md 9.3). */
export type InvokeResponse = { readonly invocationId: string } & (
  | {
      readonly success: true;
      /** `undefined` = the handler had nothing to say. */
      readonly payload?: Payload;
      readonly metadata?: Metadata;
    }
  | { readonly success: false; readonly error: InvocationError }
);

export interface InvocationError {
  readonly name: 'BadRequest' | 'NotFound' | 'Forbidden' | 'Timeout' | 'InternalServerError';
  readonly message: string;
}

export interface StreamNack {
  readonly streamId: string;
  readonly name: 'InvalidSequenceId';
  readonly message: string;
  /** The number of the fragment that comes next. */
  readonly expected: number;
}

/** Why a stream was closed or not even opened, in the words of its publisher. */
export interface StreamClosedError {
  readonly name:
    'StreamNotFound' | 'Forbidden' | 'BadRequest' | 'InternalServerError' | 'IdleTimeout';
  readonly message: string;
}

/** What a subscriber of group states is told (client-protocols.md 9.5). */
export interface GroupStateNews {
  /** A snapshot replaces what the client knew of the group. */
  readonly kind: 'update' | 'snapshot';
  readonly group: string;
  readonly items: readonly GroupStateItem[];
}

/** An encoder of a protocol that numbers its data messages for each connection. */
export interface SequencedEncoder extends FrameEncoder {
  /**
   * The frame of a message with a number of the connection. The rest of the message is encoded once
   * and kept in `cache`, which belongs to the message and this encoder.
   */
  sequencedMessage(message: Message, sequenceId: number, cache: SequencedCache): Buffer;
}

/** What a {@link SequencedEncoder} keeps with a message. */
export interface SequencedCache {
  /** The encoded message without its number. */
  body?: Buffer;
}
