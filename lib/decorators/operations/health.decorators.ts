import { serviceErrors } from '../../errors/service-errors.js';
import { CheckFailedException } from './check-failed.exception.js';
import { operationDecorator } from './operation.decorator.js';

/**
 * Lets the method run only while the service can be used (operation `HealthApi_GetHealthStatus`);
 * otherwise the caller gets a {@link CheckFailedException} of status 503.
 *
 * @example
 * ```ts
 * @Post('broadcasts')
 * @ServiceHealthy()
 * start(@Body() broadcast: BroadcastDto) {}
 * ```
 */
export function ServiceHealthy(): MethodDecorator {
  return operationDecorator('ServiceHealthy', (hubs) => ({
    async before() {
      if (await hubs.isServiceHealthy()) return;
      throw new CheckFailedException(
        serviceErrors.unavailable('The Web PubSub service cannot be used.'),
      );
    },
  }));
}
