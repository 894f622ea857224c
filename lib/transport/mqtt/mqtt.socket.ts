import type { Socket } from 'node:net';
import { CLOSE_GRACE_MS } from '../../engine/limits.js';
import type { ConnectionChannel } from '../../engine/ports/connection-channel.interface.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type { Timed, TimingWheel, WheelTimer } from '../../engine/timing.wheel.js';
import { ConnectRejection } from '../../protocols/mqtt/connect.decoder.js';
import { disconnectFrame } from '../../protocols/mqtt/mqtt.protocol.js';
import { packetEncoder } from '../../protocols/mqtt/packet.encoder.js';
import { PacketReader } from '../../protocols/mqtt/packet.reader.js';
import type {
  ClientPacket,
  ConnackInit,
  ConnectPacket,
  DisconnectPacket,
} from '../../protocols/mqtt/packets.js';
import {
  DISCONNECT_REASONS,
  MqttViolation,
  REASON,
  type MqttVersion,
} from '../../protocols/mqtt/reason-codes.js';
import { binaryFrame, pongFrame } from '../../protocols/websocket-frame.js';
import type { ClientWebSocket, WebSocketListener } from '../client.web-socket.js';
import { SilenceWatch } from './silence.watch.js';
import { leave, sayGoodbye, transportLost } from './mqtt.departure.js';
import type { MqttClient, MqttRequests } from './mqtt.requests.js';

export interface MqttSocketParts {
  readonly timers: TimingWheel;
  readonly diagnostics: Diagnostics;
  readonly requests: MqttRequests;
  readonly maxPacketBytes: number;
  /** What becomes of the CONNECT; the packets behind it wait. */
  readonly connect: (packet: ConnectPacket, socket: MqttSocket) => Promise<void>;
  /** Told when the socket has closed. */
  readonly onClosed: (socket: MqttSocket) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Bytes that may wait on either side while the other one is at work. */
const MAX_WAITING_BYTES = 64 * 1024;
/** Packets of one client that are handled before others have their turn. */
const PACKETS_PER_TURN = 256;

/** One network connection of an MQTT client: bytes to packets, one at a time, and silence to its end. */
export class MqttSocket implements ConnectionChannel, WebSocketListener, Timed {
  readonly #reader: PacketReader;
  readonly #gone = new AbortController();
  readonly #silence: SilenceWatch;
  #client: MqttClient | undefined;
  #phase: 'connecting' | 'open' | 'closing' = 'connecting';
  #isBusy = false;
  #isWorking = false;
  #timer: WheelTimer | undefined;

