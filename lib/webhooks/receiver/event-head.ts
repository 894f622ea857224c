import type { IncomingMessage } from 'node:http';
import { MAX_ID_LENGTH, normalizeHubName } from '../../engine/names.js';
import type { EventConnection } from '../../engine/ports/event-sink.interface.js';
import type { EventKey } from '../../events/event-handler.interface.js';
import { EventHeaders } from './event-headers.js';

/** What an event is, its group not yet known: that is in the body. */
export type EventKind =
  | { readonly kind: 'system'; readonly name: 'connect' | 'connected' | 'disconnected' }
  | { readonly kind: 'group'; readonly name: 'joined' | 'left' }
  | { readonly kind: 'user'; readonly name: string };

/** All that the headers of an event say. */
export interface EventHead {
  readonly headers: EventHeaders;
  readonly kind: EventKind;
  /** Lower case. */
  readonly hub: string;
  /** Of the connection, as the bytes that travelled. */
  readonly connectionIdBytes: Buffer;
  /** Counts the events of a connection; 0 when it is no number. */
  readonly id: number;
  readonly raisedAt: Date | undefined;
  /** The same for every attempt at the same event, and for no other event (events.md 2.2). */
  readonly idempotencyKey: string;
}

const TYPES: ReadonlyMap<string, Exclude<EventKind, { kind: 'user' }>> = new Map([
  ['azure.webpubsub.sys.connect', { kind: 'system', name: 'connect' }],
  ['azure.webpubsub.sys.connected', { kind: 'system', name: 'connected' }],
  ['azure.webpubsub.sys.disconnected', { kind: 'system', name: 'disconnected' }],
  ['azure.webpubsub.gp.joined', { kind: 'group', name: 'joined' }],
  ['azure.webpubsub.gp.left', { kind: 'group', name: 'left' }],
]);
const USER_PREFIX = 'azure.webpubsub.user.';

/**
 * Reads what must be there before an event is looked at any further (events.md 12.1, step 7).
 *
 * @returns `unknown` for an event of a kind we do not know, `invalid` for one that is incomplete
 */
export function readHead(request: IncomingMessage): EventHead | 'unknown' | 'invalid' {
  const headers = new EventHeaders(request);
  const type = headers.get('ce-type') ?? '';
  const known = TYPES.get(type);
  if (known === undefined && !type.startsWith(USER_PREFIX))
    return type === '' ? 'invalid' : 'unknown';
  const hub = headers.get('ce-hub');
  const connectionId = headers.get('ce-connectionid');
  const eventName = headers.get('ce-eventname');
  const id = headers.get('ce-id');
  if (!hub || !connectionId || !eventName || !id) return 'invalid';
  if (headers.get('ce-specversion') !== '1.0') return 'invalid';
  const connectionIdBytes = Buffer.from(connectionId, 'latin1');
  if (connectionIdBytes.length > MAX_ID_LENGTH) return 'invalid';
  return {
    headers,
    kind: known ?? { kind: 'user', name: eventName },
    hub: normalizeHubName(hub),
    connectionIdBytes,
    id: /^\d{1,15}$/.test(id) ? Number(id) : 0,
    raisedAt: dateOf(headers.get('ce-time')),
    // More than the source and the id: only the connection id is signed.
    idempotencyKey: JSON.stringify([
      hub.toLowerCase(),
      connectionId,
      headers.get('ce-source'),
      headers.get('ce-physicalconnectionid'),
      type,
      eventName,
      id,
    ]),
  };
}

/** What handlers are told about the connection. Each event has an object of its own. */
export function connectionOf({ headers, hub, connectionIdBytes }: EventHead): EventConnection {
  const physicalConnectionId = headers.get('ce-physicalconnectionid');
  const sessionId = headers.get('ce-sessionid');
  return {
    hub,
    connectionId: connectionIdBytes.toString('utf8'),
    userId: headers.text('ce-userid') || undefined,
    subprotocol: headers.get('ce-subprotocol') || undefined,
    state: headers.get('ce-connectionstate'),
    identity: {},
    ...(isFromMqtt(headers) && {
      mqtt: {
        physicalConnectionId: physicalConnectionId ?? '',
        ...(sessionId !== undefined && { sessionId }),
      },
    }),
  };
}

/** The service may leave out either of the two signs (events.md 9.1). */
export function isFromMqtt(headers: EventHeaders): boolean {
  if (headers.get('ce-physicalconnectionid') !== undefined) return true;
  return headers.get('ce-subprotocol')?.toLowerCase().includes('mqtt') ?? false;
}

/** @param group of an event of that kind */
export function keyOf(kind: EventKind, group = ''): EventKey {
  return kind.kind === 'group' ? { ...kind, group } : kind;
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
