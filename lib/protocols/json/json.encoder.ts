import type { Message, Metadata } from '../../engine/message.js';
import type {
  AckError,
  ConnectedInfo,
  FrameEncoder,
} from '../../engine/ports/frame-encoder.interface.js';
import { textFrame } from '../websocket-frame.js';

const PONG = textFrame(Buffer.from('{"type":"pong"}'));

/**
 * Frames of `json.webpubsub.azure.v1`: compact, and with their members in the order that official
 * SDK tests compare (client-protocols.md 5.1).
 */
export const jsonEncoder: FrameEncoder = {
  message: (message) => textFrame(Buffer.from(`${jsonMessageStart(message)}}`)),

  ack: (ackId, error) => textFrame(Buffer.from(encodeAck(ackId, error))),

  pong: () => PONG,

  connected: (info) => textFrame(Buffer.from(encodeConnected(info))),

  disconnected: (message) =>
    textFrame(Buffer.from(JSON.stringify({ type: 'system', event: 'disconnected', message }))),
};

/**
 * A data message without its closing brace, for protocols that add a number of their own for each
 * connection. JSON data is embedded as the text it arrived in.
 */
export function jsonMessageStart({ origin, payload, metadata }: Message): string {
  const from =
    origin.from === 'server'
      ? '"from":"server"'
      : `"from":"group","group":${JSON.stringify(origin.group)},"fromUserId":${JSON.stringify(origin.fromUserId)}`;
  const start = `{"type":"message",${from},"dataType":"${payload.dataType}","data":`;
  switch (payload.dataType) {
    case 'text':
      return `${start}${JSON.stringify(payload.bytes.toString('utf8'))}${encodeMetadata(metadata)}`;
    case 'json':
      return `${start}${payload.bytes.toString('utf8')}${encodeMetadata(metadata)}`;
    case 'binary':
    case 'protobuf':
      return `${start}"${payload.bytes.toString('base64')}"${encodeMetadata(metadata)}`;
  }
}

// Written by hand: as keys of an object `__proto__` would vanish and digits would move to the front.
function encodeMetadata(metadata: Metadata | undefined): string {
  if (metadata === undefined || metadata.size === 0) return '';
  const entries = [...metadata].map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  return `,"metadata":{${entries.join(',')}}`;
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
