import { MEDIA_TYPES } from '../../engine/media-types.js';
import type { EventConnection, UserEvent } from '../../engine/ports/event-sink.interface.js';
import { eventTime, METADATA_PREFIX } from '../cloud-events.js';
import type { EventNotification } from '../event-handler.interface.js';
import type { EventEnvelope } from './event-listener.interface.js';

interface Raised {
  readonly connection: EventConnection;
  /** As configured: its letter case is what receivers see. */
  readonly hub: string;
  readonly id: number;
  readonly raisedAt: Date;
  /** With its prefix. */
  readonly type: string;
  readonly name: string;
}

/** The copy of a user event. */
export function userEventEnvelope(event: UserEvent, hub: string, raisedAt: Date): EventEnvelope {
  const { connection, id, payload } = event;
  const type = `azure.webpubsub.user.${event.event}`;
  return {
    ...addressOf(connection, id),
    body: payload.bytes,
    contentType: event.mqtt?.contentType ?? MEDIA_TYPES[payload.dataType],
    applicationProperties: {
      ...propertiesOf({ connection, hub, id, raisedAt, type, name: event.event }),
      ...metadataOf(event),
    },
  };
}

/** The copy of `connected` or `disconnected`. */
export function notificationEnvelope(
  { name, event }: EventNotification,
  hub: string,
  raisedAt: Date,
): EventEnvelope {
  const { connection, id } = event;
  const type = `azure.webpubsub.sys.${name}`;
  const body = name === 'disconnected' ? { reason: event.reason } : {};
  return {
    ...addressOf(connection, id),
    body: Buffer.from(JSON.stringify(body)),
    contentType: MEDIA_TYPES.json,
    applicationProperties: propertiesOf({ connection, hub, id, raisedAt, type, name }),
  };
}

function addressOf(
  { connectionId }: EventConnection,
  id: number,
): Pick<EventEnvelope, 'messageId' | 'partitionKey'> {
  return { messageId: `${connectionId}/${id}`, partitionKey: connectionId };
}

function propertiesOf({
  connection,
  hub,
  id,
  raisedAt,
  type,
  name,
}: Raised): Record<string, string> {
  const { connectionId, userId, subprotocol, state } = connection;
  return {
    'cloudEvents:specversion': '1.0',
    'cloudEvents:awpsversion': '1.0',
    'cloudEvents:type': type,
    'cloudEvents:source': `/hubs/${hub}/client/${connectionId}`,
    'cloudEvents:id': String(id),
    'cloudEvents:time': eventTime(raisedAt),
    'cloudEvents:hub': hub,
    'cloudEvents:eventname': name,
    'cloudEvents:connectionid': connectionId,
    ...(userId && { 'cloudEvents:userid': userId }),
    ...(subprotocol && { 'cloudEvents:subprotocol': subprotocol }),
    // One that was set to the empty string is left out too (events.md 2.8.5).
    ...(state && { 'cloudEvents:connectionstate': state }),
  };
}

function metadataOf({ metadata = new Map<string, string>() }: UserEvent): Record<string, string> {
  return Object.fromEntries(
    [...metadata].map(([key, value]) => [`${METADATA_PREFIX}${key.toLowerCase()}`, value]),
  );
}
