import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { CLOSE_GRACE_MS } from '../engine/limits.js';
import { ClientWebSocket } from './client.web-socket.js';

export type ClientWebSocketServer = InstanceType<typeof WebSocketServer<typeof ClientWebSocket>>;

export interface ClientWebSocketServerParts {
  /** Largest message, in bytes; a larger one closes with 1009. */
  readonly maxPayload: number;
  /** The name for `Sec-WebSocket-Protocol`; `false` for none. */
  readonly handleProtocols: (offered: Set<string>, request: IncomingMessage) => string | false;
}

/** What completes the upgrades of an endpoint, with the settings all of them share. */
export function createWebSocketServer(parts: ClientWebSocketServerParts): ClientWebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    // Pongs go through the outbox, in order and counted.
    autoPong: false,
    perMessageDeflate: false,
    closeTimeout: CLOSE_GRACE_MS,
    WebSocket: ClientWebSocket,
    ...parts,
  };
  return new WebSocketServer(options);
}
