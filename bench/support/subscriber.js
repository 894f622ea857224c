import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const CONNECTIONS_AT_ONCE = 100;

/** A masked text frame of a client. */
export function clientFrame(text) {
  const body = Buffer.from(text);
  const mask = randomBytes(4);
  const masked = body.map((byte, index) => byte ^ mask[index % 4]);
  const { length } = body;
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0x80 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), mask, masked]);
}

/** Bytes of a frame of a server around a payload. */
export function frameBytes(payload) {
  if (payload < 126) return payload + 2;
  return payload + (payload < 65_536 ? 4 : 10);
}

/**
 * A WebSocket client that does nothing but count bytes, so that the load generator is not what is
 * measured: deliveries follow from the size of a frame.
 */
export class Subscriber {
  #open = false;
  bytes = 0;

  /** @param {object} target what the server announced @param {(bytes: number) => void} onBytes */
  constructor(target, onBytes = () => {}) {
    this.target = target;
    this.onBytes = onBytes;
  }

  /** Resolves when the handshake is through. */
  async connect() {
    const { port, upgradePath, subprotocol, hellos = [] } = this.target;
    this.socket = connect(port, '127.0.0.1');
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
    this.socket.write(`${headers.join('\r\n')}\r\n\r\n`);
    await new Promise((resolve, reject) => {
      let received = '';
      const onData = (chunk) => {
        received += chunk.toString('latin1');
        if (!received.includes('\r\n\r\n')) return;
        this.socket.off('data', onData);
        if (received.startsWith('HTTP/1.1 101')) resolve();
        else reject(new Error(received.split('\r\n', 1)[0]));
      };
      this.socket.on('data', onData);
      this.socket.once('close', () => reject(new Error('closed during the handshake')));
    });
    this.socket.on('data', (chunk) => {
      if (!this.#open) return;
      this.bytes += chunk.length;
      this.onBytes(chunk.length);
    });
    for (const hello of hellos) this.send(hello);
  }

  /** From now on bytes count. */
  start() {
    this.#open = true;
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
}

/** Connects them all, and waits until what servers say of their own accord has come. */
export async function connectAll(subscribers, settleMs = 500) {
  for (let at = 0; at < subscribers.length; at += CONNECTIONS_AT_ONCE) {
    await Promise.all(subscribers.slice(at, at + CONNECTIONS_AT_ONCE).map((one) => one.connect()));
  }
  await delay(settleMs);
}
