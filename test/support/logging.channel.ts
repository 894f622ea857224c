import type { ConnectionChannel } from '../../lib/engine/ports/connection-channel.interface.js';

/** A socket that logs what is done to it, with the time, and takes bytes only while the test lets it. */
export class LoggingChannel implements ConnectionChannel {
  readonly log: { readonly entry: Buffer | string; readonly at: number }[] = [];
  takes = true;
  bufferedBytes = 0;
  #isBroken = false;

  constructor(private readonly now: () => number) {}

  write(frames: Buffer): boolean {
    if (this.#isBroken) return true;
    this.log.push({ entry: frames, at: this.now() });
    if (!this.takes) this.bufferedBytes += frames.length;
    return this.takes;
  }

  close(code: number, reason: string): void {
    this.note(`close ${String(code)} ${reason}`);
  }

  /** Nothing reaches the peer any more. */
  abort(): void {
    this.#isBroken = true;
  }

  /** Puts something the test did between the writes. */
  note(entry: string): void {
    this.log.push({ entry, at: this.now() });
  }

  /** The peer reads what was kept for it. */
  drain(): void {
    this.takes = true;
    this.bufferedBytes = 0;
  }
}
