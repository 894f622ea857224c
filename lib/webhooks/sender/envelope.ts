import { randomUUID } from 'node:crypto';
import type {
  ConnectEvent,
  EventConnection,
  UserEvent,
} from '../../engine/ports/event-sink.interface.js';
import { eventTime, METADATA_PREFIX } from '../../events/cloud-events.js';
import type { EventNotification } from '../../events/event-handler.interface.js';
import { ConnectionSignatures } from './connection-signatures.js';
import {
  connectBody,
  CONTENT_TYPES,
  JSON_BODY,
  notificationBody,
  UNTYPED_BODY,
} from './envelope.bodies.js';
import { WebhookError } from './webhook.error.js';

export type Header = readonly [name: string, value: string];

/** An event as it travels, the same at every attempt. */
export interface Envelope {
  /** As in `ce-eventName` and in the URL. */
  readonly eventName: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

export interface EnvelopeParts {
  /** Access keys of now, the primary first. */
  readonly keys: () => readonly string[];
  /** Hosts of this service, for `WebHook-Request-Origin`. */
  readonly origins: () => readonly string[];
}

/** What the headers of an event are made of. */
interface Raised {
  readonly connection: EventConnection;
  readonly raisedAt: Date;
  readonly id: number;
  readonly category: 'sys' | 'user' | 'gp';
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly extra?: ReadonlyMap<string, string>;
}

const NOT_PRINTABLE_ASCII = /[^\x20-\x7e]/;

/**
 * Puts events of one hub into CloudEvents of binary mode (events.md 2).
 *
 * All methods throw a {@link WebhookError} for what no header can carry.
 */
export class Envelopes {
  readonly #signatures: ConnectionSignatures;

  /** @param hub as configured, with its letter case */
  constructor(
    private readonly hub: string,
    private readonly parts: EnvelopeParts,
  ) {
    this.#signatures = new ConnectionSignatures(parts.keys);
  }

  connect(event: ConnectEvent, raisedAt: Date): Envelope {
    return this.#seal({
      connection: event.connection,
      raisedAt,
      id: 0,
      category: 'sys',
      name: 'connect',
      contentType: JSON_BODY,
      body: connectBody(event),
    });
  }

  userEvent(event: UserEvent, raisedAt: Date): Envelope {
    const { connection, id, payload, mqtt } = event;
    return this.#seal({
      connection,
      raisedAt,
      id,
      category: 'user',
      name: event.event,
      contentType: mqtt ? (mqtt.contentType ?? UNTYPED_BODY) : CONTENT_TYPES[payload.dataType],
      body: payload.bytes,
      extra: extraHeaders(event),
    });
  }

  notification(notification: EventNotification, raisedAt: Date): Envelope {
    const { name, event } = notification;
    return this.#seal({
      connection: event.connection,
      raisedAt,
      id: event.id,
      category: name === 'joined' || name === 'left' ? 'gp' : 'sys',
      name,
      contentType: JSON_BODY,
      body: notificationBody(notification),
    });
  }

  #seal(raised: Raised): Envelope {
    const { connection, raisedAt, id, category, name, contentType, body, extra = [] } = raised;
    const { connectionId, userId, subprotocol, state, mqtt } = connection;
    const candidates: (readonly [string, string | undefined])[] = [
      ['Content-Type', contentType],
      ['WebHook-Request-Origin', this.parts.origins().join(', ')],
      ['ce-specversion', '1.0'],
      ['ce-awpsversion', '1.0'],
      ['ce-type', `azure.webpubsub.${category}.${name}`],
      ['ce-source', this.#sourceOf(connection)],
      ['ce-id', String(id)],
      ['ce-time', eventTime(raisedAt)],
      ['ce-signature', this.#signatures.of(connection) || undefined],
      ['ce-userId', userId || undefined],
      ['ce-connectionId', connectionId],
      ['ce-hub', this.hub],
      ['ce-eventName', name],
      ['ce-subprotocol', subprotocol || undefined],
      // One that was set to the empty string is sent (events.md 2.8.5).
      ['ce-connectionState', state],
      ['ce-physicalConnectionId', mqtt?.physicalConnectionId],
      ['ce-sessionId', mqtt?.sessionId],
      ...extra,
      ['x-ms-client-request-id', randomUUID()],
    ];
    return { eventName: name, headers: candidates.flatMap(encode), body };
  }

  #sourceOf({ connectionId, mqtt }: EventConnection): string {
    const source = `/hubs/${this.hub}/client/${connectionId}`;
    return mqtt ? `${source}/${mqtt.physicalConnectionId}` : source;
  }
}

/** Metadata, and user properties of MQTT. Of names that differ in case only, the last one counts. */
function extraHeaders({ metadata = new Map(), mqtt }: UserEvent): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [key, value] of metadata) {
    headers.set(`${METADATA_PREFIX}${key.toLowerCase()}`, value);
  }
  for (const { name, value } of mqtt?.userProperties ?? []) {
    headers.set(`mqtt-${name.toLowerCase()}`, value);
  }
  return headers;
}

/** Only user ids may have characters outside ASCII; their UTF-8 bytes travel (events.md 2.1.3). */
function encode([name, value]: readonly [string, string | undefined]): Header[] {
  if (value === undefined) return [];
  if (name === 'ce-userId') return [[name, Buffer.from(value, 'utf8').toString('latin1')]];
  if (!NOT_PRINTABLE_ASCII.test(value)) return [[name, value]];
  throw new WebhookError(`the header ${name} cannot carry a character outside printable ASCII`);
}
