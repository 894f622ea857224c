import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { claimLists } from '../auth/claims.js';
import type { Engine } from '../engine/engine.js';
import { CLOSE_GRACE_MS } from '../engine/limits.js';
import { isGroupName } from '../engine/names.js';
import { Permissions } from '../engine/permissions.js';
import type { ClientProtocol } from '../engine/ports/client-protocol.interface.js';
import type { Diagnostics } from '../engine/ports/diagnostics.interface.js';
import type {
  ConnectAccepted,
  EventConnection,
  EventSink,
} from '../engine/ports/event-sink.interface.js';
import { negotiate } from '../protocols/negotiate.js';
import { RawProtocol } from '../protocols/raw/raw.protocol.js';
import { ClientSocket } from './client.socket.js';
import { ClientWebSocket } from './client.web-socket.js';
import { examineHandshake, type Candidate, type HandshakeParts } from './handshake.js';
import { refuseUpgrade, type Refusal } from './refusal.js';
import { parseSubprotocols } from './subprotocols.js';
import type { UpgradeHandler } from './upgrade.dispatcher.js';

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

/** The protocol of a connection, and what the handshake answer says about it. */
interface Selection {
  readonly protocol: ClientProtocol;
  readonly answer: string | undefined;
}

/** What the connect handler made of a candidate. */
interface Admission {
  readonly accepted: ConnectAccepted;
  readonly selection: Selection;
}

/** Lets WebSocket clients in: `/client/hubs/{hub}` and its legacy form. */
export class ClientEndpoint implements UpgradeHandler {
  readonly #sockets = new Set<ClientSocket>();
  readonly #refused = new Set<ClientWebSocket>();
  readonly #answers = new WeakMap<IncomingMessage, string>();
  readonly #server: InstanceType<typeof WebSocketServer<typeof ClientWebSocket>>;
  #draining: (() => void) | undefined;
  #isClosed = false;

  constructor(private readonly parts: ClientEndpointParts) {
    const options = {
      noServer: true,
      clientTracking: false,
      // Pongs go through the outbox, in order and counted.
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: parts.settings.maxMessageBytes,
      closeTimeout: CLOSE_GRACE_MS,
      WebSocket: ClientWebSocket,
      handleProtocols: (_offered: Set<string>, request: IncomingMessage) =>
        this.#answers.get(request) ?? false,
    };
    this.#server = new WebSocketServer(options);
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
    this.#isClosed = true;
    for (const webSocket of this.#refused) webSocket.terminate();
    for (const socket of this.#sockets) socket.reload();
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#draining = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    for (const socket of this.#sockets) socket.abort();
  }

  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#isClosed) return refuseUpgrade(socket, { status: 503 });
    const verdict = examineHandshake(request, this.parts);
    switch (verdict.kind) {
      case 'refused':
        this.parts.diagnostics.debug(
          `handshake refused with ${verdict.refusal.status}: ${verdict.reason}`,
        );
        return refuseUpgrade(socket, verdict.refusal);
      case 'recovery':
        return this.#refuseRecovery(request, socket, head);
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
    const id = randomBytes(16).toString('hex');
    const admission = await this.#consult(candidate, id, request, socket);
    if ('status' in admission) return refuseUpgrade(socket, admission);
    const { engine } = this.parts;
    const { local, processor } = engine.serve(candidate.hub);
    if (local.isFull) return refuseUpgrade(socket, { status: 429 });

    const { accepted, selection } = admission;
    const channel = new ClientSocket({
      processor,
      timers: engine.timers,
      diagnostics: this.parts.diagnostics,
      keepAliveIntervalMs: this.parts.settings.keepAliveIntervalMs,
      onClosed: this.#onClosed,
    });
    // Before the 101: what is sent the moment a client's socket opens must reach it.
    const connection = await local.add(
      {
        id,
        userId: (accepted.userId ?? candidate.userId) || undefined,
        permissions: this.#permissions(accepted.roles ?? candidate.roles),
        protocol: selection.protocol,
        subprotocol: selection.answer,
        state: accepted.state,
      },
      channel,
      accepted.groups?.length ? accepted.groups : candidate.groups,
    );
    if (selection.answer !== undefined) this.#answers.set(request, selection.answer);
    const webSocket = this.#accept(request, socket, head);
    if (webSocket === undefined) return connection.ended('');
    this.#sockets.add(channel);
    this.parts.events.connected({ connection: connection.info, id: connection.nextEventId() });
    channel.attach(connection, webSocket, socket as Socket);
  }

  /** Asks the connect handler, if there is one, while the upgrade answer is held back. */
  async #consult(
    candidate: Candidate,
    connectionId: string,
    request: IncomingMessage,
    socket: Duplex,
  ): Promise<Admission | Refusal> {
    const aborter = new AbortController();
    const asked = this.parts.events.connect(
      {
        connection: { ...describe(candidate), connectionId },
        claims: claimLists(candidate.claims),
        query: valueLists(candidate.query),
        headers: headerLists(request),
        subprotocols: candidate.subprotocols,
      },
      aborter.signal,
    );
    if (asked === undefined) return select({ accepted: true }, candidate);
    const abort = (): void => aborter.abort();
    socket.once('close', abort);
    const timer = setTimeout(abort, this.parts.settings.handshakeTimeoutMs);
    try {
      const answer = await withAbort(asked, aborter.signal);
      if (!answer.accepted) {
        const text = 'The connect event handler rejected the connection.';
        return { status: answer.status, text };
      }
      if (answer.groups?.some((group) => !isGroupName(group))) return { status: 500 };
      return select(answer, candidate);
    } catch (error) {
      this.parts.diagnostics.error(`hub ${candidate.hub}: the connect handler failed`, error);
      return { status: 500 };
    } finally {
      clearTimeout(timer);
      socket.off('close', abort);
    }
  }

  #permissions(roles: readonly string[]): Permissions {
    const { limits } = this.parts.engine;
    return new Permissions(
      roles,
      {
        literalsPerPermission: limits.literalGroupsPerPermission,
        patternsPerPermission: limits.patternsPerPermission,
      },
      (role, why) => this.parts.diagnostics.debug(`role ignored: ${why} (${role.slice(0, 100)})`),
    );
  }

