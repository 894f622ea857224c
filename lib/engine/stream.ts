import type { Timed, TimingWheel, WheelTimer } from './timing.wheel.js';

export interface StreamInit {
  readonly id: string;
  readonly group: string;
  /** Connections that get nothing of it: the publisher, if it wants no echo. */
  readonly excluded: ReadonlySet<string> | undefined;
  readonly idleTimeoutMs: number;
}

/** Who is told that nothing has come for a stream for too long. */
export interface StreamOwner {
  streamIdle(stream: Stream): void;
}

/** One stream from a client to a group: which fragment comes next, and by when. */
export class Stream implements Timed {
  readonly id: string;
  readonly group: string;
  readonly excluded: ReadonlySet<string> | undefined;
  /** The number of the fragment that comes next. */
  expected = 1;
  /** Fragments the client has not been told of. */
  unacked = 0;
  readonly #idleTimeoutMs: number;
  #timer: WheelTimer | undefined;

  constructor(
    init: StreamInit,
    private readonly timers: TimingWheel,
    private readonly owner: StreamOwner,
  ) {
    this.id = init.id;
    this.group = init.group;
    this.excluded = init.excluded;
    this.#idleTimeoutMs = init.idleTimeoutMs;
    this.touch();
  }

  /** A sign of life: the idle time starts again. */
  touch(): void {
    this.stop();
    this.#timer = this.timers.schedule(this.#idleTimeoutMs, this);
  }

  /** Nothing more is waited for. */
  stop(): void {
    if (this.#timer !== undefined) this.timers.cancel(this.#timer);
    this.#timer = undefined;
  }

  onTimer(): void {
    this.#timer = undefined;
    this.owner.streamIdle(this);
  }
}
