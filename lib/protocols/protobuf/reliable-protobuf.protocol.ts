import type { ClientProtocol } from '../../engine/ports/client-protocol.interface.js';
import type { SequencedEncoder } from '../../engine/ports/frame-encoder.interface.js';
import { dataMessageFrame, encodeDataMessage, protobufEncoder } from './protobuf.encoder.js';
import { protobufRequests } from './protobuf.protocol.js';

/** Frames of `protobuf.webpubsub.azure.v1` with a number in data messages (client-protocols.md 6.2). */
export const reliableProtobufEncoder: SequencedEncoder = {
  ...protobufEncoder,

  sequencedMessage(message, sequenceId, cache) {
    cache.body ??= encodeDataMessage(message);
    return dataMessageFrame(cache.body, sequenceId);
  },
};

/** `protobuf.reliable.webpubsub.azure.v1` (client-protocols.md 7): the same requests, numbered answers. */
export const reliableProtobufProtocol: ClientProtocol = {
  ...protobufRequests('protobuf.reliable.webpubsub.azure.v1'),
  encoder: reliableProtobufEncoder,
  reliableEncoder: reliableProtobufEncoder,
};
