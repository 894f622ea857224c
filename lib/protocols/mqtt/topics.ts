import { isEventName, isGroupName } from '../../engine/names.js';
import { REASON } from './reason-codes.js';

/** Where messages of the server arrive, subscribed to or not. */
export const SERVER_MESSAGES = '$webpubsub/server/messages';

const RESERVED = '$webpubsub/';
const EVENTS = '$webpubsub/server/events/';
const WILDCARDS = /[#+]/;
const OUTCOMES = ['/succeeded', '/failed'] as const;

/** What a topic of a PUBLISH means; the topic of a group is its name. */
export type PublishTarget =
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'event'; readonly event: string };

/** `undefined` when nothing can be published there. */
export function publishTarget(topic: string): PublishTarget | undefined {
  if (topic.startsWith(RESERVED)) {
    if (!topic.startsWith(EVENTS)) return undefined;
    const event = topic.slice(EVENTS.length);
    return isEventName(event) ? { kind: 'event', event } : undefined;
  }
  if (!isGroupName(topic) || WILDCARDS.test(topic)) return undefined;
  return { kind: 'group', group: topic };
}

/** What a topic filter means (client-protocols.md 8.7): only literal ones are supported. */
export type FilterTarget =
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'reserved' }
  | { readonly kind: 'refused'; readonly reasonCode: number };

export function filterTarget(filter: string): FilterTarget {
  if (filter.startsWith('$share/')) return refused(REASON.sharedSubscriptionsNotSupported);
  if (WILDCARDS.test(filter)) return refused(REASON.wildcardsNotSupported);
  if (!isGroupName(filter)) return refused(REASON.invalidTopicFilter);
  if (!filter.startsWith(RESERVED)) return { kind: 'group', group: filter };
  return isServerTopic(filter) ? { kind: 'reserved' } : refused(REASON.invalidTopicFilter);
}

/** Where the answer to a user event goes. */
export function outcomeTopic(event: string, succeeded: boolean): string {
  return `${EVENTS}${event}${succeeded ? '/succeeded' : '/failed'}`;
}

/** A group name of 1 to 1024 characters without wildcards, as a will needs it. */
export function isWillTopic(topic: string): boolean {
  return isGroupName(topic) && !WILDCARDS.test(topic);
}

function isServerTopic(filter: string): boolean {
  if (filter === SERVER_MESSAGES) return true;
  if (!filter.startsWith(EVENTS)) return false;
  return OUTCOMES.some(
    (end) => filter.endsWith(end) && isEventName(filter.slice(EVENTS.length, -end.length)),
  );
}

function refused(reasonCode: number): FilterTarget {
  return { kind: 'refused', reasonCode };
}
