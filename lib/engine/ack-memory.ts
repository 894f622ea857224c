/** The `ackId`s that succeeded on one connection, the last so many (client-protocols.md 5.6). */
export class AckMemory {
  // A Set iterates in the order of insertion: the first is the oldest.
  readonly #ids = new Set<bigint>();

  constructor(private readonly capacity: number) {}

  has(ackId: bigint): boolean {
    return this.#ids.has(ackId);
  }

  remember(ackId: bigint): void {
    if (this.#ids.size >= this.capacity) {
      const [oldest] = this.#ids;
      if (oldest !== undefined) this.#ids.delete(oldest);
    }
    this.#ids.add(ackId);
  }
}
