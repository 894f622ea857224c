import { connect } from 'node:net';

const HEAD_END = '\r\n\r\n';

/**
 * One caller with one connection that is kept, who asks again when it has been answered. It writes
 * and reads the bytes of HTTP itself: a client library costs more than many a server.
 */
export class Caller {
  #received = '';
  #settle;

  /** @param {number} port */
  constructor(port) {
    this.host = `127.0.0.1:${port}`;
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true).setEncoding('latin1');
    this.socket.on('data', (text) => this.#take(text));
    this.socket.on('error', (error) => this.#settle?.reject(error));
    this.socket.on('close', () => this.#settle?.reject(new Error('closed without an answer')));
  }

  /** The bytes of a request, to be made once and sent often. */
  prepare({ method, path, headers = {}, body = '' }) {
    const lines = Object.entries({
      host: this.host,
      'content-length': Buffer.byteLength(body),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`);
    return `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}${HEAD_END}${body}`;
  }

  /** Resolves to the status when the whole answer is there. */
  send(request) {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  close() {
    this.#settle = undefined;
    this.socket.destroy();
  }

  #take(text) {
    this.#received += text;
    const end = this.#received.indexOf(HEAD_END);
    if (end === -1) return;
    const head = this.#received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    // Answers of another kind are not expected, and not understood.
    if (Number.isNaN(length)) this.#settle?.reject(new Error(`no length: ${head}`));
    if (this.#received.length < end + HEAD_END.length + length) return;
    this.#received = '';
    this.#settle?.resolve(Number(head.slice(9, 12)));
  }
}
