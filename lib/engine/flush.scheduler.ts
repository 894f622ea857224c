import { FrameChain } from './frame-chain.js';

/** Somebody with frames to write at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/**
 * Writes once per turn of the event loop: the first append of a turn schedules one flush of
 * everything that was appended in it. Idle latency is one turn; under load batches grow by
 * themselves, without a timer.
 */
export class FlushScheduler {
  #root = FrameChain.root();
  #dirty: Flushable[] = [];

  /** Where every outbox that is empty starts in this turn. */
  get root(): FrameChain {
    return this.#root;
  }

  add(flushable: Flushable): void {
    if (this.#dirty.length === 0) setImmediate(this.#flush);
    this.#dirty.push(flushable);
  }

  readonly #flush = (): void => {
    const dirty = this.#dirty;
    this.#dirty = [];
    // A fresh root lets go of the frames of this turn, but for those a slow socket still holds.
    this.#root = FrameChain.root();
    for (const flushable of dirty) flushable.flush();
  };
}
