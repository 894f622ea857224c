import type { Backplane, BackplaneNode } from '../backplane/backplane.interface.js';
import type { Answer, Command, Request } from '../backplane/backplane.message.js';
import { EVERY_NODE } from '../backplane/backplane.subjects.js';
import { systemClock, type Clock } from './clock.js';
import { handleCommand, handleRequest } from './command.handler.js';
import { FlushScheduler } from './flush.scheduler.js';
import { Hub } from './hub.js';
import { DEFAULT_LIMITS, type EngineLimits } from './limits.js';
import { LocalHub } from './local-hub.js';
import type { Diagnostics } from './ports/diagnostics.interface.js';
import type { EventSink } from './ports/event-sink.interface.js';
import { RequestProcessor, type UnacknowledgedFailure } from './request.processor.js';
import { TimingWheel } from './timing.wheel.js';

export interface EngineOptions {
  readonly backplane: Backplane;
  readonly events: EventSink;
  readonly diagnostics: Diagnostics;
  readonly limits?: Partial<EngineLimits>;
  readonly clock?: Clock;
  readonly unacknowledgedFailure?: UnacknowledgedFailure;
}

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
  readonly #scheduler = new FlushScheduler();
  // A hub is here while it has a connection or remembers something: names cost nothing.
  readonly #hubs = new Map<string, ServedHub>();
  #running = false;

  constructor(private readonly options: EngineOptions) {
    this.clock = options.clock ?? systemClock;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  async start(): Promise<void> {
    await this.options.backplane.start(this);
    await this.options.backplane.subscribe(EVERY_NODE);
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
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

  #create(name: string): ServedHub {
    const { backplane, events, diagnostics, unacknowledgedFailure = 'ignore' } = this.options;
    const local = new LocalHub(name, {
      backplane,
      events,
      limits: this.limits,
      outbox: {
        scheduler: this.#scheduler,
        clock: this.clock,
        maxMessages: this.limits.outboundQueueMessages,
        maxBytes: this.limits.outboundQueueBytes,
      },
      onEmpty: (hub) => {
        if (this.#hubs.get(hub.name)?.local === hub) this.#hubs.delete(hub.name);
      },
    });
    const processor = new RequestProcessor({
      local,
      hub: this.hub(name),
      events,
      clock: this.clock,
      diagnostics,
      unacknowledgedFailure,
    });
    return { local, processor };
  }
}
