import { METADATA_PREFIX } from '../../events/cloud-events.js';
import type { Metadata } from '../../engine/message.js';
import { metadataProblem } from '../../engine/names.js';
import type { MqttUserProperty } from '../../engine/ports/mqtt-events.interface.js';
import { MAX_STATE_BYTES } from '../../events/connection-state.js';
import type { OutgoingAnswer } from './outgoing-http.js';
import { WebhookError } from './webhook.error.js';

type Headers = OutgoingAnswer['headers'];

const MQTT_PREFIX = 'mqtt-';

/**
 * The state an answer sets; `undefined` keeps the old one. Of several the last one counts.
 *
 * @throws {@link WebhookError} when it is larger than any request could carry
 */
export function stateIn(headers: Headers): string | undefined {
  const state = headers['ce-connectionstate']?.at(-1);
  if (state === undefined || state.length <= MAX_STATE_BYTES) return state;
  throw new WebhookError(
    `the connection state of the answer takes ${state.length} bytes; ${MAX_STATE_BYTES} is the most`,
  );
}

/**
 * What a reply carries beside its data. A value with commas is a list, whose last part counts
 * (events.md 2.7).
 *
 * @throws {@link WebhookError} for metadata that no message may have
 */
export function metadataIn(headers: Headers): Metadata | undefined {
  const metadata = new Map<string, string>();
  for (const [key, lines] of withPrefix(headers, METADATA_PREFIX)) {
    const line = lines.at(-1) ?? '';
    metadata.set(key, line.slice(line.lastIndexOf(',') + 1).trim());
  }
  if (metadataProblem(metadata) !== undefined) {
    throw new WebhookError('the metadata of the answer is not printable ASCII, or too long');
  }
  return metadata.size > 0 ? metadata : undefined;
}

/** The user properties of an answer to an MQTT client: the bytes of a header are UTF-8. */
export function userPropertiesIn(headers: Headers): readonly MqttUserProperty[] {
  return withPrefix(headers, MQTT_PREFIX).flatMap(([name, lines]) =>
    lines.map((line) => ({ name, value: Buffer.from(line, 'latin1').toString('utf8') })),
  );
}

/** Lower case, without parameters; empty when the answer does not say. */
export function mediaTypeIn(headers: Headers): string {
  const [type = ''] = (headers['content-type']?.[0] ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

/** Nothing behind the prefix is no name. */
function withPrefix(headers: Headers, prefix: string): [string, readonly string[]][] {
  return Object.entries(headers)
    .filter(([name]) => name.startsWith(prefix) && name.length > prefix.length)
    .map(([name, lines]) => [name.slice(prefix.length), lines]);
}
