/** Somebody who wants to be told that a time has come. */
export interface Timed {
  onTimer(): void;
}

/** A pending time-out of a {@link TimingWheel}. */
export interface WheelTimer {
  readonly target: Timed;
  /** Full turns of the wheel still to go before the slot is due. */
  turns: number;
  slot: number;
}

const TICK_MS = 50;
const SLOTS = 1024;

/**
 * All time-outs of all connections behind one interval: ten thousand idle clients must not mean ten
 * thousand timers. Coarse on purpose (50 ms), and stopped while nothing is pending.
 */
export class TimingWheel {
  readonly #slots: Set<WheelTimer>[] = Array.from({ length: SLOTS }, () => new Set());
  #position = 0;
  #size = 0;
  #interval: NodeJS.Timeout | undefined;
  #turnedAt = 0;

  /** Calls `target.onTimer()` once, at the first tick that is at least `delayMs` away. */
  schedule(delayMs: number, target: Timed): WheelTimer {
    const now = performance.now();
    if (this.#interval === undefined) {
      this.#turnedAt = now;
      this.#interval = setInterval(this.#turn, TICK_MS).unref();
    }
    // From now and not from the last tick: one that is overdue must not shorten the delay.
    const ticks = Math.max(1, Math.ceil((now - this.#turnedAt + delayMs) / TICK_MS));
    const slot = (this.#position + ticks) % SLOTS;
    const timer: WheelTimer = { target, turns: Math.floor((ticks - 1) / SLOTS), slot };
    this.#slots[slot]?.add(timer);
    this.#size += 1;
    return timer;
  }

  cancel(timer: WheelTimer): void {
    if (this.#slots[timer.slot]?.delete(timer)) this.#forget();
  }

  stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
    for (const slot of this.#slots) slot.clear();
    this.#size = 0;
  }

  // An interval that fires late catches up, so that delays stay true to the clock.
  readonly #turn = (): void => {
    const now = performance.now();
    while (this.#interval !== undefined && now - this.#turnedAt >= TICK_MS) {
      this.#turnedAt += TICK_MS;
      this.#position = (this.#position + 1) % SLOTS;
      this.#expire(this.#slots[this.#position] as Set<WheelTimer>);
    }
  };

  #expire(slot: Set<WheelTimer>): void {
    // A copy: what is scheduled meanwhile may belong into this very slot, for a later turn.
    for (const timer of Array.from(slot)) {
      if (timer.turns > 0) {
        timer.turns -= 1;
      } else if (slot.delete(timer)) {
        this.#forget();
        timer.target.onTimer();
      }
    }
  }

  #forget(): void {
    this.#size -= 1;
    if (this.#size === 0) {
      clearInterval(this.#interval);
      this.#interval = undefined;
    }
  }
}
