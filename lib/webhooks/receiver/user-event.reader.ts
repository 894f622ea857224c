import { isUtf8 } from 'node:buffer';
import { dataTypeNamed } from '../../engine/media-types.js';
import { textPayload, type DataType, type Payload } from '../../engine/payload.js';
import type { UserEvent } from '../../engine/ports/event-sink.interface.js';
import { METADATA_PREFIX } from '../../events/cloud-events.js';
import { connectionOf, isFromMqtt, type EventHead } from './event-head.js';
import type { EventHeaders } from './event-headers.js';

/** Lower case, without parameters; empty when there is none (events.md 2.4). */
export function mediaTypeOf(headers: EventHeaders): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

/** How the data of a user event is to be read; `undefined` when we cannot (events.md 12.1, step 11). */
export function dataTypeOf(headers: EventHeaders): DataType | undefined {
  return dataTypeNamed(mediaTypeOf(headers)) ?? (isFromMqtt(headers) ? 'binary' : undefined);
}

/** @returns `undefined` when the body is not what its type says */
export function readUserEvent(head: EventHead, body: Buffer): UserEvent | undefined {
  const { headers, id, kind } = head;
  const isMqtt = isFromMqtt(headers);
  const dataType = dataTypeOf(headers) ?? 'binary';
  // An MQTT client may label what it publishes as it likes.
  const payload = payloadOf(dataType, body) ?? (isMqtt && payloadOf('binary', body));
  if (!payload) return undefined;
  return {
    connection: connectionOf(head),
    id,
    event: kind.name,
    payload,
    metadata: metadataIn(headers),
    ...(isMqtt && {
      mqtt: {
        contentType: headers.get('content-type'),
        userProperties: headers.withPrefix('mqtt-').map(([name, value]) => ({ name, value })),
      },
    }),
  };
}

function payloadOf(dataType: DataType, bytes: Buffer): Payload | undefined {
  if (dataType === 'json' && !isJson(bytes)) return undefined;
  // A text that is none would end the connection of whoever it is sent to.
  if (dataType === 'text' && !isUtf8(bytes)) return textPayload(bytes.toString('utf8'));
  return { dataType, bytes };
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return isUtf8(bytes);
  } catch {
    return false;
  }
}

/** In this direction a comma is a comma (events.md 2.7). */
function metadataIn(headers: EventHeaders): ReadonlyMap<string, string> | undefined {
  const metadata = new Map(headers.withPrefix(METADATA_PREFIX));
  return metadata.size === 0 ? undefined : metadata;
}
