import { decodePacket } from './packet.decoder.js';
import { PacketFramer } from './packet.framer.js';
import type { ClientPacket } from './packets.js';
import { malformed, MqttViolation, REASON, type MqttVersion } from './reason-codes.js';

/** Turns the bytes of one network connection into packets: one CONNECT, and what follows it. */
export class PacketReader {
  readonly #framer: PacketFramer;
  #version: MqttVersion | undefined;

  constructor(maxPacketBytes: number) {
    this.#framer = new PacketFramer(maxPacketBytes);
  }

  /** Bytes that wait to become a packet. */
  get size(): number {
    return this.#framer.size;
  }

  push(bytes: Buffer): void {
    this.#framer.push(bytes);
  }

  /**
   * @returns `undefined` until the next packet is complete
   * @throws {@link MqttViolation}
   */
  next(): ClientPacket | undefined {
    const raw = this.#framer.next();
    if (raw === undefined) return undefined;
    const packet = decodePacket(raw, this.#version ?? 5);
    if (this.#version === undefined) {
      if (packet.type !== 'connect') throw malformed('the first packet is not CONNECT');
      this.#version = packet.version;
    } else if (packet.type === 'connect') {
      throw new MqttViolation(REASON.protocolError, 'a second CONNECT');
    }
    return packet;
  }
}