  constructor(
    private readonly parts: MqttSocketParts,
    private readonly webSocket: ClientWebSocket,
    private readonly socket: Socket,
  ) {
    this.#reader = new PacketReader(parts.maxPacketBytes);
    this.#silence = new SilenceWatch(socket);
    this.#schedule(CONNECT_TIMEOUT_MS);
    socket.on('drain', () => this.#drained());
    webSocket.listen(this);
  }

  /** Aborts when the client has gone. */
  get goneSignal(): AbortSignal {
    return this.#gone.signal;
  }

  /** The CONNECT was accepted: the connection's frames go out from now on. */
  accept(client: MqttClient, keepAliveSeconds: number): void {
    this.#client = client;
    this.#phase = 'open';
    this.#silence.start(keepAliveSeconds * 1500);
    this.#schedule(this.#silence.remainingMs);
    client.connection.drained(this);
  }

  /** Answers a CONNECT with a refusal, and closes. */
  refuse(version: MqttVersion, connack: Omit<ConnackInit, 'sessionPresent'>): void {
    if (this.#phase === 'closing') return;
    this.write(binaryFrame(packetEncoder.connack(version, { ...connack, sessionPresent: false })));
    this.#close(1000);
  }

  /** Another network connection has the session now. */
  takenOver(): void {
    this.#end(REASON.sessionTakenOver, 1000, 'The session was taken over.');
  }

  /** The node goes down. */
  reload(): void {
    if (this.#client === undefined) this.#close(1001);
    else this.#client.connection.close(1001, 'The service is reloading.');
  }

  write(frames: Buffer): boolean {
    if (this.socket.destroyed || this.webSocket.readyState !== 1) return true;
    // `write` says false by size; what counts is whether the operating system took it all.
    return this.socket.write(frames) || this.socket.writableLength === 0;
  }

  get bufferedBytes(): number {
    return this.socket.writableLength;
  }

  /** The engine ends the connection; for its own words, see {@link MqttProtocol}. */
  close(code: number, _reason: string, graceMs: number): void {
    const terms = this.#client?.session.terms;
    const reasonCode = DISCONNECT_REASONS.get(code);
    if (terms !== undefined && reasonCode !== undefined && code !== 1000) {
      const frame = disconnectFrame(terms, reasonCode);
      if (frame !== undefined) this.write(frame);
    }
    this.#close(code === 1001 ? code : 1000, graceMs);
  }

  /** One that is saying goodbye already is left to it. */
  abort(): void {
    if (this.#phase !== 'closing') this.webSocket.terminate();
  }

  terminate(): void {
    this.webSocket.terminate();
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#phase === 'closing') return;
    if (!isBinary) return this.#end(REASON.malformed, 1003, 'A text frame is not MQTT.');
    this.#reader.push(data);
    this.#work();
  }

  /** Not a sign of life: only packets are. */
  pinged(data: Buffer): void {
    if (this.bufferedBytes < MAX_WAITING_BYTES) this.write(pongFrame(data));
  }

  closing(code: number | undefined, reason: string | undefined): string {
    if (this.#phase === 'closing') return reason ?? '';
    // `ws` gives no reason when a frame is broken, or larger than anything we take.
    if (code === 1009 && reason === undefined) this.#say(REASON.packetTooLarge);
    // Whoever closes: what was accepted before is still written.
    this.#client?.connection.flushForClose(this);
    this.#phase = 'closing';
    this.#lost(reason ?? '');
    return reason ?? '';
  }

  closed(): void {
    this.#phase = 'closing';
    if (this.#timer !== undefined) this.parts.timers.cancel(this.#timer);
    this.#timer = undefined;
    this.#gone.abort();
    this.#lost('');
    this.parts.onClosed(this);
  }

  onTimer(): void {
    this.#timer = undefined;
    if (this.#phase === 'closing') return this.webSocket.terminate();
    if (this.#phase === 'connecting') {
      // While a handler decides, the silence is ours, and it has a time-out of its own.
      if (this.#isBusy) this.#schedule(CONNECT_TIMEOUT_MS);
      else this.#close(1000);
      return;
    }
    if (!this.#silence.isOver(this.webSocket.isPaused)) {
      return this.#schedule(this.#silence.remainingMs);
    }
    const text = 'No packet has been received for 1.5 times the Keepalive time.';
    this.#end(REASON.keepAliveTimeout, 1000, text);
  }

  #drained(): void {
    const client = this.#client;
    if (client === undefined || this.bufferedBytes > 0) return;
    client.connection.drained(this);
    this.#work();
  }

  /** Handles what waits, one packet after the other; nothing that a packet holds can stop the process. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      for (let count = 0; this.#isReady; count += 1) {
        if (count === PACKETS_PER_TURN) return this.#yield();
        const packet = this.#reader.next();
        if (packet === undefined) break;
        this.#silence.packetArrived();
        this.#take(packet);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isWorking = false;
    }
    if (this.#phase === 'closing') return;
    const mustWait = this.#isBlocked || (this.#isBusy && this.#reader.size > MAX_WAITING_BYTES);
    if (mustWait) this.webSocket.pause();
    else if (this.webSocket.isPaused) this.webSocket.resume();
  }

  get #isReady(): boolean {
    return this.#phase !== 'closing' && !this.#isBusy && !this.#isBlocked;
  }

  /** Many tiny packets in one message must not keep everybody else waiting. */
  #yield(): void {
    this.#isBusy = true;
    this.webSocket.pause();
    setImmediate(() => this.#proceed());
  }

  #proceed(): void {
    this.#isBusy = false;
    this.#work();
  }

  get #isBlocked(): boolean {
    return this.#client?.connection.isBlocked ?? false;
  }

  #take(packet: ClientPacket): void {
    if (packet.type === 'connect') return this.#waitFor(this.parts.connect(packet, this));
    const client = this.#client;
    // While a CONNECT is at work, nothing behind it is.
    if (client === undefined) return;
    if (packet.type === 'disconnect') return this.#leave(client, packet);
    const work = this.parts.requests.handle(client, packet);
    if (work !== undefined) this.#waitFor(work);
  }

  #waitFor(work: Promise<void>): void {
    this.#isBusy = true;
    void work.catch((error: unknown) => this.#failed(error)).finally(() => this.#proceed());
  }

  #leave(client: MqttClient, packet: DisconnectPacket): void {
    client.connection.flushForClose(this);
    leave(client, packet, this);
    this.#close(1000);
  }

  #failed(error: unknown): void {
    if (!(error instanceof MqttViolation)) {
      this.parts.diagnostics.error('an MQTT packet was not handled', error);
      return this.#end(REASON.unspecified, 1000, 'The packet could not be handled.');
    }
    this.parts.diagnostics.debug(`MQTT client cut off: ${error.message}`);
    if (this.#client === undefined) return this.#refuseConnect(error);
    const code = error.reasonCode === REASON.packetTooLarge ? 1009 : 1000;
    this.#end(error.reasonCode, code, 'The client broke the protocol.');
  }

  /** A first packet that is no CONNECT ends in silence; nobody knows who would understand an answer. */
  #refuseConnect(error: MqttViolation): void {
    if (error instanceof ConnectRejection) {
      this.refuse(error.version, { code: error.connackCode });
    } else {
      this.#close(error.reasonCode === REASON.packetTooLarge ? 1009 : 1002);
    }
  }

  /** Ends the network connection for a reason of ours; the session may wait for its client. */
  #end(reasonCode: number, code: number, text: string): void {
    if (this.#phase === 'closing') return;
    this.#say(reasonCode);
    this.#lost(text);
    this.#close(code);
  }

  #say(reasonCode: number): void {
    if (this.#client !== undefined) sayGoodbye(this.#client, this, reasonCode);
  }

  #lost(reason: string): void {
    if (this.#client !== undefined) transportLost(this.#client, this, reason);
  }

  #close(code: number, graceMs = CLOSE_GRACE_MS): void {
    this.#phase = 'closing';
    this.webSocket.close(code, '');
    // The answer to our Close frame must be read even if reading was paused.
    this.webSocket.resume();
    this.#schedule(graceMs);
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) this.parts.timers.cancel(this.#timer);
    this.#timer = this.parts.timers.schedule(delayMs, this);
  }
}
