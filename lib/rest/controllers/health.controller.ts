import { Head, Inject, Res } from '@nestjs/common';
import { WEB_PUBSUB_DRIVER } from '../../drivers/driver.token.js';
import type { WebPubSubDriver } from '../../drivers/hub-driver.interface.js';
import { sendAnswer } from '../answers.js';
import type { PlatformResponse } from '../../http/raw-exchange.js';
import { OpenController } from '../rest-controller.decorator.js';

/** HealthApi_GetHealthStatus: for probes, so neither a token nor an api-version can be wrong. */
@OpenController('api/health')
export class HealthController {
  constructor(@Inject(WEB_PUBSUB_DRIVER) private readonly driver: WebPubSubDriver) {}

  @Head()
  async check(@Res() response: PlatformResponse): Promise<void> {
    const isHealthy = await this.driver.isHealthy();
    sendAnswer(response, { status: isHealthy ? 200 : 503 });
  }
}
