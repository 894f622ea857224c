import {
  ProtocolViolation,
  type ClientProtocol,
} from '../../engine/ports/client-protocol.interface.js';
import { MalformedMessageError } from './malformed-message.error.js';
import { decodeProtobufMessage } from './protobuf.decoder.js';
import { protobufEncoder } from './protobuf.encoder.js';

const MAX_DETAIL_LENGTH = 200;

/** `protobuf.webpubsub.azure.v1` (client-protocols.md 7). */
export const protobufProtocol: ClientProtocol = {
  ...protobufRequests('protobuf.webpubsub.azure.v1'),
  encoder: protobufEncoder,
};

/**
 * What the protobuf protocols have in common: the requests of a client. Close texts contain the name
 * of the protocol (client-protocols.md 7.1).
 */
export function protobufRequests(name: string): Omit<ClientProtocol, 'encoder'> {
  const invalidMessageReason = `The client message is not a valid ${name} protocol message.`;
  return {
    name,
    invalidMessageReason,

    decode(data, isBinary) {
      if (!isBinary) {
        throw new ProtocolViolation(1003, `The ${name} subprotocol requires binary messages.`);
      }
      try {
        return decodeProtobufMessage(data);
      } catch (error) {
        if (!(error instanceof MalformedMessageError)) throw error;
        const detail = error.message.slice(0, MAX_DETAIL_LENGTH);
        throw new ProtocolViolation(1007, invalidMessageReason, detail);
      }
    },

    closeOnFailure: () => undefined,
  };
}
