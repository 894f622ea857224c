import { FrameChain } from './frame-chain.js';

/** Somebody with frames to write at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** Somebody who has put off giving frames to many others until the next flush. */
export interface Unsettled {
  /** Gives them to everybody. */
  settle(): void;
  /**
   * Gives them to so many more.
   *
   * @returns whether everybody has them
   */
  settleSome(count: number): boolean;
}

/** An audience of more than this is a crowd. */
const CROWD = 64;
/** Most writes of one turn for crowds, and as many for everybody else: about a millisecond of work each. */
const SLICE = 128;

/**
 * Writes what was appended together at once. Whoever appends while nothing is going on is written as
 * soon as the code that runs is through: an idle server adds no delay. From then on, until a turn of
 * the event loop brings nothing new, writes once per turn: under load batches grow by themselves,
 * without a timer.
 *
 * A turn does only so much: what is to be written is written in slices, with room for other work
 * between them, and crowds last. So a hot group cannot make a quiet one wait for all its members; and
 * when more comes in than can be written one by one, what waits for its slice is joined.
 */
export class FlushScheduler {
  #root = FrameChain.root();
  readonly #crowds = new FlushQueue();
  readonly #others = new FlushQueue();
  readonly #unsettled = new Set<Unsettled>();
  #isCrowd = false;
  #isWriting = false;
  /** Whether a flush is to come, be it to find that nothing is left to do. */
  #isBusy = false;

  /** Where every outbox that is empty starts in this turn. */
  get root(): FrameChain {
    return this.#root;
  }

  /** Whether an outbox that is empty writes at once what is appended. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  add(flushable: Flushable): void {
    (this.#isCrowd ? this.#crowds : this.#others).push(flushable);
    this.#schedule();
  }

  /** Asks for a flush, and to be settled before it. */
  beforeFlush(unsettled: Unsettled): void {
    this.#unsettled.add(unsettled);
    this.#schedule();
  }

  /** Appends to many outboxes. @param size about how many they are */
  fanOut(size: number, append: () => void): void {
    this.#isCrowd = size > CROWD;
    try {
      append();
    } finally {
      this.#isCrowd = false;
    }
  }

  /**
   * Appends to the outboxes of a crowd in a flush. Those that are empty write at once: what is to be
   * joined is joined already, and each is looked at once and not again when its turn has come.
   */
  writeOut(append: () => void): void {
    this.#isWriting = true;
    try {
      this.fanOut(Infinity, append);
    } finally {
      this.#isWriting = false;
    }
  }

  #schedule(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    queueMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    // First of all: somebody who fails must not keep everybody else waiting for ever.
    const next = setImmediate(this.#flush);
    // Crowds that wait to be written to are given more in the same write.
    if (!this.#crowds.isEmpty) this.#settle();
    const [others, crowds] = [this.#others.take(SLICE), this.#crowds.take(SLICE)];
    if (others.length === 0 && crowds.length === 0 && this.#unsettled.size === 0) {
      clearImmediate(next);
      this.#isBusy = false;
      return;
    }
    // A fresh root lets go of the frames of this turn, but for those somebody still has to write.
    this.#root = FrameChain.root();
    for (const flushable of others) flushable.flush();
    for (const flushable of crowds) flushable.flush();
    if (crowds.length === 0) this.#settleSome();
  };

  #settle(): void {
    for (const one of this.#unsettled) one.settle();
    this.#unsettled.clear();
  }

  /** The first of a crowd are written to before the last are given anything. */
  #settleSome(): void {
    const [one] = this.#unsettled;
    if (one === undefined) return;
    this.#unsettled.delete(one);
    if (!one.settleSome(SLICE)) this.#unsettled.add(one);
  }
}

/** First in, first out, in slices: an array whose front is left behind until half of it is front. */
class FlushQueue {
  #items: Flushable[] = [];
  #front = 0;

  get isEmpty(): boolean {
    return this.#front === this.#items.length;
  }

  push(item: Flushable): void {
    this.#items.push(item);
  }

  take(count: number): readonly Flushable[] {
    const end = this.#front + count;
    if (end >= this.#items.length) {
      const rest = this.#front === 0 ? this.#items : this.#items.slice(this.#front);
      this.#items = [];
      this.#front = 0;
      return rest;
    }
    const slice = this.#items.slice(this.#front, end);
    this.#front = end;
    if (this.#front > this.#items.length / 2) {
      this.#items = this.#items.slice(this.#front);
      this.#front = 0;
    }
    return slice;
  }
}
