import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { clientFrame } from './frames.js';

export { clientFrame, frameBytes } from './frames.js';

const CONNECTIONS_AT_ONCE = 100;
const HEAD_END = '\r\n\r\n';

// One for all: what arrives is counted at once, and kept by nobody.
const buffer = Buffer.allocUnsafe(256 * 1024);

/**
 * A WebSocket client that does nothing but count bytes, so that the load generator is not what is
 * measured: deliveries follow from the size of a frame.
 */
export class Subscriber {
  #isCounting = false;
  #answer = '';
  #handshake;
  bytes = 0;

  /** @param {object} target what the server announced @param {(bytes: number) => void} onBytes */
  constructor(target, onBytes = () => {}) {
    this.target = target;
    this.onBytes = onBytes;
  }

  /** Resolves when the handshake is through. */
  async connect() {
    const { port, upgradePath, subprotocol, hellos = [] } = this.target;
    const callback = (count) => this.#take(count);
    this.socket = connect({ port, host: '127.0.0.1', onread: { buffer, callback } });
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {});
    const headers = [
      `GET ${upgradePath} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...(subprotocol ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
    ];
    this.socket.write(`${headers.join('\r\n')}${HEAD_END}`);
    await new Promise((resolve, reject) => {
      this.#handshake = { resolve, reject };
      this.socket.once('close', () => reject(new Error('closed during the handshake')));
    });
    for (const hello of hellos) this.send(hello);
  }

  /** From now on bytes count. */
  start() {
    this.#isCounting = true;
  }

  /** From now on nothing is read. */
  pause() {
    this.socket.pause();
  }

  send(text) {
    this.socket.write(clientFrame(text));
  }

  join(group) {
    this.send(this.target.joinFrame.replace('%', group));
  }

  close() {
    this.socket.destroy();
  }

  #take(count) {
    if (this.#isCounting) {
      this.bytes += count;
      this.onBytes(count);
    } else if (this.#handshake !== undefined) {
      this.#answer += buffer.latin1Slice(0, count);
      if (this.#answer.includes(HEAD_END)) this.#settle();
    }
    return true;
  }

  #settle() {
    const { resolve, reject } = this.#handshake;
    const [status] = this.#answer.split('\r\n', 1);
    if (status.startsWith('HTTP/1.1 101')) resolve();
    else reject(new Error(status));
    this.#handshake = undefined;
  }
}

/** Connects them all, and waits until what servers say of their own accord has come. */
export async function connectAll(subscribers, settleMs = 500) {
  for (let at = 0; at < subscribers.length; at += CONNECTIONS_AT_ONCE) {
    await Promise.all(subscribers.slice(at, at + CONNECTIONS_AT_ONCE).map((one) => one.connect()));
  }
  await delay(settleMs);
}
