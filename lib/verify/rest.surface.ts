import type { HubDriver } from '../drivers/hub-driver.interface.js';
import { RestCaller } from './rest.caller.js';
import { RestHub } from './rest.hub.js';
import type { Surface } from './surface.interface.js';

const DEFAULT_PATIENCE = 10_000;

/** How a {@link RestSurface} calls. */
export interface RestSurfaceOptions {
  /**
   * How long an answer, a frame or an effect is waited for, in milliseconds.
   *
   * @defaultValue 10000
   */
  readonly patience?: number;
  /**
   * What carries the requests.
   *
   * @defaultValue the global `fetch`
   */
  readonly fetch?: typeof fetch;
}

/** Any service with this REST API, by its connection string. */
export class RestSurface implements Surface {
  readonly name: string;
  readonly rest: RestCaller;
  readonly patience: number;

  /**
   * @param connectionString a secret
   * @throws {@link ConnectionStringError}
   */
  constructor(connectionString: string, options: RestSurfaceOptions = {}) {
    this.patience = options.patience ?? DEFAULT_PATIENCE;
    this.rest = new RestCaller(connectionString, this.patience, options.fetch);
    this.name = this.rest.endpoint;
  }

  hub(name: string): HubDriver {
    return new RestHub(name.toLowerCase(), this.rest);
  }

  async isHealthy(): Promise<boolean> {
    const { status } = await this.rest.call('HEAD', 'api/health', { authorization: null });
    return status === 200;
  }
}
