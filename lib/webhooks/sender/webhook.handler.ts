import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type {
  ConnectAccepted,
  ConnectEvent,
  ConnectRefused,
  EventConnection,
  UserEvent,
  UserEventOutcome,
} from '../../engine/ports/event-sink.interface.js';
import type {
  EventCall,
  EventHandler,
  EventKey,
  EventNotification,
} from '../../events/event-handler.interface.js';
import { acceptanceIn, refusalIn, unreachableRefusal } from './answer.connect.js';
import { outcomeIn } from './answer.user-event.js';
import type { ConnectionCookies } from './cookie-jars.js';
import { Envelopes, type Envelope, type Header } from './envelope.js';
import { OutgoingHttpError, type OutgoingAnswer } from './outgoing-http.js';
import { isSuccess, sendWithRetries } from './retry.js';
import type { ResolveSecret } from './url-template.js';
import type { ValidationCache, ValidationCacheParts } from './validation.cache.js';
import type { ValidationResult } from './validation.js';
import { WebhookAddress } from './webhook.address.js';
import { WebhookError } from './webhook.error.js';
import type { WebhookSettings } from './webhook.settings.js';
import { WebhookSubscription } from './webhook.subscription.js';

export type { ValidationFailure, ValidationResult } from './validation.js';

/** What the webhooks of an application share. */
export interface WebhookParts extends ValidationCacheParts {
  readonly validations: ValidationCache;
  readonly cookies: ConnectionCookies;
  /** Access keys of now, the primary first. */
  readonly keys: () => readonly string[];
  /** Gets bearer tokens for webhooks with `auth`. */
  readonly getToken?: (resource: string) => Promise<string>;
  /** Gets the secrets that URL templates ask for. */
  readonly resolveSecret?: ResolveSecret;
  readonly diagnostics: Diagnostics;
}

/** Brings events of one hub to an HTTP endpoint, as the cloud service would (events.md 2 to 9). */
export class WebhookHandler implements EventHandler {
  readonly name: string;
  readonly #address: WebhookAddress;
  readonly #subscription: WebhookSubscription;
  readonly #envelopes: Envelopes;

  /** @param hub as configured: its letter case is what the endpoint sees */
  constructor(
    private readonly hub: string,
    private readonly settings: WebhookSettings,
    private readonly parts: WebhookParts,
  ) {
    this.name = settings.urlTemplate.display;
    this.#address = new WebhookAddress(hub, settings.urlTemplate, parts.resolveSecret);
    this.#subscription = new WebhookSubscription(settings);
    this.#envelopes = new Envelopes(hub, parts);
  }

  handles(key: EventKey): boolean {
    return this.#subscription.includes(key);
  }

  async connect(event: ConnectEvent, call: EventCall): Promise<ConnectAccepted | ConnectRefused> {
    const envelope = this.#envelopes.connect(event, call.raisedAt);
    try {
      const answer = await this.#send(envelope, event.connection, call.signal);
      return isSuccess(answer) ? acceptanceIn(answer, event) : refusalIn(answer, event);
    } catch (error) {
      if (event.mqtt === undefined || !isUnreachable(error)) throw error;
      // An MQTT client is told that nobody was there (client-protocols.md 8.10).
      this.parts.diagnostics.warn(
        `hub ${this.hub}: ${this.name} cannot be reached for event connect of connection ${event.connection.connectionId}: ${error.message}`,
      );
      return { accepted: false, status: 500, mqtt: unreachableRefusal(event.mqtt) };
    }
  }

  async userEvent(event: UserEvent, call: EventCall): Promise<UserEventOutcome> {
    const envelope = this.#envelopes.userEvent(event, call.raisedAt);
    const answer = await this.#send(envelope, event.connection, call.signal);
    const outcome = outcomeIn(answer, event);
    if (!outcome.handled) {
      const { connectionId } = event.connection;
      this.parts.diagnostics.warn(
        `hub ${this.hub}: ${this.name} answered ${answer.status} to event ${event.event} of connection ${connectionId}`,
      );
    }
    return outcome;
  }

  async notify(notification: EventNotification, call: EventCall): Promise<void> {
    const { connection } = notification.event;
    const envelope = this.#envelopes.notification(notification, call.raisedAt);
    const answer = await this.#send(envelope, connection, call.signal);
    if (!isSuccess(answer)) throw new WebhookError(`it answered ${answer.status}`);
  }

  /** Asks the endpoint now whether it wants events, if it is to be asked at all. Never rejects. */
  async validate(): Promise<ValidationResult> {
    if (!this.settings.validate) return { passed: true };
    try {
      return await this.parts.validations.refresh(await this.#address.validationUrl(), this.name);
    } catch (error) {
      const message = `the secrets of its URL are missing: ${String(error)}`;
      return { passed: false, failure: 'request', message };
    }
  }

  /** @throws an Error when there is no answer */
  async #send(
    envelope: Envelope,
    { identity }: EventConnection,
    signal: AbortSignal,
  ): Promise<OutgoingAnswer> {
    const { http, cookies, retryDelaysMs, sleep } = this.parts;
    const url = await this.#address.urlOf(envelope.eventName);
    await this.#requireConsent();
    const headers = [...envelope.headers, ...(await this.#authorization())];
    const cookie = cookies.cookieHeader(identity, url);
    if (cookie !== undefined) headers.push(['Cookie', cookie]);
    const answer = await sendWithRetries(
      http,
      { method: 'POST', url, headers, body: envelope.body },
      { delaysMs: this.settings.retry ? retryDelaysMs : [], sleep },
      signal,
    );
    if (isSuccess(answer)) await cookies.store(identity, url, answer.headers['set-cookie'] ?? []);
    return answer;
  }

  async #requireConsent(): Promise<void> {
    if (!this.settings.validate) return;
    const url = await this.#address.validationUrl();
    const result = await this.parts.validations.check(url, this.name);
    if (!result.passed) throw new WebhookError(`it did not pass validation: ${result.message}`);
  }

  async #authorization(): Promise<Header[]> {
    const { auth } = this.settings;
    if (auth === undefined) return [];
    const { getToken } = this.parts;
    if (getToken === undefined) throw new WebhookError('nothing gets tokens for it');
    return [['Authorization', `Bearer ${await getToken(auth.resource)}`]];
  }
}

function isUnreachable(error: unknown): error is OutgoingHttpError {
  return error instanceof OutgoingHttpError && error.kind === 'network';
}
