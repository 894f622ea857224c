import type { Backlog, BacklogOwner, Loss } from './backlog.js';
import { Batch } from './batch.js';
import { ConflatingBacklog } from './conflating.backlog.js';
import type { Deliverable } from './delivery.js';
import { DroppingBacklog } from './dropping.backlog.js';

/** What becomes of a plain client that does not read (client-protocols.md 14, U8). */
export type SlowConsumerPolicy =
  | { readonly kind: 'close' }
  | { readonly kind: 'drop-oldest' }
  /** @param key name of the metadata, in lower case */
  | { readonly kind: 'conflate'; readonly key: string };

/**
 * What clients that do not read have cost, in one hub of this process since it started.
 *
 * @example
 * ```ts
 * const { droppedMessages }: SlowConsumerCounts = await chat.getSlowConsumerCounts();
 * ```
 */
export interface SlowConsumerCounts {
  /** Connections closed with 1008 because too much was waiting for them. */
  readonly closedConnections: number;
  /** Messages that one client was not sent because too many were waiting for it. */
  readonly droppedMessages: number;
  /** Messages that one client was not sent because a newer one took their place. */
  readonly conflatedMessages: number;
}

/** Messages that came together, and those of them that no newer one replaces. */
interface Conflated {
  readonly batch: Batch;
  readonly newest: Batch;
}

/** The slow clients of one hub: how they are treated, and what it has cost. */
export class HubSlowConsumers {
  #last: Conflated | undefined;

  constructor(
    readonly policy: SlowConsumerPolicy,
    private readonly counter: (what: keyof SlowConsumerCounts, times: number) => void,
  ) {}

  count(what: keyof SlowConsumerCounts, times = 1): void {
    this.counter(what, times);
  }

  /** Whether clients lose messages rather than their connection. */
  get loseMessages(): boolean {
    return this.policy.kind !== 'close';
  }

  /** For a client that does not read; `undefined` when it is rather to be closed. */
  openBacklog(client: Omit<BacklogOwner, 'lost'>): Backlog | undefined {
    const owner = { ...client, lost: (loss: Loss, count?: number) => this.count(loss, count) };
    switch (this.policy.kind) {
      case 'close':
        return undefined;
      case 'drop-oldest':
        return new DroppingBacklog(owner);
      case 'conflate':
        return new ConflatingBacklog(owner, (message) => this.#topicOf(message));
    }
  }

  /**
   * What is left of messages that come together for a client that waits anyway. It is found out once
   * for all who wait: what the same batch outdates costs nothing for each of them.
   */
  conflate(batch: Batch): Batch {
    const { messages } = batch;
    if (this.policy.kind !== 'conflate' || messages.length < 2) return batch;
    if (this.#last?.batch !== batch) {
      this.#last = { batch, newest: new Batch(this.#newestOf(messages)) };
    }
    const { newest } = this.#last;
    this.count('conflatedMessages', messages.length - newest.messages.length);
    return newest;
  }

  #newestOf(messages: readonly Deliverable[]): readonly Deliverable[] {
    const newest = new Map(messages.map((message) => [this.#topicOf(message), message]));
    return messages.filter((message) => {
      const topic = this.#topicOf(message);
      return topic === undefined || newest.get(topic) === message;
    });
  }

  /** What a message is news of, where only the newest is wanted. */
  #topicOf(message: Deliverable): string | undefined {
    return this.policy.kind === 'conflate' ? message.topicBy(this.policy.key) : undefined;
  }
}

type Counts = { -readonly [What in keyof SlowConsumerCounts]: SlowConsumerCounts[What] };

const none = (): Counts => ({ closedConnections: 0, droppedMessages: 0, conflatedMessages: 0 });

/** The slow clients of all hubs of a node. Counts outlive a hub that is empty for a while. */
export class SlowConsumers {
  /** Of hubs that have had a slow client: a name alone costs nothing. */
  readonly #counts = new Map<string, Counts>();

  hub(name: string, policy: SlowConsumerPolicy): HubSlowConsumers {
    let counts = this.#counts.get(name);
    return new HubSlowConsumers(policy, (what, times) => {
      if (counts === undefined) this.#counts.set(name, (counts = none()));
      counts[what] += times;
    });
  }

  of(hub: string): SlowConsumerCounts {
    return { ...(this.#counts.get(hub) ?? none()) };
  }
}
