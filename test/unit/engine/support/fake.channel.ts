import type { ConnectionChannel } from '../../../../lib/engine/ports/connection-channel.interface.js';

/** A socket that keeps what it is told, and takes bytes only while the test lets it. */
export class FakeChannel implements ConnectionChannel {
  readonly writes: Buffer[] = [];
  readonly closes: { readonly code: number; readonly reason: string; readonly graceMs: number }[] =
    [];
  takes = true;
  bufferedBytes = 0;
  aborts = 0;

  write(frames: Buffer): boolean {
    // Behind a Close frame nothing is written any more.
    if (this.closes.length === 0) this.writes.push(frames);
    return this.takes;
  }

  close(code: number, reason: string, graceMs: number): void {
    this.closes.push({ code, reason, graceMs });
  }

  abort(): void {
    this.aborts += 1;
  }

  /** Everything that was written, in one piece. */
  get text(): string {
    return Buffer.concat(this.writes).toString('latin1');
  }
}

/** Waits until the event loop has turned once, and with it everything that is flushed. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
