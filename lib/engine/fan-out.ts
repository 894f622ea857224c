import type { Target } from '../backplane/backplane.message.js';
import { Batch } from './batch.js';
import type { Connection } from './connection.js';
import type { FlushScheduler, Unsettled } from './flush.scheduler.js';
import type { Message } from './message.js';

/** Whom a hub has here. */
export interface Audience {
  countOf(target: Target): number;
  /** Not to be changed while it is iterated. */
  members(target: Target): Iterable<Connection>;
}

/** Walking over fewer is not worth putting off. */
const CROWD = 64;
/** Most that is put off: no more than a reliable client keeps of one block. */
const MAX_MESSAGES = 64;
const MAX_BYTES = 64 * 1024;

/**
 * Hands messages to audiences. Several to the same crowd, with nothing between them, are handed out in
 * one walk with the next flush: each member is looked at once, and not once for each message.
 *
 * Whoever is about to do something that must come after them, to whomever, calls {@link settle} first.
 */
export class FanOut implements Unsettled {
  #target: Target | undefined;
  #messages: Message[] = [];
  #bytes = 0;
  /** One that is under way: the members that are still to come. */
  #walk: Walk | undefined;

  constructor(
    private readonly audience: Audience,
    private readonly scheduler: FlushScheduler,
  ) {}

  /** To every connection of the target. */
  toAll(target: Target, message: Message): void {
    if (this.#target !== undefined && !isSame(this.#target, target)) this.settle();
    if (this.audience.countOf(target) < CROWD) {
      this.settle();
      this.#handOut(target, message);
      return;
    }
    this.scheduler.beforeFlush(this);
    this.#target = target;
    this.#messages.push(message);
    this.#bytes += message.payload.bytes.length;
    if (this.#messages.length >= MAX_MESSAGES || this.#bytes >= MAX_BYTES) this.settle();
  }

  /** To those of the target that pass the test. */
  toSome(target: Target, message: Message, test: (connection: Connection) => boolean): void {
    this.settle();
    this.#handOut(target, message, test);
  }

  settle(): void {
    this.#finish();
    this.#start();
    this.#finish();
  }

  settleSome(count: number): boolean {
    if (this.#walk !== undefined && this.#target !== undefined) {
      // Whoever has not been given the last ones yet is given the next with them.
      this.settle();
      return true;
    }
    this.#start();
    this.scheduler.writeOut(() => this.#goOn(count));
    return this.#walk === undefined;
  }

  /** Begins to hand out what was put off. */
  #start(): void {
    const target = this.#target;
    if (target === undefined) return;
    this.#walk = {
      size: this.audience.countOf(target),
      members: this.audience.members(target)[Symbol.iterator](),
      batch: new Batch(this.#messages),
    };
    this.#target = undefined;
    this.#messages = [];
    this.#bytes = 0;
  }

  #finish(): void {
    if (this.#walk !== undefined)
      this.scheduler.fanOut(this.#walk.size, () => this.#goOn(Infinity));
  }

  #goOn(count: number): void {
    const walk = this.#walk;
    if (walk === undefined) return;
    for (let left = count; left > 0; left -= 1) {
      const next = walk.members.next();
      if (next.done === true) {
        this.#walk = undefined;
        return;
      }
      next.value.take(walk.batch);
    }
  }

  #handOut(target: Target, message: Message, test?: (connection: Connection) => boolean): void {
    const batch = new Batch([message]);
    this.scheduler.fanOut(this.audience.countOf(target), () => {
      for (const connection of this.audience.members(target)) {
        if (test === undefined || test(connection)) connection.take(batch);
      }
    });
  }
}

interface Walk {
  readonly size: number;
  readonly members: Iterator<Connection>;
  readonly batch: Batch;
}

function isSame(a: Target, b: Target): boolean {
  if (a.kind === 'all') return b.kind === 'all';
  if (a.kind === 'group') return b.kind === 'group' && a.group === b.group;
  if (a.kind === 'user') return b.kind === 'user' && a.userId === b.userId;
  return b.kind === 'connection' && a.connectionId === b.connectionId;
}
