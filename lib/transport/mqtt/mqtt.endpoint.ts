import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { sharedAborter } from '../../engine/abort-signals.js';
import type { Engine } from '../../engine/engine.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type { EventSink } from '../../engine/ports/event-sink.interface.js';
import type { ClientWebSocket } from '../client.web-socket.js';
import { OpenSockets } from '../open-sockets.js';
import { refuseUpgrade } from '../refusal.js';
import type { UpgradeHandler } from '../upgrade.dispatcher.js';
import { createWebSocketServer, type ClientWebSocketServer } from '../web-socket.server.js';
import { MqttConnector } from './mqtt.connector.js';
import { MqttGate } from './mqtt.gate.js';
import {
  examineMqttHandshake,
  type MqttCandidate,
  type MqttHandshakeParts,
} from './mqtt.handshake.js';
import { MqttRequests } from './mqtt.requests.js';
import { MqttSocket } from './mqtt.socket.js';
import { MqttUserEvents } from './mqtt.user-events.js';

export interface MqttEndpointParts extends MqttHandshakeParts {
  readonly engine: Engine;
  readonly events: EventSink;
  readonly diagnostics: Diagnostics;
  readonly settings: MqttEndpointSettings;
}

/** The numbers of the endpoint that an operator can set. */
export interface MqttEndpointSettings {
  /** Largest payload; a packet may have {@link HEADER_BYTES} more. */
  readonly maxMessageBytes: number;
  /** How long a connect handler may hold a CONNECT back. */
  readonly handshakeTimeoutMs: number;
  /** Longest life of a session without a network connection. */
  readonly longestSessionMs: number;
}

/** Room in a packet for all that is not payload. */
const HEADER_BYTES = 64 * 1024;

/** Lets MQTT clients in: `/clients/mqtt/hubs/{hub}` (client-protocols.md 8). */
export class MqttEndpoint implements UpgradeHandler {
  readonly #sockets = new OpenSockets<MqttSocket>((socket) => socket.terminate());
  readonly #server: ClientWebSocketServer;
  readonly #shutdown = sharedAborter();
  readonly #connector: MqttConnector;
  readonly #requests: MqttRequests;
  readonly #maxPacketBytes: number;

  constructor(private readonly parts: MqttEndpointParts) {
    const { engine, events, diagnostics, settings } = parts;
    this.#maxPacketBytes = settings.maxMessageBytes + HEADER_BYTES;
    this.#connector = new MqttConnector({
      engine,
      events,
      diagnostics,
      longestSessionMs: settings.longestSessionMs,
      gate: new MqttGate({
        events,
        diagnostics,
        timeoutMs: settings.handshakeTimeoutMs,
        shutdown: this.#shutdown.signal,
      }),
    });
    this.#requests = new MqttRequests(engine, new MqttUserEvents(events, diagnostics));
    this.#server = createWebSocketServer({
      // A message may hold several packets, or the end of one and the start of the next.
      maxPayload: 2 * this.#maxPacketBytes,
      handleProtocols: (offered) =>
        [...offered].find((name) => name.toLowerCase() === 'mqtt') ?? false,
    });
  }

  servesUpgrade(target: string): boolean {
    return this.parts.path.serves(target);
  }

  expectsUpgrade(target: string): boolean {
    return this.parts.path.serves(target);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until `ws` takes over, a peer that resets must not end the process.
    socket.on('error', () => socket.destroy());
    try {
      this.#admit(request, socket, head);
    } catch (error) {
      this.parts.diagnostics.error('an MQTT handshake failed', error);
      refuseUpgrade(socket, { status: 500 });
    }
  }

  /** Closes every client; resolves when all are gone, or after the grace period. */
  async drain(graceMs: number): Promise<void> {
    this.#shutdown.abort();
    await this.#sockets.drain(graceMs);
  }

  #admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#shutdown.signal.aborted) return refuseUpgrade(socket, { status: 503 });
    const verdict = examineMqttHandshake(request, this.parts);
    if (verdict.kind === 'refused') {
      const { refusal, reason } = verdict;
      this.parts.diagnostics.debug(`handshake refused with ${refusal.status}: ${reason}`);
      return refuseUpgrade(socket, refusal);
    }
    const { local } = this.parts.engine.serve(verdict.candidate.hub);
    const isFull = local.isFull;
    local.releaseIfEmpty();
    if (isFull) return refuseUpgrade(socket, { status: 429 });
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#sockets.add(this.#createSocket(verdict.candidate, webSocket, socket as Socket));
    });
  }

  #createSocket(candidate: MqttCandidate, webSocket: ClientWebSocket, socket: Socket): MqttSocket {
    // Held until the CONNECT and no longer: claims and headers of idle clients are nobody's business.
    let pending: MqttCandidate | undefined = candidate;
    return new MqttSocket(
      {
        timers: this.parts.engine.timers,
        diagnostics: this.parts.diagnostics,
        requests: this.#requests,
        maxPacketBytes: this.#maxPacketBytes,
        connect: async (packet, mqttSocket) => {
          const connecting = pending;
          pending = undefined;
          if (connecting) await this.#connector.connect(packet, connecting, mqttSocket);
        },
        onClosed: this.#sockets.remove,
      },
      webSocket,
      socket,
    );
  }
}
