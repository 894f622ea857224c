import { normalizeHubName } from '../engine/names.js';

/**
 * The injection token of a hub.
 *
 * @example
 * ```ts
 * const chat = app.get<WebPubSubHub>(getHubToken('chat'));
 * ```
 */
export function getHubToken(name: string): string {
  return `webpubsub:hub:${normalizeHubName(name)}`;
}
