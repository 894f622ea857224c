/** In front of the key of each metadata entry that travels with an event (events.md 2.7). */
export const METADATA_PREFIX = 'x-webpubsub-metadata-';

/** When an event was raised, in whole seconds (events.md 2.1). */
export function eventTime(raisedAt: Date): string {
  return raisedAt.toISOString().replace(/\.\d+Z$/, 'Z');
}
