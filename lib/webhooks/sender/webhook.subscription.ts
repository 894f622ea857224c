import type { EventKey } from '../../events/event-handler.interface.js';
import { EventPattern } from '../../events/event-pattern.js';
import type { WebhookSettings } from './webhook.settings.js';

type Wishes = Pick<WebhookSettings, 'userEventPattern' | 'systemEvents' | 'groupPresenceEvents'>;

/** Which events a webhook gets (events.md 8.2, 11.1). */
export class WebhookSubscription {
  readonly #userEvents: EventPattern;

  constructor(private readonly wishes: Wishes) {
    this.#userEvents = new EventPattern(wishes.userEventPattern);
  }

  includes(key: EventKey): boolean {
    switch (key.kind) {
      case 'system':
        return this.wishes.systemEvents.includes(key.name);
      case 'user':
        return this.#userEvents.matches(key.name);
      case 'group': {
        const { eventNames = [], groupFilters = [] } = this.wishes.groupPresenceEvents ?? {};
        return eventNames.includes(key.name) && isOneOf(groupFilters, key.group);
      }
    }
  }
}

function isOneOf(filters: readonly string[], group: string): boolean {
  return (
    filters.length === 0 ||
    filters.some((filter) =>
      filter.endsWith('*') ? group.startsWith(filter.slice(0, -1)) : group === filter,
    )
  );
}
