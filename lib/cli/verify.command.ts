import { isHubName } from '../engine/names.js';
import { CHECKS } from '../verify/checks.js';
import { probe } from '../verify/probe.js';
import { summaryOf, TABLE_HEAD, tableRow } from '../verify/report.js';
import { RestSurface } from '../verify/rest.surface.js';
import { runChecks } from '../verify/runner.js';
import { parseOptions } from './arguments.js';
import type { CliContext } from './cli.js';
import { UsageError } from './usage.error.js';

/**
 * `web-pubsub verify`: checks a service and prints what comes of it.
 *
 * @returns whether nothing failed
 */
export async function verify(args: readonly string[], context: CliContext): Promise<boolean> {
  const options = parseOptions(args, {
    'connection-string': { type: 'string' },
    hub: { type: 'string' },
    'read-only': { type: 'boolean' },
  });
  const { hub } = options;
  if (hub !== undefined && !isHubName(hub)) {
    throw new UsageError('--hub is a letter, then letters, digits and _, at most 128 characters.');
  }
  const connectionString =
    options['connection-string'] ?? context.environment['WEB_PUBSUB_CONNECTION_STRING'];
  if (connectionString === undefined) throw new UsageError('--connection-string is needed.');
  const surface = new RestSurface(connectionString);
  await probe(surface);
  context.print(TABLE_HEAD);
  const results = await runChecks(CHECKS, surface, {
    hub,
    isReadOnly: options['read-only'],
    onResult: (result) => {
      if (result.outcome !== 'skipped') context.print(tableRow(result));
    },
  });
  context.print(`\n${summaryOf(results, surface)}`);
  return results.every(({ outcome }) => outcome !== 'failed');
}
