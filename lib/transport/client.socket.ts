import type { Socket } from 'node:net';
import type { Connection } from '../engine/connection.js';
import type { ConnectionChannel } from '../engine/ports/connection-channel.interface.js';
import { ProtocolViolation } from '../engine/ports/client-protocol.interface.js';
import type { Diagnostics } from '../engine/ports/diagnostics.interface.js';
import type { RequestProcessor } from '../engine/request.processor.js';
import type { Timed, TimingWheel, WheelTimer } from '../engine/timing.wheel.js';
import type { UpstreamMessage } from '../engine/upstream-message.js';
import { pongFrame } from '../protocols/websocket-frame.js';
import type { ClientWebSocket, WebSocketListener } from './client.web-socket.js';

export interface ClientSocketParts {
  readonly processor: RequestProcessor;
  readonly timers: TimingWheel;
  readonly diagnostics: Diagnostics;
  readonly keepAliveIntervalMs: number;
  /** Told when the socket has closed. */
  readonly onClosed: (socket: ClientSocket) => void;
}

/** The texts the service puts beside the codes of RFC 6455 (client-protocols.md 10.3). */
const REASONS: Readonly<Record<number, string>> = {
  1002: 'The client frame is invalid.',
  1009: 'The client message is too large.',
};

/** Something the client sent. */
type Incoming =
  | { readonly kind: 'message'; readonly data: Buffer; readonly isBinary: boolean }
  | { readonly kind: 'ping'; readonly data: Buffer };

/**
 * What is read ahead while a message is at work: enough to see a client leave, so that the handler can
 * be told, and no more than one client may hold.
 */
const READ_AHEAD_MESSAGES = 16;
const READ_AHEAD_BYTES = 64 * 1024;

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
  /** What arrived while a message before it was at work, or while the client did not read. */
  #waiting: Incoming[] = [];
  #waitingBytes = 0;
  /** Why the client left, while what it sent before is still at work. */
  #leaving: string | undefined;
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
    if (connection.work !== undefined) this.#waitFor(connection.work, connection);
    socket.on('drain', () => this.#drained());
    webSocket.listen(this);
    this.#schedule(this.parts.keepAliveIntervalMs);
    for (const frames of this.#early) socket.write(frames);
    this.#early = [];
    const close = this.#earlyClose;
    if (close !== undefined) this.close(close.code, close.reason, close.graceMs);
    else this.#drained();
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
    this.#forgetWaiting();
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
    this.#take({ kind: 'message', data, isBinary });
  }

  /** Answered at once; only a client that does not read its answers has to wait. */
  pinged(data: Buffer): void {
    if (this.#connection?.isBlocked) this.#take({ kind: 'ping', data });
    else this.#connection?.reply(pongFrame(data));
  }

  closing(code: number | undefined, reason: string | undefined): string {
    const connection = this.#connection;
    const text = reason ?? this.#reasonOf(code);
    connection?.flushForClose(this);
    if (!connection?.isServedBy(this)) return text;
    // A broken frame is the end, and so is a client that leaves on purpose.
    const isFinal = reason === undefined || code === 1000;
    const isOnPurpose = code === undefined || code === 1000;
    if (isOnPurpose && this.#busy) this.#leave(connection, text);
    else if (isFinal) connection.ended(text);
    else connection.lost(this, text);
    return text;
  }

  closed(): void {
    const isLeaving = this.#leaving !== undefined;
    if (!isLeaving) this.#forgetWaiting();
    if (this.#timer !== undefined) this.parts.timers.cancel(this.#timer);
    this.#timer = undefined;
    if (!isLeaving) this.#connection?.lost(this, '');
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
    if (!this.#connection?.isBlocked) this.#webSocket?.ping();
    this.#schedule(this.parts.keepAliveIntervalMs);
  }

  #reasonOf(code: number | undefined): string {
    if (code === undefined) return '';
    if (code === 1007) return this.#connection?.protocol.invalidMessageReason ?? '';
    return REASONS[code] ?? '';
  }

  #take(incoming: Incoming): void {
    const connection = this.#connection;
    if (connection === undefined || !connection.isServedBy(this)) return;
    this.#waiting.push(incoming);
    this.#waitingBytes += incoming.data.length;
    this.#work(connection);
  }

  /** What the client sent before it left still counts; handlers are told that nobody waits. */
  #leave(connection: Connection, text: string): void {
    this.#leaving = text;
    connection.leave();
  }

  #forgetWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  get #hasReadEnough(): boolean {
    return this.#waiting.length >= READ_AHEAD_MESSAGES || this.#waitingBytes >= READ_AHEAD_BYTES;
  }

  /**
   * Any byte of the client is a sign of life. While it is held back for not reading, what it takes is
   * one; while a handler is at work, the silence is ours.
   */
  #isSilent(): boolean {
    const socket = this.#socket;
    if (socket === undefined) return false;
    const taken = this.#connection?.isBlocked ? socket.bytesWritten - socket.writableLength : 0;
    const progress = socket.bytesRead + taken;
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
    connection.drained(this);
    this.#work(connection);
  }

  /**
   * Handles what waits, strictly one after the other. It stops while a message is at work, and while
   * the client does not take its answers: a client that asks without reading is not read either.
   */
  #work(connection: Connection): void {
    while (!this.#busy && connection.isServedBy(this) && !this.#mustWait(connection)) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        if (this.#leaving !== undefined) connection.ended(this.#leaving);
        else if (this.#webSocket?.isPaused) this.#webSocket.resume();
        return;
      }
      this.#waitingBytes -= next.data.length;
      if (next.kind === 'ping') connection.reply(pongFrame(next.data));
      else this.#handle(connection, next.data, next.isBinary);
    }
    if (!connection.isServedBy(this)) return;
    if (this.#mustWait(connection) || this.#hasReadEnough) this.#webSocket?.pause();
    else if (this.#webSocket?.isPaused) this.#webSocket.resume();
  }

  /** A client that has left takes no answers, and none is waited for. */
  #mustWait(connection: Connection): boolean {
    return connection.isBlocked && this.#leaving === undefined;
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
    if (work !== undefined) this.#waitFor(work, connection);
  }

  /** One message at a time, also when the one at work came over an earlier socket. */
  #waitFor(work: Promise<void>, connection: Connection): void {
    this.#busy = true;
    connection.work = work;
    const settled = work.catch((error: unknown) => this.#refuse(connection, error));
    void settled.finally(() => {
      if (connection.work === work) connection.work = undefined;
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
