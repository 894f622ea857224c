/** What a connection needs from its socket. */
export interface ConnectionChannel {
  /**
   * Writes complete frames.
   *
   * @returns whether the operating system took them all; if not, `Outbox.drained` is called later
   */
  write(frames: Buffer): boolean;
  /** Bytes the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /**
   * Sends a Close frame behind what was written, and aborts the socket when the peer has not
   * answered it in `graceMs`.
   */
  close(code: number, reason: string, graceMs: number): void;
  /** Destroys the socket at once. */
  abort(): void;
}
