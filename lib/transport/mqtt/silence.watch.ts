import type { Socket } from 'node:net';

/** Knows for how long a client has sent no packet, without a timer of its own. */
export class SilenceWatch {
  #limitMs = 0;
  #since = performance.now();
  #progress = 0;

  constructor(private readonly socket: Socket) {}

  start(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#since = performance.now();
  }

  packetArrived(): void {
    this.#since = performance.now();
  }

  get remainingMs(): number {
    return Math.max(0, this.#limitMs - (performance.now() - this.#since));
  }

  /** @param isHeldBack whether we do not read the client; then what it takes is its sign of life */
  isOver(isHeldBack: boolean): boolean {
    if (this.remainingMs > 0) return false;
    const progress = this.socket.bytesWritten - this.socket.writableLength;
    const moved = progress !== this.#progress;
    this.#progress = progress;
    if (!isHeldBack || !moved) return true;
    this.#since = performance.now();
    return false;
  }
}
