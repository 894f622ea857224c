import type { Message } from '../../engine/message.js';
import { binaryPayload, type Payload } from '../../engine/payload.js';
import type { ClientProtocol, CloseFrame } from '../../engine/ports/client-protocol.interface.js';
import type { AckError, FrameEncoder } from '../../engine/ports/frame-encoder.interface.js';
import type { UpstreamMessage } from '../../engine/upstream-message.js';
import { binaryFrame, textFrame } from '../websocket-frame.js';
import type { RawMode } from './raw-mode.js';

/** The event that a frame of a raw client raises. */
const MESSAGE_EVENT = 'message';

/** Payloads as they are, and nothing else: a raw client sees no protocol. */
export const rawEncoder: FrameEncoder = {
  message: ({ payload }: Message) =>
    payload.dataType === 'text' || payload.dataType === 'json'
      ? textFrame(payload.bytes)
      : binaryFrame(payload.bytes),
  ack: () => undefined,
  pong: () => undefined,
  connected: () => undefined,
  disconnected: () => undefined,
};

/** Clients without a predefined subprotocol (client-protocols.md 4). */
export class RawProtocol implements ClientProtocol {
  readonly name = undefined;
  readonly encoder = rawEncoder;
  readonly invalidMessageReason = '';

  constructor(private readonly mode: RawMode) {}

  decode(data: Buffer, isBinary: boolean): UpstreamMessage {
    const payload: Payload = isBinary ? binaryPayload(data) : { dataType: 'text', bytes: data };
    if (this.mode.mode === 'sendEvent') return { type: 'event', event: MESSAGE_EVENT, payload };
    const { group, noEcho } = this.mode;
    return { type: 'sendToGroup', group, payload, noEcho, ttlSeconds: 0 };
  }

  closeOnFailure(error: AckError): CloseFrame {
    return error.name === 'Forbidden'
      ? { code: 1008, reason: 'The connection is not authorized for raw sendToGroup mode.' }
      : { code: 1011, reason: 'Internal server error' };
  }
}
