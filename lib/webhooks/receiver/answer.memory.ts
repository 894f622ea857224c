import type { Clock } from '../../engine/clock.js';
import type { EventAnswer } from './event-answer.js';

export interface AnswerMemoryInit {
  /** How long an answer is kept; 0 = not at all. */
  readonly windowMs: number;
  readonly clock: Clock;
  readonly maxEntries?: number;
  /** Of keys, headers and bodies. */
  readonly maxBytes?: number;
}

interface KeptAnswer {
  readonly answer: EventAnswer;
  readonly expiresAt: number;
  readonly bytes: number;
}

/**
 * Answers to events that may come again, because the first answer was lost on its way (events.md 13).
 * Only successes are kept: an event that failed is worth another attempt. Where there are too many, the
 * oldest go.
 */
export class AnswerMemory {
  readonly #kept = new Map<string, KeptAnswer>();
  readonly #running = new Map<string, Promise<EventAnswer | undefined>>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(private readonly init: AnswerMemoryInit) {
    this.#maxEntries = init.maxEntries ?? 10_000;
    this.#maxBytes = init.maxBytes ?? 16 * 1024 * 1024;
  }

  /**
   * The answer to an event: what it was answered before, or what the same event that came a moment ago
   * is going to be answered, or the result of `work`.
   *
   * @param work never rejects; `undefined` = it was given up, and whoever waits for the same event
   *   begins anew
   */
  async answer(
    key: string,
    work: () => Promise<EventAnswer | undefined>,
  ): Promise<EventAnswer | undefined> {
    if (this.init.windowMs === 0) return await work();
    for (;;) {
      const known = this.#find(key) ?? (await this.#running.get(key));
      if (known !== undefined) return known;
      if (!this.#running.has(key)) return await this.#run(key, work);
    }
  }

  async #run(
    key: string,
    work: () => Promise<EventAnswer | undefined>,
  ): Promise<EventAnswer | undefined> {
    const running = work();
    this.#running.set(key, running);
    try {
      const answer = await running;
      if (answer !== undefined && answer.status < 300) this.#keep(key, answer);
      return answer;
    } finally {
      this.#running.delete(key);
    }
  }

  #find(key: string): EventAnswer | undefined {
    this.#forget((oldest) => oldest.expiresAt <= this.init.clock());
    return this.#kept.get(key)?.answer;
  }

  #keep(key: string, answer: EventAnswer): void {
    const bytes = 2 * key.length + sizeOf(answer);
    this.#kept.set(key, { answer, bytes, expiresAt: this.init.clock() + this.init.windowMs });
    this.#bytes += bytes;
    this.#forget(() => this.#kept.size > this.#maxEntries || this.#bytes > this.#maxBytes);
  }

  /** All are kept for the same time, so the oldest is the first to go for either reason. */
  #forget(isDue: (oldest: KeptAnswer) => boolean): void {
    for (const [key, oldest] of this.#kept) {
      if (!isDue(oldest)) return;
      this.#kept.delete(key);
      this.#bytes -= oldest.bytes;
    }
  }
}

function sizeOf({ headers = [], body }: EventAnswer): number {
  return headers.flat().join('').length + (body?.length ?? 0);
}
