import type { Clock } from '../../engine/clock.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type {
  EventReply,
  UserEvent,
  UserEventOutcome,
} from '../../engine/ports/event-sink.interface.js';
import { callHandler } from '../../events/event.call.js';
import type {
  EventCall,
  EventHandler,
  EventNotification,
} from '../../events/event-handler.interface.js';
import { connectAnswer } from './connect.answers.js';
import { plainRefusal, type EventAnswer } from './event-answer.js';
import { keyOf, type EventHead } from './event-head.js';
import { ReplyRelay } from './reply.relay.js';
import type { ReceivedConnect } from './system-event.reader.js';
import { failedAnswer, handledAnswer } from './user-event.answers.js';

export interface EventDispatcherParts {
  sendToConnection(hub: string, connectionId: string, reply: EventReply): Promise<void>;
  readonly diagnostics: Diagnostics;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Where an event goes, and what ends it early. */
export interface Dispatch {
  readonly head: EventHead;
  readonly handler: EventHandler;
  readonly signals: readonly AbortSignal[];
}

const NO_HANDLER = { handled: false, status: 404, detail: 'no handler' } as const;

/** Calls the handlers of events that came by HTTP. */
export class EventDispatcher {
  constructor(private readonly parts: EventDispatcherParts) {}

  /** Never rejects: a fault of the handler is a 500. */
  async connect(dispatch: Dispatch, { event, mqttVersion }: ReceivedConnect): Promise<EventAnswer> {
    const { head, handler } = dispatch;
    if (!handler.handles(keyOf(head.kind))) return { status: 204 };
    return await this.#guard(dispatch, async () =>
      connectAnswer(
        await this.#call(dispatch, (call) => handler.connect(event, call)),
        mqttVersion,
      ),
    );
  }

  /** Never rejects: a fault of the handler is a 500. */
  async userEvent(dispatch: Dispatch, event: UserEvent): Promise<EventAnswer> {
    const { head, handler } = dispatch;
    const isMqtt = event.mqtt !== undefined;
    if (!handler.handles(keyOf(head.kind))) return failedAnswer(NO_HANDLER, isMqtt);
    return await this.#guard(dispatch, async () => {
      const relay = new ReplyRelay((reply) =>
        this.parts.sendToConnection(head.hub, event.connection.connectionId, reply),
      );
      // An MQTT client gets one answer to each event, whose topic says how it ended.
      const raised = isMqtt ? event : { ...event, reply: relay.add };
      const ask = (call: EventCall): Promise<EventAnswer> => answerOf(handler, raised, relay, call);
      try {
        return await this.#call(dispatch, ask, relay.signal);
      } catch (error) {
        // Whatever else went wrong then follows from it.
        throw relay.failure ?? error;
      } finally {
        relay.close();
      }
    });
  }

  /** Never rejects: nobody waits for it. */
  async notify(dispatch: Dispatch, notification: EventNotification): Promise<void> {
    const { head, handler } = dispatch;
    const group = 'group' in notification.event ? notification.event.group : undefined;
    if (!handler.handles(keyOf(head.kind, group))) return;
    try {
      await this.#call(dispatch, (call) => handler.notify(notification, call));
    } catch (error) {
      this.#report(dispatch, error);
    }
  }

  async #guard(dispatch: Dispatch, work: () => Promise<EventAnswer>): Promise<EventAnswer> {
    try {
      return await work();
    } catch (error) {
      // A client that has left gets no answer, and its absence is no fault of the handler.
      if (!dispatch.signals.some(({ aborted }) => aborted)) this.#report(dispatch, error);
      return plainRefusal(500);
    }
  }

  #call<T>(
    { head, signals }: Dispatch,
    work: (call: EventCall) => Promise<T>,
    ...more: AbortSignal[]
  ): Promise<T> {
    const { clock, timeoutMs } = this.parts;
    const raisedAt = head.raisedAt ?? new Date(clock());
    return callHandler(work, { raisedAt, timeoutMs, signals: [...signals, ...more] });
  }

  #report({ head, handler }: Dispatch, error: unknown): void {
    const { hub, kind, connectionIdBytes } = head;
    this.parts.diagnostics.error(
      `hub ${hub}: event ${kind.name} of connection ${connectionIdBytes.toString('utf8')} ` +
        `failed in ${handler.name}`,
      error,
    );
  }
}

async function answerOf(
  handler: EventHandler,
  event: UserEvent,
  relay: ReplyRelay,
  call: EventCall,
): Promise<EventAnswer> {
  let outcome: UserEventOutcome;
  try {
    outcome = await handler.userEvent(event, call);
  } catch (error) {
    await relay.flush();
    throw error;
  }
  if (!outcome.handled) {
    // In-process they would have been sent by now.
    await relay.flush();
    return failedAnswer(outcome, event.mqtt !== undefined);
  }
  if (event.mqtt !== undefined) return handledAnswer(outcome, outcome.replies.at(-1));
  for (const reply of outcome.replies) relay.add(reply);
  return handledAnswer(outcome, await relay.last());
}
