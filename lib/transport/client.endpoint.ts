import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { sharedAborter } from '../engine/abort-signals.js';
import type { Engine } from '../engine/engine.js';
import type { Diagnostics } from '../engine/ports/diagnostics.interface.js';
import type { RequestProcessor } from '../engine/request.processor.js';
import type { EventSink } from '../engine/ports/event-sink.interface.js';
import { ClientSocket } from './client.socket.js';
import type { ClientWebSocket } from './client.web-socket.js';
import { ConnectGate } from './connect.gate.js';
import { FailureLimiter } from './failure.limiter.js';
import {
  examineHandshake,
  type Candidate,
  type HandshakeParts,
  type RecoveryRequest,
} from './handshake.js';
import { OpenSockets } from './open-sockets.js';
import { refuseUpgrade } from './refusal.js';
import { permissionsOf } from './role-permissions.js';
import type { UpgradeHandler } from './upgrade.dispatcher.js';
import { createWebSocketServer, type ClientWebSocketServer } from './web-socket.server.js';

export interface ClientEndpointParts extends HandshakeParts {
  readonly engine: Engine;
  readonly events: EventSink;
  readonly diagnostics: Diagnostics;
  readonly settings: ClientEndpointSettings;
}

/** The numbers of the endpoint that an operator can set. */
export interface ClientEndpointSettings {
  readonly maxMessageBytes: number;
  readonly keepAliveIntervalMs: number;
  /** How long a connect handler may hold a handshake back. */
  readonly handshakeTimeoutMs: number;
}

/** Lets WebSocket clients in: `/client/hubs/{hub}` and its legacy form. */
export class ClientEndpoint implements UpgradeHandler {
  readonly #sockets = new OpenSockets<ClientSocket>((socket) => socket.abort());
  readonly #refused = new Set<ClientWebSocket>();
  readonly #gate: ConnectGate;
  readonly #failures: FailureLimiter;
  readonly #answers = new WeakMap<IncomingMessage, string>();
  readonly #server: ClientWebSocketServer;
  readonly #shutdown = sharedAborter();

  constructor(private readonly parts: ClientEndpointParts) {
    this.#failures = new FailureLimiter(parts.engine.clock);
    this.#gate = new ConnectGate({
      events: parts.events,
      diagnostics: parts.diagnostics,
      timeoutMs: parts.settings.handshakeTimeoutMs,
      shutdown: this.#shutdown.signal,
    });
    this.#server = createWebSocketServer({
      maxPayload: parts.settings.maxMessageBytes,
      handleProtocols: (_offered, request) => this.#answers.get(request) ?? false,
    });
  }

  servesUpgrade(target: string): boolean {
    return this.parts.path.servesUpgrade(target);
  }

  expectsUpgrade(target: string): boolean {
    return this.parts.path.expectsUpgrade(target);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until `ws` takes over, a peer that resets must not end the process.
    socket.on('error', () => socket.destroy());
    this.#admit(request, socket, head).catch((error: unknown) => {
      this.parts.diagnostics.error('a client handshake failed', error);
      refuseUpgrade(socket, { status: 500 });
    });
  }

  /** Closes every client with 1001; resolves when all are gone, or after the grace period. */
  async drain(graceMs: number): Promise<void> {
    this.#shutdown.abort();
    for (const webSocket of this.#refused) webSocket.terminate();
    await this.#sockets.drain(graceMs);
  }

  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#shutdown.signal.aborted) return refuseUpgrade(socket, { status: 503 });
    const verdict = examineHandshake(request, this.parts);
    switch (verdict.kind) {
      case 'refused':
        this.parts.diagnostics.debug(
          `handshake refused with ${verdict.refusal.status}: ${verdict.reason}`,
        );
        return refuseUpgrade(socket, verdict.refusal);
      case 'recovery':
        return this.#recover(verdict.recovery, request, socket, head);
      case 'candidate':
        return this.#connect(verdict.candidate, request, socket, head);
    }
  }

  async #connect(
    candidate: Candidate,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const ids = { id: randomBytes(16).toString('hex'), identity: {} };
    const admission = await this.#gate.consult(candidate, ids, request, socket);
    if ('status' in admission) return refuseUpgrade(socket, admission);
    if (this.#shutdown.signal.aborted) return refuseUpgrade(socket, { status: 503 });
    const { engine } = this.parts;
    const { local, processor } = engine.serve(candidate.hub);
    if (local.isFull) return refuseUpgrade(socket, { status: 429 });

    const { accepted, selection } = admission;
    const channel = this.#createSocket(processor);
    // Before the 101: what is sent the moment a client's socket opens must reach it.
    const connection = await local.add(
      {
        ...ids,
        userId: (accepted.userId ?? candidate.userId) || undefined,
        permissions: permissionsOf(
          accepted.roles ?? candidate.roles,
          engine,
          this.parts.diagnostics,
        ),
        protocol: selection.protocol,
        subprotocol: selection.answer,
        state: accepted.state,
      },
      channel,
      accepted.groups?.length ? accepted.groups : candidate.groups,
    );
    const webSocket = this.#accept(request, socket, head, selection.answer);
    if (webSocket === undefined) return connection.ended('');
    this.#sockets.add(channel);
    // Closed while it was being made: it has been told `disconnected` already.
    if (connection.isOpen) local.announce(connection);
    channel.attach(connection, webSocket, socket as Socket);
  }

  /** Completes the upgrade; `undefined` when the socket has gone meanwhile. */
  #accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    subprotocol: string | undefined,
  ): ClientWebSocket | undefined {
    if (subprotocol !== undefined) this.#answers.set(request, subprotocol);
    let accepted: ClientWebSocket | undefined;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      accepted = webSocket;
    });
    return accepted;
  }

  /** Gives a client its connection back, under the subprotocol it had. */
  #recover(
    { hub, connectionId, token, subprotocols }: RecoveryRequest,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const address = request.socket.remoteAddress ?? '';
    if (this.#failures.isExceeded(address)) return refuseUpgrade(socket, { status: 429 });
    const { engine } = this.parts;
    const connection = engine.recoverable(hub, connectionId, token);
    if (connection === undefined) {
      this.#failures.record(address);
      return this.#refuseRecovery(subprotocols[0], request, socket, head);
    }
    // RFC 6455 does not allow a name to who has offered none.
    const answer = subprotocols.length === 0 ? undefined : connection.subprotocol;
    const webSocket = this.#accept(request, socket, head, answer);
    if (webSocket === undefined) return;
    const channel = this.#createSocket(engine.serve(hub).processor);
    this.#sockets.add(channel);
    connection.recover(channel);
    channel.attach(connection, webSocket, socket as Socket);
  }

  #createSocket(processor: RequestProcessor): ClientSocket {
    return new ClientSocket({
      processor,
      timers: this.parts.engine.timers,
      diagnostics: this.parts.diagnostics,
      keepAliveIntervalMs: this.parts.settings.keepAliveIntervalMs,
      onClosed: this.#sockets.remove,
    });
  }

  /** Browsers cannot see a status, so a lost recovery is accepted and then closed. */
  #refuseRecovery(
    subprotocol: string | undefined,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    const webSocket = this.#accept(request, socket, head, subprotocol);
    if (webSocket === undefined) return;
    this.#refused.add(webSocket);
    webSocket.once('close', () => this.#refused.delete(webSocket));
    webSocket.refuse(1008, 'The connection could not be recovered.');
  }
}
