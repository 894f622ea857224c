import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EventHandler, EventNotification } from '../../events/event-handler.interface.js';
import { AnswerMemory } from './answer.memory.js';
import { plainRefusal, writeAnswer, type EventAnswer } from './event-answer.js';
import { EventBodies, type EventBody } from './event-bodies.js';
import { EventDispatcher, type Dispatch } from './event.dispatcher.js';
import type { EventHead } from './event-head.js';
import type { ReceiverParts, ReceiverSettings } from './receiver.settings.js';
import { readConnect, readNotification } from './system-event.reader.js';
import { dataTypeOf, mediaTypeOf, readUserEvent } from './user-event.reader.js';

/** An event whose origin and signature are good, and the request it is in. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: EventHead;
  readonly handler: EventHandler;
}

const OK: EventAnswer = { status: 200 };

/** Takes events in and answers them (events.md 12.1, steps 10 to 14). */
export class EventReception {
  readonly #bodies: EventBodies;
  readonly #memory: AnswerMemory;
  readonly #dispatcher: EventDispatcher;

  constructor(
    private readonly settings: ReceiverSettings,
    private readonly parts: ReceiverParts,
  ) {
    const { timeoutMs, deduplicationWindowMs: windowMs } = settings;
    this.#bodies = new EventBodies(settings.maxBodyBytes);
    this.#memory = new AnswerMemory({ windowMs, clock: parts.clock });
    this.#dispatcher = new EventDispatcher({ ...parts, timeoutMs });
  }

  /**
   * Never rejects.
   *
   * @param closing aborts when the application closes
   */
  async receive(exchange: Exchange, closing: AbortSignal): Promise<void> {
    const { request, response } = exchange;
    const body = this.#bodies.open();
    try {
      const bytes = await this.#withDeadline(() => this.#bytesOf(exchange, body));
      if (!Buffer.isBuffer(bytes)) writeAnswer(request, response, bytes);
      else await this.#dispatch(exchange, bytes, closing);
    } catch (error) {
      this.parts.diagnostics.error('an event could not be received', error);
      writeAnswer(request, response, plainRefusal(500));
    } finally {
      body.release();
    }
  }

  /** The body of an event that may be looked into, or why not. */
  async #bytesOf({ request, head }: Exchange, body: EventBody): Promise<Buffer | EventAnswer> {
    const { headers, kind } = head;
    if (!(await this.#isAuthentic(headers.get('authorization')))) return plainRefusal(401);
    const isSupported =
      kind.kind === 'user'
        ? dataTypeOf(headers) !== undefined
        : mediaTypeOf(headers) === 'application/json';
    if (!isSupported) return plainRefusal(415);
    const bytes = await body.read(request);
    return Buffer.isBuffer(bytes) ? bytes : plainRefusal(bytes, bytes !== 500);
  }

  async #isAuthentic(authorization: string | undefined): Promise<boolean> {
    const { authenticate } = this.settings;
    if (authenticate === undefined) return true;
    try {
      return await authenticate(authorization);
    } catch (error) {
      // Not its message: what is wrong with a token may quote the token.
      const name = error instanceof Error ? error.name : typeof error;
      this.parts.diagnostics.warn(`the token of an event was refused with a ${name}`);
      return false;
    }
  }

  async #dispatch(exchange: Exchange, bytes: Buffer, closing: AbortSignal): Promise<void> {
    const { head } = exchange;
    if (head.kind.kind === 'user') {
      const event = readUserEvent(head, bytes);
      if (event === undefined) return refuse(exchange);
      return await this.#ask(exchange, closing, (dispatch) =>
        this.#dispatcher.userEvent(dispatch, event),
      );
    }
    if (head.kind.name === 'connect') {
      const connect = readConnect(head, bytes);
      if (connect === undefined) return refuse(exchange);
      return await this.#ask(exchange, closing, (dispatch) =>
        this.#dispatcher.connect(dispatch, connect),
      );
    }
    const notification = readNotification(head, bytes);
    if (notification === undefined) return refuse(exchange);
    await this.#announce(exchange, closing, notification);
  }

  /** A client waits for the answer. */
  async #ask(
    { request, response, head, handler }: Exchange,
    closing: AbortSignal,
    ask: (dispatch: Dispatch) => Promise<EventAnswer>,
  ): Promise<void> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    response.once('close', leave);
    if (response.destroyed) leave();
    try {
      const given = await this.#memory.answer(head.idempotencyKey, async () => {
        if (gone.signal.aborted) return undefined;
        const own = await ask({ head, handler, signals: [gone.signal, closing] });
        // Whoever else waits for this event has not gone.
        return own.status >= 300 && gone.signal.aborted ? undefined : own;
      });
      if (given !== undefined) writeAnswer(request, response, given);
    } finally {
      response.off('close', leave);
    }
  }

  /** Nobody waits for the handler, so the answer comes first. */
  async #announce(
    exchange: Exchange,
    closing: AbortSignal,
    notification: EventNotification,
  ): Promise<void> {
    const { head, handler } = exchange;
    let isNew = false;
    await this.#memory.answer(head.idempotencyKey, async () => {
      isNew = true;
      return OK;
    });
    writeAnswer(exchange.request, exchange.response, OK);
    if (isNew) {
      await this.#dispatcher.notify({ head, handler, signals: [closing] }, notification);
    }
  }

  /** What takes too long is no longer waited for. */
  async #withDeadline(work: () => Promise<Buffer | EventAnswer>): Promise<Buffer | EventAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<EventAnswer>((resolve) => {
      timer = setTimeout(() => resolve(plainRefusal(408, true)), this.settings.timeoutMs);
    });
    try {
      return await Promise.race([work(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The body is not what the headers say. */
function refuse({ request, response }: Exchange): void {
  writeAnswer(request, response, plainRefusal(400));
}
