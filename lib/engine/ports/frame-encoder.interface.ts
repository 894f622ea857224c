import type { Message } from '../message.js';

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
