import type { AccessKeys } from '../../auth/access-key.js';
import type { Engine } from '../../engine/engine.js';
import type { HubDriver, WebPubSubDriver } from '../hub-driver.interface.js';
import { ClientTokens } from './client-tokens.js';
import { EmbeddedHub } from './embedded.hub.js';
import type { ServiceEndpoint } from './service-endpoint.js';

/** The service inside this process, or on the cluster it is a node of. */
export class EmbeddedDriver implements WebPubSubDriver {
  readonly #tokens: ClientTokens;

  constructor(
    private readonly engine: Engine,
    keys: AccessKeys,
    endpoint: ServiceEndpoint,
  ) {
    this.#tokens = new ClientTokens(keys, endpoint, engine.clock);
  }

  hub(name: string): HubDriver {
    const { engine } = this;
    const hub = engine.hub(name.toLowerCase());
    return new EmbeddedHub(hub, engine.clock, this.#tokens, engine.slowConsumers);
  }

  async isHealthy(): Promise<boolean> {
    return this.engine.isRunning;
  }
}
