const EMPTY = Buffer.alloc(0);

/**
 * A sequence of frames, as a node of a tree that grows from a shared root.
 *
 * Connections that were given the same frames since the last flush hold the same node, so the bytes
 * they are owed exist once and are joined once, however many they are. That turns one write per
 * message and member into one write per turn and member.
 */
export class FrameChain {
  /** Frames from the root to here. */
  readonly length: number;
  /** Bytes from the root to here. */
  readonly byteLength: number;
  readonly #expires: boolean;
  #joined: Buffer | undefined;
  // Fan-out appends one frame to all members before the next one, so one remembered child is enough.
  #childFrame: Buffer | undefined;
  #child: FrameChain | undefined;

  private constructor(
    private readonly parent: FrameChain | undefined,
    private readonly frame: Buffer,
    private readonly expiresAt: number,
  ) {
    this.length = parent === undefined ? 0 : parent.length + 1;
    this.byteLength = parent === undefined ? 0 : parent.byteLength + frame.length;
    this.#expires = parent !== undefined && (expiresAt !== 0 || parent.#expires);
  }

  static root(): FrameChain {
    return new FrameChain(undefined, EMPTY, 0);
  }

  /**
   * The sequence with one more frame: the same node for everyone who appends the same frame here.
   *
   * @param expiresAt milliseconds since the epoch after which {@link join} leaves the frame out; 0 = never
   */
  append(frame: Buffer, expiresAt: number): FrameChain {
    if (this.#childFrame === frame && this.#child !== undefined) return this.#child;
    const child = new FrameChain(this, frame, expiresAt);
    this.#childFrame = frame;
    this.#child = child;
    return child;
  }

  /** The nodes from the first frame to this one. */
  #path(): FrameChain[] {
    const path: FrameChain[] = Array.from({ length: this.length }, () => this);
    for (let at = this.length - 1; at > 0; at -= 1) {
      path[at - 1] = (path[at] as FrameChain).parent as FrameChain;
    }
    return path;
  }

  /** The bytes of the whole sequence, without frames that have expired. */
  join(now: number): Buffer {
    if (this.#joined !== undefined) return this.#joined;
    const frames: Buffer[] = [];
    let dropped = false;
    for (const node of this.#path()) {
      if (node.expiresAt !== 0 && node.expiresAt <= now) dropped = true;
      else frames.push(node.frame);
    }
    const joined = frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames);
    // What may still expire is joined anew by whoever is written to later.
    if (!this.#expires && !dropped) this.#joined = joined;
    return joined;
  }
}
