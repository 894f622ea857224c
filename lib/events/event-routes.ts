import type { EventHandler, EventKey } from './event-handler.interface.js';
import type { ListenerRoute } from './listeners/listener.route.js';

/** Who takes the events of one hub. */
export interface HubRoutes {
  /** The hub in the letter case it was configured with (events.md 16.4). */
  readonly name?: string;
  /** The first that handles an event gets it, alone (events.md 8.2). */
  readonly handlers: readonly EventHandler[];
  /** Every one that wants an event gets a copy. */
  readonly listeners: readonly ListenerRoute[];
}

const NO_ROUTES: HubRoutes = { handlers: [], listeners: [] };

/**
 * Where events go, by hub. The classes of the application come before what is configured; the latter
 * can be replaced at any time, which concerns the events that are raised from then on.
 */
export class EventRoutes {
  readonly #configured = new Map<string, HubRoutes>();
  readonly #classes = new Map<string, EventHandler>();

  /** @param hub lower case */
  configure(hub: string, routes: HubRoutes): void {
    this.#configured.set(hub, routes);
  }

  /** @param hub lower case */
  useClasses(hub: string, handler: EventHandler): void {
    this.#classes.set(hub, handler);
  }

  handlerOf(hub: string, key: EventKey): EventHandler | undefined {
    const classes = this.#classes.get(hub);
    if (classes?.handles(key)) return classes;
    return this.configured(hub).handlers.find((handler) => handler.handles(key));
  }

  listenersOf(hub: string, key: EventKey): readonly ListenerRoute[] {
    const { listeners } = this.configured(hub);
    return listeners.length === 0 ? listeners : listeners.filter((route) => route.wants(key));
  }

  /** The hub in the letter case it was configured with. */
  nameOf(hub: string): string {
    return this.configured(hub).name ?? hub;
  }

  configured(hub: string): HubRoutes {
    return this.#configured.get(hub) ?? NO_ROUTES;
  }
}
