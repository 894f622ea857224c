import { Batch } from './batch.js';
import type { Outbox } from './outbox.js';
import type { FrameEncoder, SequencedEncoder } from './ports/frame-encoder.interface.js';

/** Something that many connections can be sent: its frames are made once and shared. */
export interface Deliverable {
  /** Milliseconds since the epoch after which a waiting copy is dropped; 0 = never. */
  readonly expiresAt: number;
  /** Makes older ones with the same topic superfluous. */
  readonly topic?: string;
  /**
   * What the message is news of, for clients that are sent only the newest of each topic.
   *
   * @param key name of the metadata that tells, in lower case
   */
  topicBy(key: string): string | undefined;
  /** Whether the protocol can say it. The frames of one that cannot must not be asked for. */
  isFor(encoder: FrameEncoder): boolean;
  /** The complete WebSocket frame in the protocol of `encoder`. */
  frame(encoder: FrameEncoder): Buffer;
  /** The same with a number of the connection. */
  sequencedFrame(encoder: SequencedEncoder, sequenceId: number): Buffer;
}

/**
 * How messages reach one connection. Plain protocols share one instance; protocols that number, keep
 * and replay what they deliver bring one for each connection.
 */
export interface Delivery {
  /** @param outbox absent while the connection has no socket */
  deliver(batch: Batch, encoder: FrameEncoder, outbox: Outbox | undefined): void;
}

/** At most once: the shared frames go into the outbox and are forgotten. */
export const plainDelivery: Delivery = {
  deliver(batch, encoder, outbox) {
    if (outbox === undefined || outbox.appendToBacklog(batch)) return;
    for (const { messages, frames } of batch.runs(encoder)) {
      // The run before may have been more than the socket takes.
      if (outbox.isBlocked && outbox.appendToBacklog(new Batch(messages))) continue;
      outbox.append(frames.bytes, frames.expiresAt, messages.length);
    }
  },
};
