import type { EventKey, SystemEventName } from '../event-handler.interface.js';
import { EventPattern } from '../event-pattern.js';
import type { EventListener } from './event-listener.interface.js';

/** A listener, and which events it gets (events.md 10.1). */
export class ListenerRoute {
  readonly #systemEvents: ReadonlySet<SystemEventName>;
  readonly #userEvents: EventPattern;

  /** `connect` among the system events has no effect: nobody but its handler ever sees it. */
  constructor(
    readonly listener: EventListener,
    filter: {
      readonly systemEvents: readonly SystemEventName[];
      readonly userEventPattern: string;
    },
  ) {
    this.#systemEvents = new Set(filter.systemEvents);
    this.#userEvents = new EventPattern(filter.userEventPattern);
  }

  wants(key: EventKey): boolean {
    switch (key.kind) {
      case 'system':
        return this.#systemEvents.has(key.name);
      case 'user':
        return this.#userEvents.matches(key.name);
      case 'group':
        return false;
    }
  }
}
