import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What a WebSocket frame says on the wire; every field can be set to something a client may not send. */
export interface RawFrameOptions {
  readonly fin?: boolean;
  /** The three reserved bits as a number from 0 to 7. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** The length the header claims, when it is not the length of the payload. */
  readonly declaredLength?: bigint;
}

export interface RawFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Encodes one client frame, legal by default. */
export function clientFrame(
  opcode: number,
  payload: Buffer | string = '',
  { fin = true, rsv = 0, masked = true, declaredLength }: RawFrameOptions = {},
): Buffer {
  const body = Buffer.from(payload as string);
  const length = declaredLength ?? BigInt(body.length);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let head: Buffer;
  if (length < 126n) {
    head = Buffer.from([first, maskBit | Number(length)]);
  } else if (length < 65_536n) {
    head = Buffer.from([first, maskBit | 126, 0, 0]);
    head.writeUInt16BE(Number(length), 2);
  } else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = maskBit | 127;
    head.writeBigUInt64BE(length, 2);
  }
  if (!masked) return Buffer.concat([head, body]);
  const mask = randomBytes(4);
  const scrambled = Buffer.from(body.map((byte, index) => byte ^ (mask[index % 4] as number)));
  return Buffer.concat([head, mask, scrambled]);
}

/** The body of a Close frame. */
export function closeBody(code: number, reason = ''): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

/** A TCP connection that says exactly what a test tells it to, and reads WebSocket frames back. */
export class RawSocket {
  #unread = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void)[] = [];
  readonly closed: Promise<void>;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#notify();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ended = true;
        this.#notify();
        resolve();
      });
    });
  }

  static async connect(port: number): Promise<RawSocket> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false });
    await once(socket, 'connect');
    return new RawSocket(socket);
  }

  /** Connects and finishes a legal handshake. */
  static async upgrade(
    port: number,
    target: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawSocket> {
    const raw = await RawSocket.connect(port);
    raw.request(target, headers);
    const head = await raw.head();
    if (head.status !== 101) throw new Error(`The upgrade was answered ${String(head.status)}.`);
    return raw;
  }

  /** Writes an upgrade request and what comes right behind it; a header that is `undefined` is left out. */
  request(
    target: string,
    headers: Readonly<Record<string, string | undefined>> = {},
    { method = 'GET', trailer = '' }: { method?: string; trailer?: Buffer | string } = {},
  ): void {
    const all: Record<string, string | undefined> = {
      Host: `127.0.0.1:${String(this.socket.remotePort)}`,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      ...headers,
    };
    const lines = Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const head = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
    this.write(Buffer.concat([Buffer.from(head), Buffer.from(trailer as string)]));
  }

  write(data: Buffer | string): void {
    if (!this.socket.destroyed) this.socket.write(data);
  }

  send(opcode: number, payload?: Buffer | string, options?: RawFrameOptions): void {
    this.write(clientFrame(opcode, payload, options));
  }

  /** The status line and the headers of the next HTTP response. */
  async head(): Promise<ResponseHead> {
    const end = await this.#until((bytes) => {
      const index = bytes.indexOf('\r\n\r\n');
      return index === -1 ? undefined : index + 4;
    });
    const [statusLine = '', ...lines] = this.#take(end).toString('latin1').trimEnd().split('\r\n');
    const [, status = '', ...reason] = statusLine.split(' ');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    return { status: Number(status), reason: reason.join(' '), headers };
  }

  /** The body of the response with this head: by its `Content-Length`, or until the peer closes. */
  async body({ headers }: ResponseHead): Promise<Buffer> {
    const length = headers['content-length'];
    if (length === undefined) {
      await this.closed;
      return this.#take(this.#unread.length);
    }
    const size = Number(length);
    await this.#until((bytes) => (bytes.length >= size ? size : undefined));
    return this.#take(size);
  }

  async frame(): Promise<RawFrame> {
    const { headLength, payloadLength } = await this.#until((bytes) => frameSize(bytes));
    const head = this.#take(headLength);
    const first = head[0] as number;
    return {
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      masked: ((head[1] as number) & 0x80) !== 0,
      payload: this.#take(payloadLength),
    };
  }

  /** Skips data until the Close frame; `undefined` when the peer just goes away. */
  async closeFrame(): Promise<{ code: number; reason: string } | undefined> {
    for (;;) {
      const frame = await this.frame().catch(() => undefined);
      if (frame === undefined) return undefined;
      if (frame.opcode !== OPCODE.close) continue;
      if (frame.payload.length === 0) return { code: 1005, reason: '' };
      return { code: frame.payload.readUInt16BE(), reason: frame.payload.toString('utf8', 2) };
    }
  }

  destroy(): void {
    this.socket.destroy();
  }

  #take(length: number): Buffer {
    const taken = this.#unread.subarray(0, length);
    this.#unread = this.#unread.subarray(length);
    return taken;
  }

  async #until<T>(look: (bytes: Buffer) => T | undefined): Promise<T> {
    for (;;) {
      const found = look(this.#unread);
      if (found !== undefined) return found;
      if (this.#ended) throw new Error('The peer closed the connection.');
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  #notify(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }
}

function frameSize(bytes: Buffer): { headLength: number; payloadLength: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] as number) & 0x7f;
  const headLength = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < headLength) return undefined;
  const payloadLength =
    short === 126
      ? bytes.readUInt16BE(2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(2))
        : short;
  return bytes.length < headLength + payloadLength ? undefined : { headLength, payloadLength };
}
