import { Inject, Injectable } from '@nestjs/common';
import { WEB_PUBSUB_DRIVER } from '../drivers/driver.token.js';
import type { HubDriver, WebPubSubDriver } from '../drivers/hub-driver.interface.js';
import { normalizeHubName } from '../engine/names.js';
import type { HubParameters } from './dto/hub.dto.js';

/** Finds the hub that an operation is about. */
@Injectable()
export class HubDrivers {
  constructor(@Inject(WEB_PUBSUB_DRIVER) private readonly driver: WebPubSubDriver) {}

  of({ hub }: HubParameters): HubDriver {
    return this.driver.hub(normalizeHubName(hub));
  }
}
