import { formatConnectionString, WebPubSubModule } from 'nestjs-web-pubsub';
import type { WebPubSubDriver } from '../../../lib/drivers/hub-driver.interface.js';
import { WEB_PUBSUB_DRIVER } from '../../../lib/drivers/driver.token.js';
import { CHECKS } from '../../../lib/verify/checks.js';
import type { Check } from '../../../lib/verify/check.interface.js';
import { DriverSurface } from '../../../lib/verify/driver.surface.js';
import { runChecks } from '../../../lib/verify/runner.js';
import type { Surface } from '../../../lib/verify/surface.interface.js';
import { startHost, type Host } from '../../support/host.app.js';
import { ACCESS_KEY } from '../../support/keys.js';
import type { Platform } from '../../support/platforms.js';

/** Every check, as rows of `it.each`. */
export const CHECK_ROWS = CHECKS.map((check) => [check.id, check.title, check] as const);

/** An application that embeds the service. */
export async function startEmbedded(platform: Platform): Promise<Host> {
  const options = { accessKey: ACCESS_KEY, logStart: false };
  return await startHost(platform, { imports: [WebPubSubModule.forRoot(options)] });
}

/** An application whose hubs live in another one. */
export async function startRemote(service: Host): Promise<Host> {
  const options = {
    driver: 'azure',
    connectionString: connectionStringOf(service),
    azure: { maxRetries: 0 },
    logStart: false,
  } as const;
  return await startHost('express', { imports: [WebPubSubModule.forRoot(options)], listen: false });
}

export function connectionStringOf({ url }: Host): string {
  return formatConnectionString({ endpoint: url, accessKey: ACCESS_KEY });
}

/** What the application itself reaches its hubs by. */
export function driverSurface(name: string, { app }: Host): Surface {
  return new DriverSurface(name, app.get<WebPubSubDriver>(WEB_PUBSUB_DRIVER));
}

/** How one check ends, and why: a failing one shows its reason. */
export async function outcomeOf(check: Check, surface: Surface): Promise<string> {
  const [result] = await runChecks([check], surface);
  return result?.outcome === 'failed' ? result.reason : String(result?.outcome);
}
