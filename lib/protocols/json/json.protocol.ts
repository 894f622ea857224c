import {
  ProtocolViolation,
  type ClientProtocol,
} from '../../engine/ports/client-protocol.interface.js';
import { decodeJsonMessage, InvalidJsonMessage } from './json.decoder.js';
import { jsonEncoder } from './json.encoder.js';

const INVALID_MESSAGE = 'The client message is not a valid JSON protocol message.';

/** `json.webpubsub.azure.v1` (client-protocols.md 5). */
export const jsonProtocol: ClientProtocol = {
  name: 'json.webpubsub.azure.v1',
  encoder: jsonEncoder,
  invalidMessageReason: INVALID_MESSAGE,

  decode(data, isBinary) {
    if (isBinary) {
      throw new ProtocolViolation(1003, 'The JSON subprotocol requires text messages.');
    }
    try {
      return decodeJsonMessage(data.toString('utf8'));
    } catch (error) {
      if (!(error instanceof InvalidJsonMessage)) throw error;
      throw new ProtocolViolation(1007, INVALID_MESSAGE, error.message);
    }
  },

  closeOnFailure: () => undefined,
};
