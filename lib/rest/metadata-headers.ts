import type { Metadata } from '../engine/message.js';
import { metadataProblem } from '../engine/names.js';
import { serviceErrors } from '../errors/service-errors.js';

/** What the names of all headers with metadata begin with. */
export const METADATA_PREFIX = 'x-webpubsub-metadata-';

/**
 * Reads the metadata of a message from the headers of a send (rest.md 6.5).
 *
 * @param headers those whose names begin with {@link METADATA_PREFIX}, in the order they were sent,
 *   names in lower case
 * @returns `undefined` when there is none
 * @throws {@link WebPubSubError} 400 when it is too much or malformed
 */
export function metadataIn(
  headers: Iterable<readonly [name: string, value: string]>,
): Metadata | undefined {
  const metadata = new Map<string, string>();
  for (const [name, value] of headers) {
    metadata.set(
      name.slice(METADATA_PREFIX.length),
      value.slice(value.lastIndexOf(',') + 1).trim(),
    );
  }
  const problem = metadataProblem(metadata);
  if (problem !== undefined) throw serviceErrors.badRequest(problem);
  return metadata.size === 0 ? undefined : metadata;
}
