import {
  ProtocolViolation,
  type ClientProtocol,
} from '../../engine/ports/client-protocol.interface.js';
import type { FrameEncoder } from '../../engine/ports/frame-encoder.interface.js';
import { binaryFrame } from '../websocket-frame.js';
import { packetEncoder } from './packet.encoder.js';
import { publishEncoder } from './publish.encoder.js';
import { REASON, type MqttVersion } from './reason-codes.js';

/** What the frames of one network connection depend on. */
export interface EncoderTerms {
  readonly version: MqttVersion;
  /** Largest packet the client takes. */
  readonly maximumPacketSize: number;
  /** The complete CONNACK packet. */
  readonly connack: Buffer;
}

/** What the engine says to one MQTT client; it changes with each CONNECT of its session. */
class MqttEncoder implements FrameEncoder {
  constructor(private readonly terms: () => EncoderTerms) {}

  message: FrameEncoder['message'] = (message) =>
    message.frame(publishEncoder(this.terms().version, 0));

  ack(): undefined {}
  pong(): undefined {}

  /** The first frame of every network connection. */
  connected(): Buffer {
    return binaryFrame(this.terms().connack);
  }

  disconnected(text: string): Buffer | undefined {
    return disconnectFrame(this.terms(), REASON.unspecified, text);
  }

  closedByApplication(reason: string | undefined): Buffer | undefined {
    return disconnectFrame(this.terms(), REASON.administrativeAction, reason);
  }
}

/**
 * DISCONNECT for a client of MQTT 5.0; 3.1.1 has none. A reason that makes it too large for the
 * client is left out.
 */
export function disconnectFrame(
  { version, maximumPacketSize }: Pick<EncoderTerms, 'version' | 'maximumPacketSize'>,
  reasonCode: number,
  reason?: string,
): Buffer | undefined {
  if (version === 4) return undefined;
  if (reason) {
    const packet = packetEncoder.disconnect(reasonCode, { reasonString: reason });
    if (packet.length <= maximumPacketSize) return binaryFrame(packet);
  }
  return binaryFrame(packetEncoder.disconnect(reasonCode));
}

/** MQTT over WebSocket (client-protocols.md 8), one for each session. */
export class MqttProtocol implements ClientProtocol {
  readonly name = 'mqtt';
  readonly encoder: FrameEncoder = new MqttEncoder(() => this.terms);
  readonly invalidMessageReason = '';

  constructor(public terms: EncoderTerms) {}

  /** Packets do not end where WebSocket messages end, so the socket of the client reads them. */
  decode(): never {
    throw new ProtocolViolation(1002, 'An MQTT message cannot be read on its own.');
  }

  closeOnFailure(): undefined {}
}
