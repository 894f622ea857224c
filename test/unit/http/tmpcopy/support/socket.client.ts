import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A caller that controls when each byte is sent, and sees each byte that comes back. */
export class SocketClient {
  received = '';
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = once(socket, 'close');
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
    });
    // A server may reset a connection whose caller goes on sending.
    socket.on('error', () => undefined);
  }

  static async to(origin: string): Promise<SocketClient> {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new SocketClient(socket);
  }

  write(...lines: string[]): void {
    this.#socket.write(lines.join('\r\n'));
  }

  /** Waits until something has come back that contains `text`. */
  async seen(text: string): Promise<void> {
    while (!this.received.includes(text)) await once(this.#socket, 'data');
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
