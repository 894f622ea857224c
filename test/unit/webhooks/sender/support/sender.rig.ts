import type {
  ConnectEvent,
  DisconnectedEvent,
  EventConnection,
  UserEvent,
} from '../../../../../lib/engine/ports/event-sink.interface.js';
import { textPayload } from '../../../../../lib/engine/payload.js';
import type {
  EventCall,
  EventNotification,
} from '../../../../../lib/events/event-handler.interface.js';
import { AddressPolicy } from '../../../../../lib/webhooks/sender/address-policy.js';
import { ConnectionCookies } from '../../../../../lib/webhooks/sender/cookie-jars.js';
import { OutgoingHttp } from '../../../../../lib/webhooks/sender/outgoing-http.js';
import { UrlTemplate } from '../../../../../lib/webhooks/sender/url-template.js';
import { ValidationCache } from '../../../../../lib/webhooks/sender/validation.cache.js';
import {
  WebhookHandler,
  type WebhookParts,
} from '../../../../../lib/webhooks/sender/webhook.handler.js';
import type { WebhookSettings } from '../../../../../lib/webhooks/sender/webhook.settings.js';
import { WebhookReceiver } from '../../../../support/webhook.receiver.js';

export const K1 = 'primary-key-for-test-vectors-0123456789abcdef';
export const K2 = 'secondary-key-for-test-vectors-fedcba9876543210';
export const ORIGIN = 'demo.webpubsub.example';

const START = Date.UTC(2031, 4, 4, 10, 0, 0, 789);

export interface HandlerOptions extends Partial<Omit<WebhookSettings, 'urlTemplate'>> {
  readonly hub?: string;
  /** Behind the address of the receiver. */
  readonly path?: string;
  /** The whole template. */
  readonly urlTemplate?: string;
}

/** The sender with a receiver on the other end, and a clock that only waits move. */
export class SenderRig {
  now = START;
  /** Every wait between two attempts, in milliseconds. */
  readonly waits: number[] = [];
  readonly warnings: string[] = [];
  readonly http = new OutgoingHttp({
    addressPolicy: new AddressPolicy({ allowLoopback: true, allowPrivate: false }),
    maxAnswerBytes: 16 * 1024 * 1024,
  });
  #parts: WebhookParts;
  #warned: (() => void)[] = [];

  private constructor(readonly receiver: WebhookReceiver) {
    this.#parts = this.#makeParts({});
  }

  static async start(): Promise<SenderRig> {
    return new SenderRig(await WebhookReceiver.start());
  }

  /** Begins anew: no consent, no cookie, nothing received. */
  reset(parts: Partial<WebhookParts> = {}): void {
    this.now = START;
    this.waits.length = 0;
    this.warnings.length = 0;
    this.receiver.reset();
    this.#parts = this.#makeParts(parts);
  }

  /** A webhook for everything, unless it says otherwise. */
  handler({
    hub = 'chat',
    path = '/e/{hub}/{event}',
    urlTemplate = `${this.receiver.url}${path}`,
    ...settings
  }: HandlerOptions = {}): WebhookHandler {
    return new WebhookHandler(
      hub,
      {
        urlTemplate: UrlTemplate.parse(urlTemplate),
        userEventPattern: '*',
        systemEvents: ['connect', 'connected', 'disconnected'],
        validate: true,
        retry: true,
        ...settings,
      },
      this.#parts,
    );
  }

  /** @param signal of an event that nobody gives up, unless it says otherwise */
  call(signal: AbortSignal = new AbortController().signal): EventCall {
    return { raisedAt: new Date(this.now), signal };
  }

  /** Waits for the next word in the log. */
  async warning(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#warned.push(resolve);
    });
  }

  /** What the webhooks share. */
  get parts(): WebhookParts {
    return this.#parts;
  }

  async close(): Promise<void> {
    this.http.close();
    await this.receiver.close();
  }

  #makeParts(parts: Partial<WebhookParts>): WebhookParts {
    const { http } = this;
    const note = (message: string): void => {
      this.warnings.push(message);
      for (const resolve of this.#warned.splice(0)) resolve();
    };
    const diagnostics = { debug: () => {}, warn: note, error: note };
    const all = {
      http,
      keys: () => [K1, K2],
      origins: () => [ORIGIN],
      clock: () => this.now,
      sleep: (ms: number) => {
        this.waits.push(ms);
        this.now += ms;
        return Promise.resolve();
      },
      retryDelaysMs: [1000, 3000, 5000],
      validationTimeoutMs: 10_000,
      diagnostics,
      cookies: new ConnectionCookies({ diagnostics }),
      ...parts,
    };
    return { ...all, validations: new ValidationCache(all) };
  }
}

export function connectionOf(more: Partial<EventConnection> = {}): EventConnection {
  return {
    hub: 'chat',
    connectionId: 'conn-0001',
    userId: 'ana',
    subprotocol: 'json.webpubsub.azure.v1',
    state: undefined,
    identity: {},
    ...more,
  };
}

export function connectEvent(more: Partial<ConnectEvent> = {}): ConnectEvent {
  return {
    connection: connectionOf({ subprotocol: undefined }),
    claims: {},
    query: {},
    headers: {},
    subprotocols: ['x-own', 'json.webpubsub.azure.v1'],
    ...more,
  };
}

export function userEvent(more: Partial<UserEvent> = {}): UserEvent {
  return {
    connection: connectionOf(),
    id: 3,
    event: 'e1',
    payload: textPayload('hi'),
    metadata: undefined,
    ...more,
  };
}

export function connected(connection = connectionOf()): EventNotification {
  return { name: 'connected', event: { connection, id: 1 } };
}

export function disconnected(more: Partial<DisconnectedEvent> = {}): EventNotification {
  return {
    name: 'disconnected',
    event: { connection: connectionOf(), id: 7, reason: '', ...more },
  };
}
