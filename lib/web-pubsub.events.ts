import { Injectable } from '@nestjs/common';
import { EventRouter } from './events/event.router.js';
import { EventRoutes } from './events/event-routes.js';
import { HandlerRegistry } from './events/handlers/handler.registry.js';
import { Webhooks } from './webhooks/sender/webhooks.js';

/** What takes events, from the start of the application to its end. */
@Injectable()
export class WebPubSubEvents {
  constructor(
    private readonly handlers: HandlerRegistry,
    private readonly routes: EventRoutes,
    private readonly router: EventRouter,
    private readonly webhooks: Webhooks,
  ) {}

  /**
   * Finds the classes with handlers.
   *
   * @param hubs those there are, in lower case; none: any
   * @throws {@link WebPubSubConfigurationError}
   */
  start(hubs: readonly string[]): void {
    this.handlers.explore(hubs);
    for (const hub of this.handlers.hubs) {
      const handler = this.handlers.handlerOf(hub);
      if (handler !== undefined) this.routes.useClasses(hub, handler);
    }
  }

  /** Lets what is under way come to an end. */
  settle(): Promise<void> {
    return this.router.settle();
  }

  /** After the last event. */
  async close(): Promise<void> {
    await this.settle();
    this.webhooks.close();
  }
}
