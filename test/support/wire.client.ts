import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A client that is read frame by frame: text frames are strings, binary frames buffers. */
export class WireClient {
  readonly #frames: (string | Buffer)[] = [];
  #wake: (() => void)[] = [];
  #gone: Closed | undefined;
  readonly closed: Promise<Closed>;
  /** The connection id, from the `connected` frame or from the event of the same name. */
  id = '';
  /** The `connected` frame as it came; empty for raw clients. */
  connected = '';

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      this.#frames.push(isBinary ? data : data.toString());
      this.#notify();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#gone = { code, reason: reason.toString() };
        this.#notify();
        resolve(this.#gone);
      });
    });
  }

  static async open(url: string, subprotocols: readonly string[] = []): Promise<WireClient> {
    const socket = new WebSocket(url, [...subprotocols], { perMessageDeflate: false });
    const client = new WireClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** What has arrived and was not taken by {@link hear}. */
  get unheard(): readonly (string | Buffer)[] {
    return this.#frames;
  }

  send(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** Sends one text message in so many WebSocket frames. */
  sendFragments(text: string, count: number): void {
    const size = Math.ceil(text.length / count);
    for (let start = 0; start < text.length; start += size) {
      const fin = start + size >= text.length;
      this.socket.send(text.slice(start, start + size), { fin });
    }
  }

  /** The next frame, in the order of arrival. */
  async hear(): Promise<string | Buffer> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#gone !== undefined) {
        throw new Error(`The service closed with ${String(this.#gone.code)} ${this.#gone.reason}.`);
      }
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  async hearJson(): Promise<unknown> {
    return JSON.parse(String(await this.hear()));
  }

  /** Fails when anything else than the answer to a `ping` comes next. */
  async expectQuiet(): Promise<void> {
    this.send('{"type":"ping"}');
    const frame = await this.hear();
    if (frame !== '{"type":"pong"}') throw new Error(`Instead of a pong came ${String(frame)}`);
  }

  close(code?: number, reason?: string): void {
    this.socket.close(code, reason);
  }

  #notify(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }
}
