import { sharedAborter } from '../engine/abort-signals.js';

/** Work that nobody waits for, until the application closes. Its amount is bounded. */
export class PendingWork {
  readonly #pending = new Set<Promise<void>>();
  readonly #aborter = sharedAborter();

  constructor(private readonly limit: number) {}

  get isFull(): boolean {
    return this.#pending.size >= this.limit;
  }

  /** Aborts when what is still at work at the end has had its time. */
  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  /** @param work never rejects */
  add(work: Promise<void>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** Waits for everything, and cuts short what is not done after the grace period. */
  async settle(graceMs: number): Promise<void> {
    if (this.#pending.size === 0) return;
    const timer = setTimeout(() => this.#aborter.abort(), graceMs);
    // Work that ends may have started more.
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    clearTimeout(timer);
  }
}
