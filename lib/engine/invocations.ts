import type { Connection } from './connection.js';
import { binaryPayload } from './payload.js';
import type { Diagnostics } from './ports/diagnostics.interface.js';
import type {
  EventSink,
  UserEventFailure,
  UserEventOutcome,
} from './ports/event-sink.interface.js';
import type { InvocationError } from './ports/frame-encoder.interface.js';
import type { InvokeRequest } from './upstream-message.js';

export interface InvocationsParts {
  readonly events: EventSink;
  readonly diagnostics: Diagnostics;
  /** Most handlers that work for one connection at a time. */
  readonly limit: number;
}

const FAILURE_TEXTS: Readonly<Record<UserEventFailure | 'InternalServerError', string>> = {
  NotFound: 'No handler is interested in the event.',
  BadRequest: 'The handler refused the event.',
  Forbidden: 'The handler does not allow the event.',
  Timeout: 'The handler took too long.',
  InternalServerError: 'Internal server error',
};

/**
 * The calls of one client to event handlers (client-protocols.md 9.3). They run side by side, and
 * are answered in the order in which the handlers finish.
 */
export class Invocations {
  readonly #pending = new Map<string, AbortController>();
  // With those that were cancelled and still run: cancelling must not make room for more.
  #running = 0;

  constructor(
    private readonly connection: Connection,
    private readonly parts: InvocationsParts,
  ) {}

  start(request: InvokeRequest): void {
    const { invocationId, event } = request;
    const problem = this.#problem(request);
    if (event === undefined || problem !== undefined) {
      this.#fail(invocationId, problem ?? badRequest('The target is unknown.'));
      return;
    }
    const aborter = new AbortController();
    const outcome = this.#call(request, event, aborter.signal);
    if (outcome === undefined) {
      this.#fail(invocationId, failure('NotFound'));
      return;
    }
    this.#pending.set(invocationId, aborter);
    this.#running += 1;
    void this.#finish(invocationId, aborter, outcome);
  }

  /** Unknown ids are ignored: the answer may be on its way. */
  cancel(invocationId: string): void {
    const aborter = this.#pending.get(invocationId);
    this.#pending.delete(invocationId);
    aborter?.abort();
  }

  /** The socket is gone, and with it everybody who waits for an answer. */
  abort(): void {
    const aborters = [...this.#pending.values()];
    this.#pending.clear();
    for (const aborter of aborters) aborter.abort();
  }

  #problem({ invocationId }: InvokeRequest): InvocationError | undefined {
    if (this.#pending.has(invocationId)) return badRequest('The invocation id is in use.');
    if (this.#running >= this.parts.limit) return badRequest('Too many invocations are pending.');
    return undefined;
  }

  #call(
    { payload, metadata }: InvokeRequest,
    event: string,
    signal: AbortSignal,
  ): Promise<UserEventOutcome> | undefined {
    const { connection } = this;
    return this.parts.events.userEvent(
      {
        connection: connection.info,
        id: connection.nextEventId(),
        event,
        payload: payload ?? binaryPayload(Buffer.alloc(0)),
        metadata,
        invocation: true,
      },
      signal,
    );
  }

  async #finish(
    invocationId: string,
    aborter: AbortController,
    pending: Promise<UserEventOutcome>,
  ): Promise<void> {
    const outcome = await pending.catch((error: unknown): UserEventOutcome => {
      if (!aborter.signal.aborted) {
        const text = `invocation of connection ${this.connection.id} failed`;
        this.parts.diagnostics.error(text, error);
      }
      return { handled: false };
    });
    this.#running -= 1;
    // Cancelled, perhaps with its id in use again.
    if (this.#pending.get(invocationId) !== aborter) return;
    this.#pending.delete(invocationId);
    if (outcome.handled) this.#succeed(invocationId, outcome);
    else this.#fail(invocationId, failure(outcome.failure ?? 'InternalServerError'));
  }

  #succeed(invocationId: string, outcome: UserEventOutcome & { handled: true }): void {
    const { connection } = this;
    if (outcome.state !== undefined) connection.state = outcome.state;
    // One answer to one question: of several, as Nest does with an Observable, the last.
    const reply = outcome.replies.at(-1);
    const { encoder } = connection.protocol;
    connection.reply(encoder.invokeResponse?.({ invocationId, success: true, ...reply }));
  }

  #fail(invocationId: string, error: InvocationError): void {
    const { encoder } = this.connection.protocol;
    this.connection.reply(encoder.invokeResponse?.({ invocationId, success: false, error }));
  }
}

function failure(name: keyof typeof FAILURE_TEXTS): InvocationError {
  return { name, message: FAILURE_TEXTS[name] };
}

function badRequest(message: string): InvocationError {
  return { name: 'BadRequest', message };
}
