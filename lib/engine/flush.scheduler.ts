import { FrameChain } from './frame-chain.js';

/** Somebody with frames to write at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** Somebody who has put off giving frames to others until the end of the turn. */
export interface Unsettled {
  settle(): void;
}

/** An audience of more than this is a crowd. */
const CROWD = 64;
/** Most writes of one turn for crowds, and as many for everybody else: about a millisecond of work each. */
const SLICE = 128;

/**
 * Writes once per turn of the event loop: the first append of a turn schedules one flush of
 * everything that was appended in it. Idle latency is one turn; under load batches grow by
 * themselves, without a timer.
 *
 * A turn does only so much: what is to be written is written in slices, with room for other work
 * between them, and crowds last. So a hot group cannot make a quiet one wait for all its members; and
 * when more comes in than can be written one by one, what waits for its slice is joined.
 */
export class FlushScheduler {
  #root = FrameChain.root();
  readonly #crowds = new FlushQueue();
  readonly #others = new FlushQueue();
  #unsettled: Unsettled[] = [];
  #isCrowd = false;
  #isScheduled = false;

  /** Where every outbox that is empty starts in this turn. */
  get root(): FrameChain {
    return this.#root;
  }

  add(flushable: Flushable): void {
    (this.#isCrowd ? this.#crowds : this.#others).push(flushable);
    this.#schedule();
  }

  /** Asks for a flush, and to be settled before it. */
  beforeFlush(unsettled: Unsettled): void {
    this.#unsettled.push(unsettled);
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

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#settle();
    this.#isScheduled = false;
    const [others, crowds] = [this.#others.take(SLICE), this.#crowds.take(SLICE)];
    // A fresh root lets go of the frames of this turn, but for those somebody still has to write.
    this.#root = FrameChain.root();
    for (const flushable of others) flushable.flush();
    for (const flushable of crowds) flushable.flush();
    if (!this.#others.isEmpty || !this.#crowds.isEmpty) this.#schedule();
  };

  #settle(): void {
    if (this.#unsettled.length === 0) return;
    const unsettled = this.#unsettled;
    this.#unsettled = [];
    for (const one of unsettled) one.settle();
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
