import type { Message } from '../../engine/message.js';
import type {
  AckError,
  ConnectedInfo,
  FrameEncoder,
} from '../../engine/ports/frame-encoder.interface.js';
import { textFrame } from '../websocket-frame.js';
import { encodeGroupState, encodeInvokeResponse } from './newer.encoders.js';
import { encodeMetadata, encodePayload } from './payload.encoder.js';

const PONG = textFrame(Buffer.from('{"type":"pong"}'));

/**
 * Frames of `json.webpubsub.azure.v1`: compact, and with their members in the order that official
 * SDK tests compare (client-protocols.md 5.1).
 */
export const jsonEncoder: FrameEncoder = {
  message: (message) =>
    textFrame(Buffer.from(`${jsonMessageStart(message)}${jsonMessageEnd(message)}`)),

  ack: (ackId, error) => textFrame(Buffer.from(encodeAck(ackId, error))),

  pong: () => PONG,

  connected: (info) => textFrame(Buffer.from(encodeConnected(info))),

  disconnected: (message) => jsonFrame({ type: 'system', event: 'disconnected', message }),

  invokeResponse: (response) => textFrame(Buffer.from(encodeInvokeResponse(response))),

  streamAck: (streamId, expectedSequenceId) =>
    jsonFrame({ type: 'streamAck', streamId, expectedSequenceId }),

  streamNack: ({ streamId, name, message, expected }) =>
    jsonFrame({ type: 'streamNack', streamId, name, message, expectedSequenceId: expected }),

  streamClosed: (streamId, error) => jsonFrame({ type: 'streamClosed', streamId, error }),

  groupState: (news, sequenceId) => textFrame(Buffer.from(encodeGroupState(news, sequenceId))),
};

/** Members whose value is `undefined` are left out. */
function jsonFrame(message: Readonly<Record<string, unknown>>): Buffer {
  return textFrame(Buffer.from(JSON.stringify(message)));
}

/**
 * A data message up to where a protocol puts a number of its own for each connection; the rest is
 * {@link jsonMessageEnd}.
 */
export function jsonMessageStart({ origin, payload, metadata }: Message): string {
  const from =
    origin.from === 'server'
      ? '"from":"server"'
      : `"from":"group","group":${JSON.stringify(origin.group)},"fromUserId":${JSON.stringify(origin.fromUserId)}`;
  return `{"type":"message",${from},${encodePayload(payload)}${encodeMetadata(metadata)}`;
}

/** What comes behind the number: the place in a stream, and the closing brace. */
export function jsonMessageEnd({ stream }: Message): string {
  if (stream === undefined) return '}';
  const { streamId, streamSequenceId, endOfStream, error } = stream;
  return `,"stream":${JSON.stringify({
    streamId,
    streamSequenceId,
    endOfStream,
    error: error && {
      name: error.name,
      message: error.message,
      userErrorCode: error.userErrorCode,
    },
  })}}`;
}

function encodeAck(ackId: bigint, error: AckError | undefined): string {
  return error === undefined
    ? `{"type":"ack","ackId":${ackId},"success":true}`
    : `{"type":"ack","ackId":${ackId},"success":false,"error":${JSON.stringify({ name: error.name, message: error.message })}}`;
}

function encodeConnected({ connectionId, userId, reconnectionToken }: ConnectedInfo): string {
  return JSON.stringify({
    type: 'system',
    event: 'connected',
    userId: userId ?? null,
    connectionId,
    reconnectionToken,
  });
}
