import type { UpstreamMessage } from '../upstream-message.js';
import type { AckError, FrameEncoder, SequencedEncoder } from './frame-encoder.interface.js';

/** A WebSocket close: the code and the reason text of the Close frame. */
export interface CloseFrame {
  readonly code: number;
  readonly reason: string;
}

/**
 * The only thing that knows a protocol. Decoding is per connection (a raw client's frames mean what
 * its URL said), encoding is shared by all connections of the protocol.
 */
export interface ClientProtocol {
  /** The predefined subprotocol, or `undefined` for raw clients. */
  readonly name: string | undefined;
  readonly encoder: FrameEncoder;
  /**
   * Present when connections of this protocol number what they deliver, keep it until the client has
   * confirmed it, and outlive their sockets.
   */
  readonly reliableEncoder?: SequencedEncoder;
  /** The text of Close 1007 when a message is no text at all: invalid UTF-8. */
  readonly invalidMessageReason: string;
  /**
   * Reads one complete WebSocket message.
   *
   * @throws {@link ProtocolViolation} when the protocol does not allow it; the connection is then closed
   */
  decode(data: Buffer, isBinary: boolean): UpstreamMessage;
  /** What becomes of a connection whose request without `ackId` failed: `undefined` leaves it open. */
  closeOnFailure(error: AckError): CloseFrame | undefined;
}

/** A client broke its protocol: its connection is closed with this code and reason, nothing else. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';

  constructor(
    readonly code: number,
    readonly reason: string,
    /** For the log only; never sent. */
    detail?: string,
  ) {
    super(detail ?? reason);
  }
}
