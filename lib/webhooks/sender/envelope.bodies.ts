import type { DataType } from '../../engine/payload.js';
import type { ConnectEvent, DisconnectedEvent } from '../../engine/ports/event-sink.interface.js';
import type { EventNotification } from '../../events/event-handler.interface.js';

export const JSON_BODY = 'application/json; charset=utf-8';
export const UNTYPED_BODY = 'application/octet-stream';

/** The `Content-Type` of a user event (events.md 2.4). */
export const CONTENT_TYPES: Readonly<Record<DataType, string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json',
  binary: UNTYPED_BODY,
  protobuf: 'application/x-protobuf',
};

/** Everything a client came with (events.md 5.2, 9.3). Names are data, `__proto__` too. */
export function connectBody(event: ConnectEvent): Buffer {
  const { claims, query, headers, subprotocols, mqtt } = event;
  return jsonBody({
    claims,
    query,
    headers,
    subprotocols,
    // Nobody asks clients for certificates here.
    clientCertificates: [],
    mqtt: mqtt && { ...mqtt, password: mqtt.password?.toString('base64') },
  });
}

export function notificationBody(notification: EventNotification): Buffer {
  switch (notification.name) {
    case 'connected':
      return jsonBody({});
    case 'disconnected':
      return disconnectedBody(notification.event);
    default:
      return jsonBody({ group: notification.event.group });
  }
}

function disconnectedBody({ reason, mqtt }: DisconnectedEvent): Buffer {
  return jsonBody({ reason, mqtt });
}

function jsonBody(value: object): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
