import type { Deliverable } from './delivery.js';
import type {
  FrameEncoder,
  GroupStateNews,
  SequencedEncoder,
} from './ports/frame-encoder.interface.js';

/** News of the states of a group, encoded once for each protocol of its watchers. */
export class GroupStateMessage implements Deliverable {
  /** A newer one with the same topic says all that an older one did. */
  readonly topic: string;
  readonly expiresAt = 0;
  readonly #frames = new Map<FrameEncoder, Buffer>();

  constructor(private readonly news: GroupStateNews) {
    const { kind, group, items } = news;
    // Connection ids contain no slash; a snapshot has a topic of its own.
    this.topic = `${kind === 'update' ? (items[0]?.connectionId ?? '') : ''}/${group}`;
  }

  topicBy(): string {
    return this.topic;
  }

  isFor(encoder: FrameEncoder): boolean {
    return encoder.groupState !== undefined;
  }

  frame(encoder: FrameEncoder): Buffer {
    let frame = this.#frames.get(encoder);
    if (frame === undefined) {
      frame = this.#encode(encoder);
      this.#frames.set(encoder, frame);
    }
    return frame;
  }

  sequencedFrame(encoder: SequencedEncoder, sequenceId: number): Buffer {
    return this.#encode(encoder, sequenceId);
  }

  #encode(encoder: FrameEncoder, sequenceId?: number): Buffer {
    const frame = encoder.groupState?.(this.news, sequenceId);
    if (frame === undefined) throw new Error('The protocol does not know group states.');
    return frame;
  }
}
