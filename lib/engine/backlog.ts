import type { Batch } from './batch.js';
import type { Clock } from './clock.js';
import type { Deliverable } from './delivery.js';
import type { FrameEncoder } from './ports/frame-encoder.interface.js';

/**
 * What waits for a client that does not read, when its hub would rather lose old messages than the
 * client.
 */
export interface Backlog {
  readonly isEmpty: boolean;
  /** Queues messages that come together, and drops the oldest until everything fits again. */
  append(batch: Batch): void;
  /** Queues the answer to a request of the client itself: it is never dropped. */
  reply(frame: Buffer): void;
  /** Takes frames from the front until they are so many bytes, or all. */
  take(bytes: number): Buffer;
}

/** Why a message did not reach a client, as it is counted. */
export type Loss = 'droppedMessages' | 'conflatedMessages';

/** What a backlog has to know of its client. */
export interface BacklogOwner {
  readonly encoder: FrameEncoder;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly clock: Clock;
  /** What waits elsewhere for the same client, and counts too. */
  bufferedBytes(): number;
  /** Told of messages that are given up while somebody could still want them. */
  lost(loss: Loss, count?: number): void;
}

/** Whether so much is too much for a client. */
export function exceeds(owner: BacklogOwner, messages: number, bytes: number): boolean {
  return messages > owner.maxMessages || bytes + owner.bufferedBytes() > owner.maxBytes;
}

/** Whether nobody wants a message, or several, any more. */
export function isExpired({ expiresAt }: Pick<Deliverable, 'expiresAt'>, now: number): boolean {
  return expiresAt !== 0 && now >= expiresAt;
}
