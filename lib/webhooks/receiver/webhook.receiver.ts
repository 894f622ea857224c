import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EventHandler } from '../../events/event-handler.interface.js';
import { PendingWork } from '../../events/pending.work.js';
import { verifySignature } from '../signature.js';
import { AllowedOrigins } from './allowed-origins.js';
import { plainRefusal, writeAnswer, type EventAnswer } from './event-answer.js';
import { readHead, type EventHead } from './event-head.js';
import { EventReception, type Exchange } from './event.reception.js';
import { ReceiverPath } from './receiver-path.js';
import type { ReceiverParts, ReceiverSettings } from './receiver.settings.js';

/** Events at work; beyond, senders are asked to try again. */
const MAX_AT_WORK = 1000;
/** How long events may go on when the application closes. */
const DRAIN_MS = 10_000;

/** An event that is for us, or why it is none. */
type Admission =
  { readonly head: EventHead; readonly handler: EventHandler } | EventAnswer | 'passed';

/**
 * Receives events by HTTP, from the cloud service or from a server like this one, and brings them to the
 * handlers of this application (events.md 12).
 */
export class WebhookReceiver {
  readonly #path: ReceiverPath;
  readonly #origins: AllowedOrigins;
  readonly #reception: EventReception;
  readonly #pending = new PendingWork(MAX_AT_WORK);

  constructor(
    private readonly settings: ReceiverSettings,
    private readonly parts: ReceiverParts,
  ) {
    this.#path = new ReceiverPath(settings.path);
    this.#origins = new AllowedOrigins(settings.allowedEndpoints);
    this.#reception = new EventReception(settings, parts);
  }

  /**
   * Answers a request that is a webhook for this application.
   *
   * @returns `false` when it is none; then it was not touched
   */
  handle(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse): boolean {
    if (request.headers['ce-awpsversion'] === undefined) return false;
    // What the sender wrote, where frameworks keep it when they change the other.
    const match = this.#path.match(request.originalUrl ?? request.url ?? '');
    if (match === undefined) return false;
    const admission = this.#admit(request, match.hub);
    if (admission === 'passed') return false;
    if ('status' in admission) {
      writeAnswer(request, response, admission);
    } else {
      this.#receive({ request, response, ...admission });
    }
    return true;
  }

  /** Lets what is under way come to an end. */
  close(): Promise<void> {
    return this.#pending.settle(DRAIN_MS);
  }

  /** @param hub what the path says; `undefined` when it says nothing */
  #admit(request: IncomingMessage, hub: string | undefined): Admission {
    const { method, headers } = request;
    const origin = headers['webhook-request-origin']?.toString();
    if (method === 'OPTIONS' || (method === 'GET' && origin !== undefined)) {
      const isOurs = hub === undefined || this.parts.handlerOf(hub) !== undefined;
      return isOurs ? this.#origins.consent(origin) : 'passed';
    }
    if (method !== 'POST') return 'passed';
    if (!origin) return plainRefusal(400);
    if (!this.#origins.allows(origin)) return plainRefusal(403);
    const head = readHead(request);
    if (head === 'unknown') return 'passed';
    if (head === 'invalid') return plainRefusal(400);
    const handler = this.parts.handlerOf(head.hub);
    if (handler === undefined || (hub !== undefined && hub !== head.hub)) return 'passed';
    if (!this.#isSigned(head)) return plainRefusal(401);
    return this.#pending.isFull ? plainRefusal(503) : { head, handler };
  }

  #isSigned({ headers, connectionIdBytes }: EventHead): boolean {
    const { verifySignature: isNeeded, keys } = this.settings;
    return !isNeeded || verifySignature(headers.all('ce-signature'), connectionIdBytes, keys());
  }

  #receive(exchange: Exchange): void {
    this.#pending.add(this.#reception.receive(exchange, this.#pending.signal));
  }
}
