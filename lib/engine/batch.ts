import type { Deliverable } from './delivery.js';
import type { FrameEncoder, SequencedEncoder } from './ports/frame-encoder.interface.js';

/** What is written of messages, and all that has to be kept of them to write it later. */
export interface Frames {
  /** Those of all messages, in one piece. */
  readonly bytes: Buffer;
  /** Bytes of each. */
  readonly lengths: readonly number[];
  /** Milliseconds since the epoch after which they are not worth sending; 0 = never. */
  readonly expiresAt: number;
}

/** Messages in a row that expire together, and their frames in one protocol. */
export interface FrameRun {
  readonly messages: readonly Deliverable[];
  readonly frames: Frames;
}

/**
 * Messages that an audience is handed together. What they come to in a protocol is made once, so that
 * a member costs as much as for a single message.
 */
export class Batch {
  readonly #parts = new Map<FrameEncoder, readonly (readonly Deliverable[])[]>();
  readonly #runs = new Map<FrameEncoder, readonly FrameRun[]>();
  #sequenced: SequencedRuns | undefined;

  constructor(readonly messages: readonly Deliverable[]) {}

  /** Those that the protocol can say. */
  messagesFor(encoder: FrameEncoder): readonly Deliverable[] {
    return this.messages.filter((message) => message.isFor(encoder));
  }

  /** Most often one. */
  runs(encoder: FrameEncoder): readonly FrameRun[] {
    let runs = this.#runs.get(encoder);
    if (runs === undefined) {
      const join = (messages: readonly Deliverable[]): FrameRun =>
        joinRun(messages, (message) => message.frame(encoder));
      runs = this.#partsFor(encoder).map(join);
      this.#runs.set(encoder, runs);
    }
    return runs;
  }

  /**
   * The same with numbers of a connection. Members that have received the same messages count alike,
   * so the last ones are kept: they share them.
   *
   * @param firstId number of the first message
   */
  sequencedRuns(encoder: SequencedEncoder, firstId: number): readonly FrameRun[] {
    const last = this.#sequenced;
    if (last?.firstId === firstId && last.encoder === encoder) return last.runs;
    let sequenceId = firstId;
    const join = (messages: readonly Deliverable[]): FrameRun =>
      joinRun(messages, (message) => message.sequencedFrame(encoder, sequenceId++));
    const runs = this.#partsFor(encoder).map(join);
    this.#sequenced = { encoder, firstId, runs };
    return runs;
  }

  /** The same arrays for everybody: by them, blocks know what they hold. */
  #partsFor(encoder: FrameEncoder): readonly (readonly Deliverable[])[] {
    let parts = this.#parts.get(encoder);
    if (parts === undefined) {
      parts = splitByExpiry(this.messagesFor(encoder));
      this.#parts.set(encoder, parts);
    }
    return parts;
  }
}

interface SequencedRuns {
  readonly encoder: SequencedEncoder;
  readonly firstId: number;
  readonly runs: readonly FrameRun[];
}

function splitByExpiry(messages: readonly Deliverable[]): Deliverable[][] {
  const parts: Deliverable[][] = [];
  for (const message of messages) {
    const part = parts.at(-1);
    if (part?.[0]?.expiresAt === message.expiresAt) part.push(message);
    else parts.push([message]);
  }
  return parts;
}

function joinRun(
  messages: readonly Deliverable[],
  frameOf: (message: Deliverable) => Buffer,
): FrameRun {
  const all = messages.map(frameOf);
  const [first] = all;
  const bytes = first !== undefined && all.length === 1 ? first : Buffer.concat(all);
  const lengths = all.map(({ length }) => length);
  return { messages, frames: { bytes, lengths, expiresAt: messages[0]?.expiresAt ?? 0 } };
}
