/** A client's socket that can be asked to go. */
export interface OpenSocket {
  /** Says goodbye because the node goes down. */
  reload(): void;
}

/** The sockets of an endpoint that are open, and how they are all sent home. */
export class OpenSockets<T extends OpenSocket> {
  readonly #sockets = new Set<T>();
  #onEmpty: (() => void) | undefined;

  /** @param destroy what becomes of a socket that does not go by itself */
  constructor(private readonly destroy: (socket: T) => void) {}

  add(socket: T): void {
    this.#sockets.add(socket);
  }

  readonly remove = (socket: T): void => {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#onEmpty?.();
  };

  /** Closes every one; resolves when all are gone, or after the grace period. */
  async drain(graceMs: number): Promise<void> {
    for (const socket of this.#sockets) socket.reload();
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    for (const socket of this.#sockets) this.destroy(socket);
  }
}
