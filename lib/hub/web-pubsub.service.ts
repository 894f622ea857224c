import { Injectable } from '@nestjs/common';
import { HubRegistry } from './hub.registry.js';
import type { WebPubSubHub } from './web-pubsub-hub.js';

/**
 * The service as a whole: hubs whose names are known only at run time, and its health.
 *
 * @example
 * ```ts
 * constructor(private readonly webPubSub: WebPubSubService) {}
 *
 * async broadcast(tenant: string, message: object) {
 *   await this.webPubSub.hub(tenant).sendToAll(message);
 * }
 * ```
 */
@Injectable()
export class WebPubSubService {
  constructor(private readonly hubs: HubRegistry) {}

  /**
   * A hub by name. Each name stays in memory: use names of the application, not of its callers.
   *
   * @throws {@link WebPubSubError} `InvalidHubName` (400)
   */
  hub(name: string): WebPubSubHub {
    return this.hubs.get(name);
  }

  /** Whether the service can be used (operation `HealthApi_GetHealthStatus`). Never rejects. */
  getServiceStatus(): Promise<boolean> {
    return this.hubs.isServiceHealthy();
  }
}
