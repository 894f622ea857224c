import { WebSocket } from 'ws';
import { CheckFailure, presentable } from './check.outcomes.js';

/** How a connection ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** An upgrade that was answered with an HTTP status. */
export class UpgradeRefused extends CheckFailure {
  constructor(readonly status: number) {
    super(`the upgrade was answered ${String(status)}`);
  }
}

/** How a client connects. */
export interface ClientInit {
  readonly subprotocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_FRAME_LENGTH = 1024 * 1024;
const MAX_FRAMES = 1000;

/** A client that is read frame by frame, and never waits for ever. */
export class VerifyClient {
  readonly #frames: (string | Buffer)[] = [];
  readonly #waiting = new Set<() => void>();
  #ending: Ending | undefined;
  /** From the `connected` frame; empty for raw clients. */
  id = '';
  /** From the `connected` frame of reliable clients. */
  reconnectionToken = '';
  /** The `connected` frame as it came; empty for raw clients. */
  connected = '';

  private constructor(
    readonly socket: WebSocket,
    readonly url: string,
    readonly userId: string,
    private readonly patience: number,
  ) {
    socket.on('message', (data: Buffer, isBinary) => {
      this.#frames.push(isBinary ? data : data.toString());
      // No check has so many: a service that floods us is left.
      if (this.#frames.length > MAX_FRAMES) socket.terminate();
      this.#wake();
    });
    // The close that follows says enough.
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      this.#ending = { code, reason: reason.toString() };
      this.#wake();
    });
  }

  /**
   * @param url a secret: it holds the token
   * @param patience milliseconds for the upgrade, and for each frame later
   * @throws {@link UpgradeRefused}
   */
  static async open(
    url: string,
    { subprotocols = [], headers = {} }: ClientInit,
    { userId, patience }: { readonly userId: string; readonly patience: number },
  ): Promise<VerifyClient> {
    const socket = new WebSocket(url, [...subprotocols], {
      perMessageDeflate: false,
      handshakeTimeout: patience,
      maxPayload: MAX_FRAME_LENGTH,
      headers,
    });
    const client = new VerifyClient(socket, url, userId, patience);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (request, response) => {
        reject(new UpgradeRefused(response.statusCode ?? 0));
        request.destroy();
      });
      socket.once('error', (error) => {
        reject(new CheckFailure(`the client could not connect: ${presentable(error.message)}`));
      });
    });
    return client;
  }

  /** The subprotocol that was agreed on; empty for none. */
  get subprotocol(): string {
    return this.socket.protocol;
  }

  send(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  sendJson(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next frame, in the order of arrival: text is a string. */
  async hear(): Promise<string | Buffer> {
    await this.#until(() => this.#frames.length > 0 || this.#ending !== undefined, 'a frame');
    const frame = this.#frames.shift();
    if (frame !== undefined) return frame;
    const { code, reason } = await this.ended();
    throw new CheckFailure(
      `the connection was closed with ${String(code)} ${presentable(reason)} instead of a frame`,
    );
  }

  async hearJson(): Promise<Readonly<Record<string, unknown>>> {
    const frame = await this.hear();
    if (typeof frame !== 'string') throw new CheckFailure('a binary frame came instead of JSON');
    try {
      return JSON.parse(frame) as Record<string, unknown>;
    } catch {
      throw new CheckFailure(`a frame is no JSON: ${presentable(frame)}`);
    }
  }

  /** Waits until the connection has ended; frames that nobody has taken stay. */
  async ended(patience = this.patience): Promise<Ending> {
    const what = 'the end of the connection';
    await this.#until(() => this.#ending !== undefined, what, patience);
    return this.#ending as Ending;
  }

  /** Breaks the network: no closing handshake. */
  async drop(): Promise<void> {
    this.socket.terminate();
    await this.ended();
  }

  async close(code = 1000, patience = this.patience): Promise<Ending> {
    this.socket.close(code);
    return await this.ended(patience);
  }

  async #until(isSo: () => boolean, what: string, patience = this.patience): Promise<void> {
    const deadline = Date.now() + patience;
    while (!isSo()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new CheckFailure(`${what} did not come within ${patience} ms`);
      await this.#change(left);
    }
  }

  async #change(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }
}
