import type { Backplane, BackplaneNode } from '../backplane/backplane.interface.js';
import type { Answer, Command, Request } from '../backplane/backplane.message.js';
import { EVERY_NODE } from '../backplane/backplane.subjects.js';
import { systemClock, type Clock } from './clock.js';
import { handleCommand, handleRequest } from './command.handler.js';
import type { Connection, ConnectionParts } from './connection.js';
import { FlushScheduler } from './flush.scheduler.js';
import { GuardedEventSink } from './guarded.sink.js';
import { Hub } from './hub.js';
import { DEFAULT_LIMITS, type EngineLimits } from './limits.js';
import { LocalHub } from './local-hub.js';
import { MessageBlocks } from './message.blocks.js';
import type { Diagnostics } from './ports/diagnostics.interface.js';
import type { EventSink } from './ports/event-sink.interface.js';
import type { ReconnectionTokens } from './ports/reconnection-tokens.interface.js';
import {
  RequestProcessor,
  type UnacknowledgedFailure,
  type UserEventFailureEffect,
} from './request.processor.js';
import { SlowConsumers, type SlowConsumerPolicy } from './slow-consumers.js';
import { TimingWheel } from './timing.wheel.js';

export interface EngineOptions {
  readonly backplane: Backplane;
  readonly events: EventSink;
  readonly diagnostics: Diagnostics;
  readonly limits?: Partial<EngineLimits>;
  readonly clock?: Clock;
  readonly tokens: ReconnectionTokens;
  readonly unacknowledgedFailure?: UnacknowledgedFailure;
  readonly userEventFailure?: UserEventFailureEffect;
  /** By the name of a hub, in lower case. @defaultValue closes the connection */
  readonly slowConsumerPolicyOf?: (hub: string) => SlowConsumerPolicy;
  /**
   * How long a reliable connection waits for its client to come back.
   *
   * @defaultValue 30000
   */
  readonly recoveryWindowMs?: number;
}

const RECOVERY_WINDOW_MS = 30_000;

/** The part of a hub that serves the clients connected to this process. */
export interface ServedHub {
  readonly local: LocalHub;
  readonly processor: RequestProcessor;
}

/** This node: the hubs it serves, and what arrives for them over the backplane. */
export class Engine implements BackplaneNode {
  readonly clock: Clock;
  readonly limits: Readonly<EngineLimits>;
  readonly timers = new TimingWheel();
  /** The event sink of the application, whose faults harm nobody else. */
  readonly events: EventSink;
  /** What clients that do not read have cost, by hub. */
  readonly slowConsumers = new SlowConsumers();
  readonly #connectionParts: ConnectionParts;
  // A hub is here while it has a connection or remembers something: names cost nothing.
  readonly #hubs = new Map<string, ServedHub>();
  #running = false;

  constructor(private readonly options: EngineOptions) {
    this.clock = options.clock ?? systemClock;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.events = new GuardedEventSink(options.events, options.diagnostics);
    this.#connectionParts = {
      outbox: {
        scheduler: new FlushScheduler(),
        clock: this.clock,
        maxMessages: this.limits.outboundQueueMessages,
        maxBytes: this.limits.outboundQueueBytes,
        hardMaxBytes: 2 * Math.max(this.limits.outboundQueueBytes, this.limits.reliableBufferBytes),
      },
      timers: this.timers,
      tokens: options.tokens,
      reliable: {
        blocks: new MessageBlocks(),
        clock: this.clock,
        maxMessages: this.limits.reliableBufferMessages,
        maxBytes: this.limits.reliableBufferBytes,
        recoveryWindowMs: options.recoveryWindowMs ?? RECOVERY_WINDOW_MS,
      },
    };
  }

  async start(): Promise<void> {
    await this.options.backplane.start(this);
    await this.options.backplane.subscribe(EVERY_NODE);
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const { local } of Array.from(this.#hubs.values())) {
      local.endAll('The service is reloading.');
    }
    this.timers.stop();
    await this.options.backplane.stop();
  }

  get isRunning(): boolean {
    return this.#running;
  }

  /** @param name lower case */
  hub(name: string): Hub {
    return new Hub(name, this.options.backplane);
  }

  /** The hub as it lives here; made when it does not exist yet. @param name lower case */
  serve(name: string): ServedHub {
    let served = this.#hubs.get(name);
    if (served === undefined) {
      served = this.#create(name);
      this.#hubs.set(name, served);
    }
    return served;
  }

  /**
   * The connection that a client wants back: it is here, it is reliable, and the token is its own.
   *
   * @param hub lower case
   */
  recoverable(hub: string, connectionId: string, token: string): Connection | undefined {
    const connection = this.#hubs.get(hub)?.local.connection(connectionId);
    const subprotocol = connection?.protocol.name;
    if (connection?.protocol.reliableEncoder === undefined || subprotocol === undefined) {
      return undefined;
    }
    const subject = { hub, connectionId, subprotocol };
    return this.options.tokens.isValid(token, subject) ? connection : undefined;
  }

  command(hub: string, command: Command): void {
    const served = this.#hubs.get(hub);
    if (served !== undefined) handleCommand(served.local, command);
  }

  async request(hub: string, request: Request): Promise<Answer> {
    const { local } = this.serve(hub);
    const answer = await handleRequest(local, request);
    local.releaseIfEmpty();
    return answer;
  }

  #partsOf(hub: string): ConnectionParts {
    const policy = this.options.slowConsumerPolicyOf?.(hub) ?? { kind: 'close' };
    const slowConsumers = this.slowConsumers.hub(hub, policy);
    const outbox = { ...this.#connectionParts.outbox, slowConsumers };
    return { ...this.#connectionParts, outbox };
  }

  #create(name: string): ServedHub {
    const { backplane, diagnostics } = this.options;
    const { unacknowledgedFailure = 'ignore', userEventFailure = 'ack' } = this.options;
    const hub = this.hub(name);
    const local = new LocalHub(name, {
      backplane,
      events: this.events,
      limits: this.limits,
      connection: this.#partsOf(name),
      onStateCleared: (group, item) => {
        hub.announceState(group, item)?.catch((error: unknown) => {
          diagnostics.error(`hub ${name}: a cleared group state was not announced`, error);
        });
      },
      onEmpty: (empty) => {
        if (this.#hubs.get(name)?.local === empty) this.#hubs.delete(name);
      },
    });
    const processor = new RequestProcessor({
      local,
      hub,
      events: this.events,
      clock: this.clock,
      timers: this.timers,
      diagnostics,
      unacknowledgedFailure,
      userEventFailure,
    });
    return { local, processor };
  }
}
