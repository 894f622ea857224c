import type { ConnectEvent } from '../../engine/ports/event-sink.interface.js';
import type { MqttConnectRequest, MqttEnding } from '../../engine/ports/mqtt-events.interface.js';
import type { EventNotification } from '../../events/event-handler.interface.js';
import { connectionOf, type EventHead } from './event-head.js';
import {
  jsonObject,
  listsOf,
  objectOf,
  textOf,
  textsOf,
  userPropertiesOf,
} from './json-members.js';

/** A client that wants in, as the service tells it. */
export interface ReceivedConnect {
  readonly event: ConnectEvent;
  /** As in the CONNECT packet, also of versions that nobody knows; `undefined` = no MQTT client. */
  readonly mqttVersion: number | undefined;
}

/** @returns `undefined` when the body is no JSON object */
export function readConnect(head: EventHead, body: Buffer): ReceivedConnect | undefined {
  const data = jsonObject(body);
  if (data === undefined) return undefined;
  const known = connectionOf(head);
  const mqtt = objectOf(data['mqtt']);
  const isMqtt = known.mqtt !== undefined || mqtt !== undefined;
  const version = mqtt?.['protocolVersion'] ?? 4;
  return {
    mqttVersion: isMqtt ? Number(version) : undefined,
    event: {
      connection: isMqtt ? { ...known, mqtt: known.mqtt ?? { physicalConnectionId: '' } } : known,
      claims: listsOf(data['claims']),
      // The service keeps tokens back; old versions of it forgot this one (events.md 5.2).
      query: listsOf(data['query'], (name) => name.toLowerCase() === 'access_token'),
      headers: listsOf(data['headers'], (name) => name.toLowerCase() === 'authorization'),
      subprotocols: textsOf(data['subprotocols']),
      ...(isMqtt && { mqtt: connectPacketOf(mqtt ?? {}) }),
    },
  };
}

/** @returns `undefined` when the body is no JSON object, or does not name the group it is about */
export function readNotification(head: EventHead, body: Buffer): EventNotification | undefined {
  const data = jsonObject(body);
  if (data === undefined) return undefined;
  const lifecycle = { connection: connectionOf(head), id: head.id };
  const { name } = head.kind;
  switch (name) {
    case 'connected':
      return { name, event: lifecycle };
    case 'disconnected': {
      const mqtt = objectOf(data['mqtt']);
      const reason = textOf(data['reason']) ?? '';
      return { name, event: { ...lifecycle, reason, ...(mqtt && { mqtt: endingOf(mqtt) }) } };
    }
    case 'joined':
    case 'left': {
      const group = textOf(data['group']);
      return group === undefined ? undefined : { name, event: { ...lifecycle, group } };
    }
    default:
      return undefined;
  }
}

function connectPacketOf(mqtt: Readonly<Record<string, unknown>>): MqttConnectRequest {
  const password = textOf(mqtt['password']);
  return {
    protocolVersion: mqtt['protocolVersion'] === 5 ? 5 : 4,
    cleanStart: mqtt['cleanStart'] === true,
    username: textOf(mqtt['username']),
    password: password === undefined ? undefined : Buffer.from(password, 'base64'),
    userProperties: userPropertiesOf(mqtt['userProperties']),
  };
}

function endingOf(mqtt: Readonly<Record<string, unknown>>): MqttEnding {
  const packet = objectOf(mqtt['disconnectPacket']);
  return {
    initiatedByClient: mqtt['initiatedByClient'] === true,
    disconnectPacket: packet
      ? {
          code: Number(packet['code'] ?? 0),
          userProperties: userPropertiesOf(packet['userProperties']) ?? null,
        }
      : null,
  };
}
