import { frameBytes } from './frames.js';

/** Counts deliveries by their bytes; all of one size. */
export class EvenDeliveries {
  count = 0;
  #bytes = 0;

  /** @param {number} payloadBytes what is in each frame */
  constructor(payloadBytes) {
    this.size = frameBytes(payloadBytes);
  }

  /** Takes what arrived. @returns {number} how many deliveries it completes */
  take(bytes) {
    this.#bytes += bytes;
    const before = this.count;
    this.count = Math.floor(this.#bytes / this.size);
    return this.count - before;
  }

  /** Whether so many have come, and not a byte else. */
  isExactly(count) {
    return this.#bytes === count * this.size;
  }
}

/** Counts deliveries that are numbered from 1: the digits of the number are a part of their size. */
export class NumberedDeliveries {
  count = 0;
  /** Bytes that have come since the last whole delivery. */
  #rest = 0;
  #digits = 1;
  #size;

  /** @param {number} payloadBytes what is in each frame but the digits */
  constructor(payloadBytes) {
    this.payloadBytes = payloadBytes;
    this.#size = frameBytes(payloadBytes + this.#digits);
  }

  take(bytes) {
    this.#rest += bytes;
    const before = this.count;
    for (;;) {
      // Those that have as many digits, in one step: this runs on the core that measures.
      const alike = 10 ** this.#digits - 1 - this.count;
      const come = Math.min(alike, Math.floor(this.#rest / this.#size));
      this.count += come;
      this.#rest -= come * this.#size;
      if (come < alike) return this.count - before;
      this.#digits += 1;
      this.#size = frameBytes(this.payloadBytes + this.#digits);
    }
  }

  isExactly(count) {
    return this.count === count && this.#rest === 0;
  }
}
