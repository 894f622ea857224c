import type { Metadata } from '../engine/message.js';
import { metadataProblem } from '../engine/names.js';
import { serviceErrors } from '../errors/service-errors.js';

const PREFIX = 'x-webpubsub-metadata-';

/**
 * Reads the metadata of a message from the headers of a send (rest.md 6.5).
 *
 * @param headers in the order they were sent, names in lower case
 * @returns `undefined` when there is none
 * @throws {@link WebPubSubError} 400 when it is too much or malformed
 */
export function metadataIn(
  headers: Iterable<readonly [name: string, value: string]>,
): Metadata | undefined {
  const metadata = new Map<string, string>();
  for (const [name, value] of headers) {
    if (!name.startsWith(PREFIX)) continue;
    metadata.set(name.slice(PREFIX.length), value.slice(value.lastIndexOf(',') + 1).trim());
  }
  const problem = metadataProblem(metadata);
  if (problem !== undefined) throw serviceErrors.badRequest(problem);
  return metadata.size === 0 ? undefined : metadata;
}
