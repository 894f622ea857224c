import type { Socket } from 'node:net';
import type { Connection } from '../engine/connection.js';
import type { ConnectionChannel } from '../engine/ports/connection-channel.interface.js';
import { ProtocolViolation } from '../engine/ports/client-protocol.interface.js';
import type { Diagnostics } from '../engine/ports/diagnostics.interface.js';
import type { RequestProcessor } from '../engine/request.processor.js';
import type { Timed, TimingWheel, WheelTimer } from '../engine/timing.wheel.js';
import type { UpstreamMessage } from '../engine/upstream-message.js';
import type { ClientWebSocket, WebSocketListener } from './client.web-socket.js';

export interface ClientSocketParts {
  readonly processor: RequestProcessor;
  readonly timers: TimingWheel;
  readonly diagnostics: Diagnostics;
  readonly keepAliveIntervalMs: number;
  /** Told when the socket has closed. */
  readonly onClosed: (socket: ClientSocket) => void;
}

/** Pings without a sign of life after which the peer is given up (client-protocols.md 11.2). */
const MISSED_PINGS = 3;

/**
 * One client's socket: joined frames out, one message at a time in, a ping now and then. It exists
 * before its WebSocket, because a connection must be addressable before the client is let in.
 */
export class ClientSocket implements ConnectionChannel, WebSocketListener, Timed {
  #connection: Connection | undefined;
  #webSocket: ClientWebSocket | undefined;
  #socket: Socket | undefined;
  /** What was written or decided before the WebSocket existed. */
  #early: Buffer[] = [];
  #earlyClose: { code: number; reason: string; graceMs: number } | undefined;
  /** Messages that arrived while one before them was at work, or while the client did not read. */
  #waiting: { data: Buffer; isBinary: boolean }[] = [];
  #busy = false;
  #timer: WheelTimer | undefined;
  #closing = false;
  #progress = 0;
  #missed = 0;

  constructor(private readonly parts: ClientSocketParts) {}

  /** The WebSocket has been accepted: everything that waited for it goes out. */
  attach(connection: Connection, webSocket: ClientWebSocket, socket: Socket): void {
    this.#connection = connection;
    this.#webSocket = webSocket;
    this.#socket = socket;
    socket.on('drain', () => this.#drained());
    webSocket.listen(this);
    this.#schedule(this.parts.keepAliveIntervalMs);
    for (const frames of this.#early) socket.write(frames);
    this.#early = [];
    const close = this.#earlyClose;
    if (close !== undefined) this.close(close.code, close.reason, close.graceMs);
    else connection.outbox.drained();
  }

  write(frames: Buffer): boolean {
    if (this.#socket === undefined) {
      this.#early.push(frames);
      return false;
    }
    if (this.#socket.destroyed || this.#webSocket?.readyState !== 1) return true;
    // `write` says false by size; what counts is whether the operating system took it all.
    return this.#socket.write(frames) || this.#socket.writableLength === 0;
  }

  get bufferedBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  close(code: number, reason: string, graceMs: number): void {
    if (this.#webSocket === undefined) {
      this.#earlyClose = { code, reason, graceMs };
      return;
    }
    this.#waiting = [];
    this.#webSocket.close(code, reason);
    // The answer to our Close frame must be read even if reading was paused.
    this.#webSocket.resume();
    this.#closing = true;
    this.#schedule(graceMs);
  }

  abort(): void {
    this.#webSocket?.terminate();
  }

  receive(data: Buffer, isBinary: boolean): void {
    const connection = this.#connection;
    if (connection === undefined || !connection.isOpen) return;
    this.#waiting.push({ data, isBinary });
    this.#work(connection);
  }

  closing(reason: string): void {
    this.#connection?.outbox.flushForClose();
    this.#connection?.ended(reason);
  }

  closed(): void {
    this.#waiting = [];
    if (this.#timer !== undefined) this.parts.timers.cancel(this.#timer);
    this.#timer = undefined;
    this.#connection?.ended('');
    this.parts.onClosed(this);
  }

  /** The node goes down. */
  reload(): void {
    this.#connection?.close(1001, 'The service is reloading.');
  }

  onTimer(): void {
    this.#timer = undefined;
    if (this.#closing || this.#isSilent()) {
      this.abort();
      return;
    }
    if (!this.#connection?.outbox.isBlocked) this.#webSocket?.ping();
    this.#schedule(this.parts.keepAliveIntervalMs);
  }

  /** Any byte in either direction is a sign of life; while we do not read, silence is ours. */
  #isSilent(): boolean {
    const socket = this.#socket;
    if (socket === undefined) return false;
    const progress = socket.bytesRead + socket.bytesWritten - socket.writableLength;
    const moved = progress !== this.#progress || this.#busy;
    this.#progress = progress;
    this.#missed = moved ? 0 : this.#missed + 1;
    return this.#missed >= MISSED_PINGS;
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) this.parts.timers.cancel(this.#timer);
    this.#timer = this.parts.timers.schedule(delayMs, this);
  }

  #drained(): void {
    const connection = this.#connection;
    if (connection === undefined || this.bufferedBytes > 0) return;
    connection.outbox.drained();
    this.#work(connection);
  }

  /**
   * Handles what waits, strictly one after the other. It stops while a message is at work, and while
   * the client does not take its answers: a client that asks without reading is not read either.
   */
  #work(connection: Connection): void {
    while (!this.#busy && connection.isOpen && !connection.outbox.isBlocked) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        if (this.#webSocket?.isPaused) this.#webSocket.resume();
        return;
      }
      this.#handle(connection, next.data, next.isBinary);
    }
    if (connection.isOpen) this.#webSocket?.pause();
  }

  #handle(connection: Connection, data: Buffer, isBinary: boolean): void {
    let message: UpstreamMessage;
    try {
      message = connection.protocol.decode(data, isBinary);
    } catch (error) {
      this.#refuse(connection, error);
      return;
    }
    const work = this.parts.processor.process(connection, message);
    if (work === undefined) return;
    this.#busy = true;
    void work.finally(() => {
      this.#busy = false;
      this.#work(connection);
    });
  }

  #refuse(connection: Connection, error: unknown): void {
    if (error instanceof ProtocolViolation) {
      this.parts.diagnostics.debug(`connection ${connection.id}: ${error.message}`);
      connection.close(error.code, error.reason);
    } else {
      this.parts.diagnostics.error(`connection ${connection.id}: a message was not read`, error);
      connection.close(1011, 'Internal server error');
    }
  }
}
