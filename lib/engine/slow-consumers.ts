import type { Deliverable } from './delivery.js';

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

/** The slow clients of one hub: how they are treated, and what it has cost. */
export class HubSlowConsumers {
  constructor(
    readonly policy: SlowConsumerPolicy,
    private readonly counter: (what: keyof SlowConsumerCounts) => void,
  ) {}

  /** Whether clients lose messages rather than their connection. */
  get loseMessages(): boolean {
    return this.policy.kind !== 'close';
  }

  count(what: keyof SlowConsumerCounts): void {
    this.counter(what);
  }

  /** What a message is news of, where only the newest is wanted. */
  topicOf(message: Deliverable): string | undefined {
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
    return new HubSlowConsumers(policy, (what) => {
      if (counts === undefined) this.#counts.set(name, (counts = none()));
      counts[what] += 1;
    });
  }

  of(hub: string): SlowConsumerCounts {
    return { ...(this.#counts.get(hub) ?? none()) };
  }
}
