const EMPTY = Buffer.alloc(0);

/** As many as there are protocols, more or less. */
const MAX_CHILDREN = 8;

/**
 * A sequence of frames, as a node of a tree that grows from a shared root.
 *
 * Connections that were given the same frames since the last flush hold the same node, so the bytes
 * they are owed exist once and are joined once, however many they are. That turns one write per
 * message and member into one write per turn and member.
 */
export class FrameChain {
  /** Messages from the root to here. */
  readonly length: number;
  /** Bytes from the root to here. */
  readonly byteLength: number;
  /** When the first of the frames expires, in milliseconds since the epoch. */
  readonly #firstExpiry: number;
  #joined: Buffer | undefined;
  /** Appended last, and most likely the next time too. */
  #child: FrameChain | undefined;
  /** The last few, when there was more than one: members of several protocols take turns. */
  #children: FrameChain[] | undefined;

  private constructor(
    private readonly parent: FrameChain | undefined,
    /** The frames of one message or more. */
    private readonly frame: Buffer,
    private readonly expiry: number,
    private readonly messages: number,
  ) {
    this.length = parent === undefined ? 0 : parent.length + messages;
    this.byteLength = parent === undefined ? 0 : parent.byteLength + frame.length;
    this.#firstExpiry = parent === undefined ? expiry : Math.min(expiry, parent.#firstExpiry);
  }

  static root(): FrameChain {
    return new FrameChain(undefined, EMPTY, Infinity, 0);
  }

  /**
   * The sequence with one more frame: the same node for everyone who appends the same frame here.
   *
   * @param expiresAt milliseconds since the epoch at which the frame is not worth sending; 0 = never
   * @param messages how many it counts as: the frames of several messages may be one piece
   */
  append(frame: Buffer, expiresAt: number, messages = 1): FrameChain {
    if (this.#child?.frame === frame) return this.#child;
    const known = this.#children?.find((child) => child.frame === frame);
    this.#child = known ?? this.#grow(frame, expiresAt === 0 ? Infinity : expiresAt, messages);
    return this.#child;
  }

  #grow(frame: Buffer, expiry: number, messages: number): FrameChain {
    const child = new FrameChain(this, frame, expiry, messages);
    if (this.#child === undefined) return child;
    this.#children ??= [this.#child];
    if (this.#children.length === MAX_CHILDREN) this.#children.shift();
    this.#children.push(child);
    return child;
  }

  /** The sequence without the frames that have expired; this very node when none has. */
  withoutExpired(now: number): FrameChain {
    if (now < this.#firstExpiry) return this;
    let chain = FrameChain.root();
    for (const { frame, expiry, messages } of this.#path()) {
      if (now < expiry) chain = new FrameChain(chain, frame, expiry, messages);
    }
    return chain;
  }

  /** The bytes of the whole sequence, without frames that have expired. */
  join(now: number): Buffer {
    if (now >= this.#firstExpiry) return this.withoutExpired(now).join(now);
    this.#joined ??=
      this.parent?.length === 0
        ? this.frame
        : Buffer.concat(this.#path().map(({ frame }) => frame));
    return this.#joined;
  }

  /** The nodes from the first frame to this one. */
  #path(): FrameChain[] {
    const path: FrameChain[] = [this];
    for (let node = this.parent; node?.parent !== undefined; node = node.parent) path.push(node);
    return path.toReversed();
  }
}
