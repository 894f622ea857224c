/** Failures that one address may have in one window; what an honest fleet behind a proxy stays below. */
const MAX_FAILURES = 1000;
const WINDOW_MS = 10_000;
const MAX_ADDRESSES = 10_000;

/** Counts failures by address, so that guessing costs more than it brings. */
export class FailureLimiter {
  readonly #failures = new Map<string, number>();
  #windowEnd = 0;

  constructor(private readonly clock: () => number) {}

  isExceeded(address: string): boolean {
    this.#forget();
    return (this.#failures.get(address) ?? 0) >= MAX_FAILURES;
  }

  record(address: string): void {
    this.#forget();
    // With too many addresses to tell apart, the table starts again rather than grow.
    if (this.#failures.size >= MAX_ADDRESSES) this.#failures.clear();
    this.#failures.set(address, (this.#failures.get(address) ?? 0) + 1);
  }

  #forget(): void {
    const now = this.clock();
    if (now < this.#windowEnd) return;
    this.#windowEnd = now + WINDOW_MS;
    this.#failures.clear();
  }
}
