import { once } from 'node:events';
import { generate, parser, type IConnectPacket, type Packet, type Parser } from 'mqtt-packet';
import { WebSocket } from 'ws';

/** How a peer's CONNECT differs from: clean start, client id `c1`, keep alive 60. */
export type ConnectOptions = Partial<Omit<IConnectPacket, 'cmd'>>;

export interface PeerClosed {
  readonly code: number;
  readonly reason: string;
}

/**
 * An MQTT client that says exactly what a test tells it to. Its packets are read and written by
 * `mqtt-packet`, which knows nothing of our codec.
 */
export class MqttPeer {
  readonly #packets: Packet[] = [];
  readonly #parser: Parser;
  #wake: (() => void)[] = [];
  #isClosed = false;
  readonly closed: Promise<PeerClosed>;

  private constructor(
    readonly socket: WebSocket,
    readonly version: 4 | 5,
  ) {
    this.#parser = parser({ protocolVersion: version });
    this.#parser.on('packet', (packet) => {
      this.#packets.push(packet);
      this.#notify();
    });
    this.#parser.on('error', () => {});
    socket.on('message', (data: Buffer) => {
      this.#parser.parse(data);
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#isClosed = true;
        this.#notify();
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  static async open(
    url: string,
    version: 4 | 5,
    subprotocols: readonly string[] = ['mqtt'],
  ): Promise<MqttPeer> {
    const socket = new WebSocket(url, [...subprotocols], { perMessageDeflate: false });
    const peer = new MqttPeer(socket, version);
    await once(socket, 'open');
    return peer;
  }

  /** Sends a CONNECT and takes the CONNACK, whatever it says. */
  async connect(options: ConnectOptions = {}): Promise<Extract<Packet, { cmd: 'connack' }>> {
    this.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.version,
      clientId: 'c1',
      clean: true,
      keepalive: 60,
      ...options,
    });
    return await this.take('connack');
  }

  send(...packets: readonly Packet[]): void {
    this.sendBytes(Buffer.concat(packets.map((packet) => this.encode(packet))));
  }

  encode(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.version });
  }

  sendBytes(bytes: Buffer): void {
    this.socket.send(bytes, { binary: true });
  }

  sendHex(hex: string): void {
    this.sendBytes(Buffer.from(hex, 'hex'));
  }

  async subscribe(topic: string, qos: 0 | 1 | 2 = 0, properties = {}): Promise<number[]> {
    this.send({
      cmd: 'subscribe',
      messageId: 100,
      subscriptions: [{ topic, qos, ...properties }],
    });
    return (await this.take('suback')).granted as number[];
  }

  /** Proves that everything sent before was handled, and nothing else has come of it. */
  async ping(): Promise<void> {
    this.send({ cmd: 'pingreq' });
    await this.take('pingresp');
  }

  /** The next packet, which has to be of this kind. */
  async take<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
    const packet = await this.next();
    if (packet?.cmd !== cmd) throw new Error(`Not ${cmd} but ${JSON.stringify(packet)}.`);
    return packet as Extract<Packet, { cmd: C }>;
  }

  /** The reason code of a DISCONNECT; `undefined` when the socket closes without one. */
  async farewell(): Promise<number | undefined> {
    const packet = await this.next();
    if (packet === undefined) return undefined;
    if (packet.cmd !== 'disconnect') throw new Error(`Not disconnect but ${packet.cmd}.`);
    return packet.reasonCode;
  }

  /** `undefined` when the socket has closed and everything was taken. */
  async next(): Promise<Packet | undefined> {
    while (this.#packets.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
    return this.#packets.shift();
  }

  /** What has come and was not taken. */
  get unheard(): readonly Packet[] {
    return this.#packets;
  }

  #notify(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }
}
