import { WebSocket } from 'ws';

/** Who is told what happens on a {@link ClientWebSocket}. */
export interface WebSocketListener {
  receive(data: Buffer, isBinary: boolean): void;
  pinged(data: Buffer): void;
  /**
   * A Close frame is about to be written: the last chance to write anything else.
   *
   * @param reason the text of the Close frame; absent when `ws` closes over a broken frame
   * @returns the text to write
   */
  closing(code: number | undefined, reason: string | undefined): string;
  closed(): void;
}

/**
 * The server side of one WebSocket. `ws` reads (frames, fragments, UTF-8, control frames) and runs
 * the closing handshake; data frames are written past it, joined, by the client socket.
 */
export class ClientWebSocket extends WebSocket {
  #listener: WebSocketListener | undefined;

  listen(listener: WebSocketListener): void {
    this.#listener = listener;
    this.on('message', onMessage);
    this.on('ping', onPing);
    this.on('close', onClose);
    // The reason is in the close; without a listener the event would end the process.
    this.on('error', onError);
  }

  get listener(): WebSocketListener | undefined {
    return this.#listener;
  }

  /** Every close passes here: ours, the echo of the client's, and that of a broken frame. */
  override close(code?: number, data?: string | Buffer): void {
    const isFirst = this.readyState === WebSocket.OPEN && this.#listener !== undefined;
    const text = isFirst ? this.#listener?.closing(code, data?.toString()) : data;
    super.close(code, code === undefined ? undefined : text);
  }

  /** Closes a socket that never became a connection. */
  refuse(code: number, reason: string): void {
    this.on('error', onError);
    this.close(code, reason);
  }
}

// Shared by all sockets: a listener of its own for each would be memory a connection.
function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  (this as ClientWebSocket).listener?.receive(data as Buffer, isBinary);
}

function onPing(this: WebSocket, data: Buffer): void {
  (this as ClientWebSocket).listener?.pinged(data);
}

function onClose(this: WebSocket): void {
  (this as ClientWebSocket).listener?.closed();
}

function onError(): void {}
