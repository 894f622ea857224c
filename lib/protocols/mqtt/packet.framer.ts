import { malformed, MqttViolation, REASON } from './reason-codes.js';

/** One complete packet, not looked into yet. */
export interface RawPacket {
  readonly firstByte: number;
  readonly body: Buffer;
}

/** Bytes of a fixed header: the type, and up to four of length. */
const MAX_HEADER_BYTES = 5;
const MAX_CHUNKS = 1024;

/**
 * Cuts a stream of bytes into packets, wherever the WebSocket messages end. A packet that announces
 * more than it may have is refused before its bytes are kept.
 */
export class PacketFramer {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes that have to be there before looking again is worth it. */
  #needed = 2;

  constructor(private readonly maxPacketBytes: number) {}

  /** Bytes that wait to become a packet. */
  get size(): number {
    return this.#bytes;
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    // A packet in a thousand crumbs must not take a hundred times its size.
    if (this.#chunks.length > MAX_CHUNKS) this.#join();
  }

  /**
   * @returns `undefined` until the next packet is complete
   * @throws {@link MqttViolation} when it can never become one, or is too large
   */
  next(): RawPacket | undefined {
    if (this.#bytes < this.#needed) return undefined;
    const head = this.#peek(Math.min(this.#bytes, MAX_HEADER_BYTES));
    const header = readHeader(head);
    if (header === undefined) {
      this.#needed = this.#bytes + 1;
      return undefined;
    }
    const total = header.headerBytes + header.bodyBytes;
    if (total > this.maxPacketBytes) {
      throw new MqttViolation(REASON.packetTooLarge, `a packet of ${total} bytes`);
    }
    if (this.#bytes < total) {
      this.#needed = total;
      return undefined;
    }
    this.#needed = 2;
    const whole = this.#take(total);
    return { firstByte: whole[0] as number, body: whole.subarray(header.headerBytes) };
  }

  #peek(length: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) return first;
    this.#join();
    return this.#chunks[0] as Buffer;
  }

  #take(length: number): Buffer {
    if ((this.#chunks[0]?.length ?? 0) < length) this.#join();
    const first = this.#chunks[0] as Buffer;
    if (first.length === length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(length);
    this.#bytes -= length;
    return first.subarray(0, length);
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks, this.#bytes)];
  }
}

function readHeader(head: Buffer): { headerBytes: number; bodyBytes: number } | undefined {
  let bodyBytes = 0;
  for (let at = 1; at < MAX_HEADER_BYTES; at += 1) {
    const byte = head[at];
    if (byte === undefined) return undefined;
    bodyBytes |= (byte & 0x7f) << (7 * (at - 1));
    if ((byte & 0x80) === 0) return { headerBytes: at + 1, bodyBytes };
  }
  throw malformed('the remaining length is too long');
}
