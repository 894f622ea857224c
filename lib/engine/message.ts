import type {
  BackplaneMessage,
  MqttAttributes,
  StreamInfo,
} from '../backplane/backplane.message.js';
import type { Deliverable } from './delivery.js';
import type { Payload } from './payload.js';
import type {
  FrameEncoder,
  SequencedCache,
  SequencedEncoder,
} from './ports/frame-encoder.interface.js';

/** Message metadata: keys keep the spelling and the order they came in. Never empty. */
export type Metadata = ReadonlyMap<string, string>;

/** Who a recipient is told the message comes from (client-protocols.md 5.4). */
export type MessageOrigin =
  | { readonly from: 'server' }
  | {
      readonly from: 'group';
      readonly group: string;
      /** `null` for an anonymous sender and for REST. */
      readonly fromUserId: string | null;
    };

export interface MessageInit {
  readonly origin: MessageOrigin;
  readonly payload: Payload;
  readonly metadata?: Metadata;
  /** Milliseconds since the epoch after which a waiting copy is dropped; 0 = never. */
  readonly expiresAt?: number;
  /** Present when the sender speaks MQTT. */
  readonly mqtt?: MqttAttributes;
  /** Present when it is a part of a stream. */
  readonly stream?: StreamInfo;
}

/**
 * An immutable message. Its frame is made on first use by each protocol and then shared by every
 * recipient: the cost of fan-out must not contain an encoding.
 */
export class Message implements BackplaneMessage, Deliverable {
  readonly origin: MessageOrigin;
  readonly payload: Payload;
  readonly metadata: Metadata | undefined;
  readonly expiresAt: number;
  readonly mqtt: MqttAttributes | undefined;
  readonly stream: StreamInfo | undefined;
  // Two short arrays beat a Map: a message rarely meets more than two protocols.
  readonly #encoders: FrameEncoder[] = [];
  readonly #frames: Buffer[] = [];
  #sequenced: SequencedFrames[] | undefined;
  #topic: { readonly name: string | undefined } | undefined;

  constructor(init: MessageInit) {
    this.origin = init.origin;
    this.payload = init.payload;
    this.metadata = init.metadata;
    this.expiresAt = init.expiresAt ?? 0;
    this.mqtt = init.mqtt;
    this.stream = init.stream;
  }

  /** The message that came over the backplane: the very object in memory, a copy from another node. */
  static from(message: BackplaneMessage): Message {
    return message instanceof Message ? message : new Message(message);
  }

  /** The end of a stream is nothing to protocols that have no streams: they get the payloads only. */
  isFor(encoder: FrameEncoder): boolean {
    return this.stream?.endOfStream !== true || encoder.streamClosed !== undefined;
  }

  /** Messages of different groups are never news of the same; parts of a stream are no news at all. */
  topicBy(key: string): string | undefined {
    if (this.metadata === undefined || this.stream !== undefined) return undefined;
    // Asked for each client that waits, and always with the key of the hub.
    this.#topic ??= this.#findTopic(this.metadata, key);
    return this.#topic.name;
  }

  #findTopic(metadata: Metadata, key: string): { name: string | undefined } {
    const group = this.origin.from === 'group' ? this.origin.group : null;
    for (const [name, value] of metadata) {
      if (name.toLowerCase() === key) return { name: JSON.stringify([group, value]) };
    }
    return { name: undefined };
  }

  /** The complete WebSocket frame of this message in the protocol of `encoder`. */
  frame(encoder: FrameEncoder): Buffer {
    const index = this.#encoders.indexOf(encoder);
    if (index !== -1) return this.#frames[index] as Buffer;
    const frame = encoder.message(this);
    this.#encoders.push(encoder);
    this.#frames.push(frame);
    return frame;
  }

  /**
   * The same with a number. Members that have received the same messages count alike, so the last
   * numbered frame is kept: they share its bytes.
   */
  sequencedFrame(encoder: SequencedEncoder, sequenceId: number): Buffer {
    const frames = this.#sequencedBy(encoder);
    if (frames.lastId === sequenceId && frames.lastFrame !== undefined) return frames.lastFrame;
    frames.lastId = sequenceId;
    frames.lastFrame = encoder.sequencedMessage(this, sequenceId, frames.cache);
    return frames.lastFrame;
  }

  #sequencedBy(encoder: SequencedEncoder): SequencedFrames {
    this.#sequenced ??= [];
    for (const known of this.#sequenced) if (known.encoder === encoder) return known;
    const made = { encoder, cache: {}, lastId: 0, lastFrame: undefined };
    this.#sequenced.push(made);
    return made;
  }
}

/** What a message keeps for one numbering protocol. */
interface SequencedFrames {
  readonly encoder: SequencedEncoder;
  readonly cache: SequencedCache;
  lastId: number;
  lastFrame: Buffer | undefined;
}
