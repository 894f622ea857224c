import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** A masked text frame of a client. */
function clientFrame(text) {
  const body = Buffer.from(text);
  const mask = randomBytes(4);
  const masked = body.map((byte, index) => byte ^ mask[index % 4]);
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length]), mask, masked]);
}

/**
 * A WebSocket client that does nothing but count bytes, so that the load generator is not what is
 * measured: deliveries follow from the size of a frame.
 */
export class Subscriber {
  #open = false;
  bytes = 0;

  /** @param {object} target what the server announced @param {(bytes: number) => void} onBytes */
  constructor(target, onBytes) {
    this.target = target;
    this.onBytes = onBytes;
  }

  /** Resolves when the handshake is through, and nothing more comes by itself. */
  async connect() {
    const { port, upgradePath, subprotocol, hello } = this.target;
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      if (!this.#open) return;
      this.bytes += chunk.length;
      this.onBytes(chunk.length);
    });
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
    if (hello) this.socket.write(clientFrame(hello));
  }

  /** From now on bytes count. */
  start() {
    this.#open = true;
  }

  close() {
    this.socket.destroy();
  }
}
