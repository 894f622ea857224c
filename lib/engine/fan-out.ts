import type { Target } from '../backplane/backplane.message.js';
import { Batch } from './batch.js';
import type { Connection } from './connection.js';
import type { FlushScheduler } from './flush.scheduler.js';
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
 * one walk at the end of the turn: each member is looked at once, and not once for each message.
 *
 * Whoever is about to do something that must come after them, to whomever, calls {@link settle} first.
 */
export class FanOut {
  #target: Target | undefined;
  #messages: Message[] = [];
  #bytes = 0;

  constructor(
    private readonly audience: Audience,
    private readonly scheduler: FlushScheduler,
  ) {}

  /** To every connection of the target. */
  toAll(target: Target, message: Message): void {
    if (this.#target !== undefined && !isSame(this.#target, target)) this.settle();
    if (this.audience.countOf(target) < CROWD) {
      this.settle();
      this.#walk(target, new Batch([message]));
      return;
    }
    if (this.#target === undefined) this.scheduler.beforeFlush(this);
    this.#target = target;
    this.#messages.push(message);
    this.#bytes += message.payload.bytes.length;
    if (this.#messages.length >= MAX_MESSAGES || this.#bytes >= MAX_BYTES) this.settle();
  }

  /** To those of the target that pass the test. */
  toSome(target: Target, message: Message, test: (connection: Connection) => boolean): void {
    this.settle();
    this.#walk(target, new Batch([message]), test);
  }

  /** Hands out what was put off. */
  settle(): void {
    const target = this.#target;
    if (target === undefined) return;
    const messages = this.#messages;
    this.#target = undefined;
    this.#messages = [];
    this.#bytes = 0;
    this.#walk(target, new Batch(messages));
  }

  #walk(target: Target, batch: Batch, test?: (connection: Connection) => boolean): void {
    this.scheduler.fanOut(this.audience.countOf(target), () => {
      for (const connection of this.audience.members(target)) {
        if (test === undefined || test(connection)) connection.take(batch);
      }
    });
  }
}

function isSame(a: Target, b: Target): boolean {
  if (a.kind === 'all') return b.kind === 'all';
  if (a.kind === 'group') return b.kind === 'group' && a.group === b.group;
  if (a.kind === 'user') return b.kind === 'user' && a.userId === b.userId;
  return b.kind === 'connection' && a.connectionId === b.connectionId;
}
