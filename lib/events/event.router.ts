import type { Clock } from '../engine/clock.js';
import type { Diagnostics } from '../engine/ports/diagnostics.interface.js';
import type {
  ConnectAccepted,
  ConnectEvent,
  ConnectRefused,
  DisconnectedEvent,
  EventConnection,
  EventSink,
  GroupEvent,
  LifecycleEvent,
  UserEvent,
  UserEventOutcome,
} from '../engine/ports/event-sink.interface.js';
import { callHandler, EventTimeoutError } from './event.call.js';
import type { EventHandler, EventKey, EventNotification } from './event-handler.interface.js';
import type { EventRoutes } from './event-routes.js';
import { notificationEnvelope, userEventEnvelope } from './listeners/event-envelopes.js';
import type { EventEnvelope } from './listeners/event-listener.interface.js';
import type { ListenerRoute } from './listeners/listener.route.js';
import { PendingWork } from './pending.work.js';

export interface EventRouterParts {
  readonly routes: EventRoutes;
  readonly diagnostics: Diagnostics;
  readonly clock: Clock;
  /** How long an event may take, retries included. */
  readonly timeoutMs: number;
}

/** Notifications and copies at work; beyond, they are dropped with a word in the log. */
const MAX_PENDING = 10_000;
/** How long they may go on when the application closes (events.md 10.1, 16.28). */
const DRAIN_MS = 10_000;

const ANSWERED: UserEventOutcome = { handled: true, replies: [] };

/** Brings each event to its listeners and to the one handler it belongs to. */
export class EventRouter implements EventSink {
  readonly #pending = new PendingWork(MAX_PENDING);
  #dropped = 0;

  constructor(private readonly parts: EventRouterParts) {}

  connect(
    event: ConnectEvent,
    signal: AbortSignal,
  ): Promise<ConnectAccepted | ConnectRefused> | undefined {
    const key: EventKey = { kind: 'system', name: 'connect' };
    const handler = this.parts.routes.handlerOf(event.connection.hub, key);
    return handler && this.#askToConnect(handler, event, signal);
  }

  connected(event: LifecycleEvent): void {
    this.#notify({ kind: 'system', name: 'connected' }, { name: 'connected', event });
  }

  disconnected(event: DisconnectedEvent): void {
    this.#notify({ kind: 'system', name: 'disconnected' }, { name: 'disconnected', event });
  }

  observesGroup(hub: string, group: string): boolean {
    const { routes } = this.parts;
    return (
      routes.handlerOf(hub, { kind: 'group', name: 'joined', group }) !== undefined ||
      routes.handlerOf(hub, { kind: 'group', name: 'left', group }) !== undefined
    );
  }

  groupJoined(event: GroupEvent): void {
    this.#notify({ kind: 'group', name: 'joined', group: event.group }, { name: 'joined', event });
  }

  groupLeft(event: GroupEvent): void {
    this.#notify({ kind: 'group', name: 'left', group: event.group }, { name: 'left', event });
  }

  userEvent(event: UserEvent, signal: AbortSignal): Promise<UserEventOutcome> | undefined {
    const { hub } = event.connection;
    const key: EventKey = { kind: 'user', name: event.event };
    const raisedAt = new Date(this.parts.clock());
    // Before the handler, so that a copy carries the state from before its answer.
    const listeners = event.invocation ? [] : this.parts.routes.listenersOf(hub, key);
    if (listeners.length > 0) {
      this.#copy(listeners, userEventEnvelope(event, this.parts.routes.nameOf(hub), raisedAt));
    }
    const handler = this.parts.routes.handlerOf(hub, key);
    if (handler !== undefined) return this.#ask(handler, event, raisedAt, signal);
    return listeners.length > 0 ? Promise.resolve(ANSWERED) : undefined;
  }

  /** Lets what is under way come to an end. */
  settle(): Promise<void> {
    return this.#pending.settle(DRAIN_MS);
  }

  async #askToConnect(
    handler: EventHandler,
    event: ConnectEvent,
    signal: AbortSignal,
  ): Promise<ConnectAccepted | ConnectRefused> {
    const raisedAt = new Date(this.parts.clock());
    try {
      const answer = await this.#call((call) => handler.connect(event, call), [signal], raisedAt);
      if (!answer.accepted) {
        const { hub, connectionId } = event.connection;
        const { status, detail = '' } = answer;
        this.parts.diagnostics.debug(
          `hub ${hub}: connect of connection ${connectionId} was refused with ${status} by ${handler.name}: ${detail}`,
        );
      }
      return answer;
    } catch (error) {
      if (!signal.aborted) this.#report(handler, 'connect', event.connection, error);
      return { accepted: false, status: 500 };
    }
  }

  async #ask(
    handler: EventHandler,
    event: UserEvent,
    raisedAt: Date,
    signal: AbortSignal,
  ): Promise<UserEventOutcome> {
    try {
      return await this.#call((call) => handler.userEvent(event, call), [signal], raisedAt);
    } catch (error) {
      // A client that has left gets no answer, and its absence is no fault of the handler.
      if (!signal.aborted) this.#report(handler, event.event, event.connection, error);
      const isLate = error instanceof EventTimeoutError;
      return { handled: false, status: isLate ? 504 : 500, ...(isLate && { failure: 'Timeout' }) };
    }
  }

  #notify(key: EventKey, notification: EventNotification): void {
    const { routes, clock } = this.parts;
    const { connection } = notification.event;
    const raisedAt = new Date(clock());
    const listeners = routes.listenersOf(connection.hub, key);
    if (listeners.length > 0) {
      const hub = routes.nameOf(connection.hub);
      this.#copy(listeners, notificationEnvelope(notification, hub, raisedAt));
    }
    const handler = routes.handlerOf(connection.hub, key);
    if (handler === undefined) return;
    this.#start(async () => {
      try {
        await this.#call(
          (call) => handler.notify(notification, call),
          [this.#pending.signal],
          raisedAt,
        );
      } catch (error) {
        this.#report(handler, notification.name, connection, error);
      }
    });
  }

  #copy(listeners: readonly ListenerRoute[], envelope: EventEnvelope): void {
    for (const { listener } of listeners) {
      this.#start(async () => {
        try {
          const deliver = async (): Promise<unknown> => await listener.deliver(envelope);
          await this.#call(deliver, [this.#pending.signal], new Date(this.parts.clock()));
        } catch (error) {
          this.parts.diagnostics.error(
            `a listener did not take event ${envelope.messageId}`,
            error,
          );
        }
      });
    }
  }

  #call<T>(
    work: Parameters<typeof callHandler<T>>[0],
    signals: readonly AbortSignal[],
    raisedAt: Date,
  ): Promise<T> {
    return callHandler(work, { raisedAt, timeoutMs: this.parts.timeoutMs, signals });
  }

  #start(work: () => Promise<void>): void {
    if (this.#pending.isFull) {
      this.#dropped += 1;
      return;
    }
    // One line for all of them, not one for each.
    if (this.#dropped > 0) {
      this.parts.diagnostics.error(
        `${this.#dropped} notifications and copies were dropped: ${MAX_PENDING} were at work already`,
      );
      this.#dropped = 0;
    }
    this.#pending.add(work());
  }

  #report(handler: EventHandler, event: string, connection: EventConnection, error: unknown): void {
    const { hub, connectionId } = connection;
    this.parts.diagnostics.error(
      `hub ${hub}: event ${event} of connection ${connectionId} failed in ${handler.name}`,
      error,
    );
  }
}
