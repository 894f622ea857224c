import type { HubDriver, WebPubSubDriver } from '../drivers/hub-driver.interface.js';
import type { Surface } from './surface.interface.js';

const DEFAULT_PATIENCE = 10_000;

/** The service behind a driver. */
export class DriverSurface implements Surface {
  readonly rest = undefined;

  constructor(
    readonly name: string,
    private readonly driver: WebPubSubDriver,
    readonly patience: number = DEFAULT_PATIENCE,
  ) {}

  hub(name: string): HubDriver {
    return this.driver.hub(name);
  }

  async isHealthy(): Promise<boolean> {
    return await this.driver.isHealthy();
  }
}
