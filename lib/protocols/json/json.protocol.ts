import {
  ProtocolViolation,
  type ClientProtocol,
} from '../../engine/ports/client-protocol.interface.js';
import { decodeJsonMessage } from './json.decoder.js';
import { jsonEncoder } from './json.encoder.js';
import { INVALID_JSON_MESSAGE } from './json.violation.js';

/** `json.webpubsub.azure.v1` (client-protocols.md 5). */
export const jsonProtocol: ClientProtocol = {
  name: 'json.webpubsub.azure.v1',
  encoder: jsonEncoder,
  invalidMessageReason: INVALID_JSON_MESSAGE,

  decode(data, isBinary) {
    if (isBinary) {
      throw new ProtocolViolation(1003, 'The JSON subprotocol requires text messages.');
    }
    return decodeJsonMessage(data.toString('utf8'));
  },

  closeOnFailure: () => undefined,
};
