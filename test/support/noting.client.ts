import { once } from 'node:events';
import { WebSocket } from 'ws';
import { jsonRequest, protobufRequest, type ClientRequest } from './client.requests.js';
import { noteOf, type Dialect } from './frame.notes.js';
import { readFields } from './protobuf.client.js';

/** Longest wait for something that should come. */
const PATIENCE_MS = 8000;

/** Who a pub/sub client is told to be. */
interface Identity {
  readonly id: string;
  /** Empty unless the protocol is a reliable one. */
  readonly token: string;
}

/** A client that keeps a note of everything it hears, in order, its close included. */
export class NotingClient {
  readonly notes: string[] = [];
  readonly closed: Promise<void>;
  /** From the `connected` frame; empty for raw clients. */
  identity: Identity = { id: '', token: '' };
  #wake: (() => void)[] = [];
  #hasLeft = false;

  private constructor(
    private readonly socket: WebSocket,
    private readonly dialect: Dialect,
  ) {
    socket.on('message', (data: Buffer, isBinary) => {
      if (this.notes.length === 0) this.identity = identityIn(dialect, data);
      this.#note(noteOf(dialect, data, !isBinary));
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        if (!this.#hasLeft) this.#note(`close ${String(code)} ${reason.toString()}`);
        resolve();
      });
    });
  }

  /** Connects; a pub/sub client has heard who it is then. */
  static async open(
    url: string,
    dialect: Dialect,
    subprotocols: readonly string[] = [],
  ): Promise<NotingClient> {
    const socket = new WebSocket(url, [...subprotocols], { perMessageDeflate: false });
    const client = new NotingClient(socket, dialect);
    await once(socket, 'open');
    if (dialect !== 'raw') await client.until(() => client.notes.length > 0);
    return client;
  }

  send(request: ClientRequest): void {
    if (this.dialect !== 'raw') {
      this.socket.send(this.dialect === 'json' ? jsonRequest(request) : protobufRequest(request));
    } else if ('content' in request) {
      const { dataType, text } = request.content;
      this.socket.send(text, { binary: dataType === 'binary' });
    }
  }

  /**
   * Waits until something has come to pass.
   *
   * @throws Error when the client was closed before, or waits in vain
   */
  async until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!condition()) {
      const left = deadline - performance.now();
      if (left <= 0 || this.socket.readyState === WebSocket.CLOSED) {
        throw new Error(`Waited in vain; heard last: ${this.notes.slice(-5).join(', ')}`);
      }
      await this.#change(left);
    }
  }

  /** Waits for the close, but not for ever: what was heard shows whether there was one. */
  async gone(): Promise<void> {
    await this.until(() => this.socket.readyState === WebSocket.CLOSED).catch(() => {});
  }

  /** Stops reading. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Says goodbye; what the service has to say before its own goodbye is still heard. */
  leave(): void {
    this.socket.close(1000);
  }

  /** Breaks the connection without a word. */
  async cut(): Promise<void> {
    this.#hasLeft = true;
    this.socket.terminate();
    await this.closed;
  }

  #note(note: string): void {
    this.notes.push(note);
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #change(patienceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function identityIn(dialect: Dialect, payload: Buffer): Identity {
  if (dialect === 'raw') return { id: '', token: '' };
  if (dialect === 'json') {
    const { connectionId: id, reconnectionToken: token = '' } = JSON.parse(payload.toString()) as {
      connectionId: string;
      reconnectionToken?: string;
    };
    return { id, token };
  }
  const system = readFields(readFields(payload).get(3) as Buffer);
  const connected = readFields(system.get(1) as Buffer);
  return { id: String(connected.get(1)), token: String(connected.get(3) ?? '') };
}
