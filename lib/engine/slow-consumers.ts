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

/** A message that waits for clients that do not read. */
export interface WaitingMessage {
  readonly frame: Buffer;
  /** Milliseconds since the epoch; `Infinity` = never. */
  readonly expiresAt: number;
  /** A newer one with the same topic takes its place. */
  readonly topic: string | undefined;
}

/** The slow clients of one hub: how they are treated, and what it has cost. */
export class HubSlowConsumers {
  #last: WaitingMessage | undefined;

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

  /** All who wait for a message hold the same: what it is about is found out once. */
  waiting(frame: Buffer, expiresAt: number, message: Deliverable | undefined): WaitingMessage {
    if (this.#last?.frame === frame) return this.#last;
    const { policy } = this;
    const topic = policy.kind === 'conflate' ? message?.topicBy?.(policy.key) : undefined;
    this.#last = { frame, expiresAt: expiresAt === 0 ? Infinity : expiresAt, topic };
    return this.#last;
  }
}

type Counts = { -readonly [What in keyof SlowConsumerCounts]: SlowConsumerCounts[What] };

const none = (): Counts => ({ closedConnections: 0, droppedMessages: 0, conflatedMessages: 0 });

/** The slow clients of all hubs of a node. Counts outlive a hub that is empty for a while. */
export class SlowConsumers {
  /** Of hubs that have had a slow client: a name alone costs nothing. */
  readonly #counts = new Map<string, Counts>();

  hub(name: string, policy: SlowConsumerPolicy): HubSlowConsumers {
    return new HubSlowConsumers(policy, (what) => {
      let counts = this.#counts.get(name);
      if (counts === undefined) this.#counts.set(name, (counts = none()));
      counts[what] += 1;
    });
  }

  of(hub: string): SlowConsumerCounts {
    return { ...(this.#counts.get(hub) ?? none()) };
  }
}
