import type { Message } from '../../engine/message.js';
import type { QoS } from './packets.js';
import { SERVER_MESSAGES } from './topics.js';

/** How a client wants the messages of one topic. */
export interface Subscription {
  readonly qos: QoS;
  /** The connection whose own messages it does not want, with No Local. */
  readonly owner: string;
  readonly noLocal: boolean;
  /** Its Subscription Identifier, if it has one. */
  readonly ids: readonly number[] | undefined;
}

/** What token, handler and REST subscribe a client to: the all-zero options of the standard. */
const DEFAULT: Subscription = { qos: 0, owner: '', noLocal: false, ids: undefined };

/**
 * The options a client has subscribed with, by topic. Membership itself is in the hub; here is what a
 * group does not know.
 */
export class SubscriptionTable {
  readonly #byTopic = new Map<string, Subscription>();

  get size(): number {
    return this.#byTopic.size;
  }

  has(topic: string): boolean {
    return this.#byTopic.has(topic);
  }

  set(topic: string, subscription: Subscription): void {
    this.#byTopic.set(topic, subscription);
  }

  delete(topic: string): boolean {
    return this.#byTopic.delete(topic);
  }

  /** `undefined` for what arrives without being subscribed to. */
  of({ mqtt, origin }: Message): Subscription | undefined {
    if (mqtt?.topic !== undefined) return undefined;
    if (origin.from === 'server') return this.#byTopic.get(SERVER_MESSAGES);
    return this.#byTopic.get(origin.group) ?? DEFAULT;
  }
}
