import { isUtf8 } from 'node:buffer';
import { malformed } from './reason-codes.js';

/** Reads the fields of one packet, and refuses what does not fit into it. */
export class ByteReader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  byte(): number {
    return this.#take(1)[0] as number;
  }

  uint16(): number {
    return this.#take(2).readUInt16BE();
  }

  uint32(): number {
    return this.#take(4).readUInt32BE();
  }

  /** At most four bytes of seven bits each. */
  variableInteger(): number {
    let value = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw malformed('a variable byte integer is too long');
  }

  packetId(): number {
    const id = this.uint16();
    if (id === 0) throw malformed('the packet id is 0');
    return id;
  }

  /** Bytes behind their length. */
  binary(): Buffer {
    return this.#take(this.uint16());
  }

  /** UTF-8 behind its length; U+0000 is not allowed in MQTT. */
  text(): string {
    const bytes = this.binary();
    if (!isUtf8(bytes) || bytes.includes(0)) throw malformed('a string is not valid UTF-8');
    return bytes.toString('utf8');
  }

  /** A part of the packet, to be read on its own. */
  part(length: number): ByteReader {
    return new ByteReader(this.#take(length));
  }

  rest(): Buffer {
    return this.#take(this.bytes.length - this.#at);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.bytes.length) throw malformed('the packet is too short for its fields');
    const taken = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