  /** Completes the upgrade; `undefined` when the socket has gone meanwhile. */
  #accept(request: IncomingMessage, socket: Duplex, head: Buffer): ClientWebSocket | undefined {
    let accepted: ClientWebSocket | undefined;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      accepted = webSocket;
    });
    return accepted;
  }

  /** Browsers cannot see a status, so a lost recovery is accepted and then closed. */
  #refuseRecovery(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [offered] = parseSubprotocols(request.headers['sec-websocket-protocol']) ?? [];
    if (offered !== undefined) this.#answers.set(request, offered);
    const webSocket = this.#accept(request, socket, head);
    if (webSocket === undefined) return;
    this.#refused.add(webSocket);
    webSocket.once('close', () => this.#refused.delete(webSocket));
    webSocket.refuse(1008, 'The connection could not be recovered.');
  }

  readonly #onClosed = (socket: ClientSocket): void => {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#draining?.();
  };
}

function describe(candidate: Candidate): Omit<EventConnection, 'connectionId'> {
  return {
    hub: candidate.hub,
    userId: candidate.userId,
    subprotocol: undefined,
    state: undefined,
  };
}

/** The first offered name we know, unless a handler chose one (client-protocols.md 1.5). */
function select(accepted: ConnectAccepted, candidate: Candidate): Admission | Refusal {
  const raw = new RawProtocol(candidate.rawMode);
  const chosen = accepted.subprotocol;
  if (!chosen) {
    const negotiated = negotiate(candidate.subprotocols);
    return { accepted, selection: negotiated ?? { protocol: raw, answer: undefined } };
  }
  const offered = candidate.subprotocols.find(
    (name) => name.toLowerCase() === chosen.toLowerCase(),
  );
  if (offered === undefined) return { status: 500 };
  return { accepted, selection: negotiate([offered]) ?? { protocol: raw, answer: offered } };
}

function withAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The handshake was given up.')), {
      once: true,
    });
    promise.then(resolve, reject);
  });
}

function valueLists(query: URLSearchParams): Record<string, string[]> {
  const lists: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of query) {
    if (name !== 'access_token') (lists[name] ??= []).push(value);
  }
  return lists;
}

const HIDDEN_HEADER = /^(authorization$|x-asrs-internal-)/;

function headerLists(request: IncomingMessage): Record<string, readonly string[]> {
  const entries = Object.entries(request.headersDistinct).filter(
    ([name]) => !HIDDEN_HEADER.test(name),
  );
  return Object.fromEntries(entries.map(([name, values]) => [name, values ?? []]));
}
