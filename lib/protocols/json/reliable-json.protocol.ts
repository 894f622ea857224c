import type { ClientProtocol } from '../../engine/ports/client-protocol.interface.js';
import type { SequencedEncoder } from '../../engine/ports/frame-encoder.interface.js';
import { textFrame } from '../websocket-frame.js';
import { jsonEncoder, jsonMessageEnd, jsonMessageStart } from './json.encoder.js';
import { jsonProtocol } from './json.protocol.js';

/** Frames of `json.webpubsub.azure.v1` with a number behind the message (client-protocols.md 6.2). */
export const reliableJsonEncoder: SequencedEncoder = {
  ...jsonEncoder,

  sequencedMessage(message, sequenceId, cache) {
    cache.body ??= Buffer.from(jsonMessageStart(message));
    const end = `,"sequenceId":${sequenceId}${jsonMessageEnd(message)}`;
    return textFrame(Buffer.concat([cache.body, Buffer.from(end)]));
  },
};

/** `json.reliable.webpubsub.azure.v1` (client-protocols.md 6): the same requests, numbered answers. */
export const reliableJsonProtocol: ClientProtocol = {
  ...jsonProtocol,
  name: 'json.reliable.webpubsub.azure.v1',
  encoder: reliableJsonEncoder,
  reliableEncoder: reliableJsonEncoder,
};
