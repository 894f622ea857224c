import { runChecks, type CheckResult } from '../../../lib/verify/runner.js';
import { CHECKS } from '../../../lib/verify/checks.js';
import type { Host } from '../../support/host.app.js';
import { PLATFORMS } from '../../support/platforms.js';
import { CHECK_ROWS, driverSurface, outcomeOf, startEmbedded, startRemote } from './surfaces.js';

/** What the service in Azure lacks, and what the driver says to who asks for it. */
const REFUSED: Readonly<Record<string, string>> = {
  K4: 'The service remembers no groups of users',
  K4l: 'The service remembers no groups of users',
  K6: 'The service takes permissions for one group only',
  X1: 'The service does not tell how many connections match a filter.',
  X2: 'The REST API takes text, JSON and binary messages, but none of protobuf.',
  X3: 'The service takes no excluded for sends to a user.',
  X4: 'The service takes no filter for sends to a connection.',
  X5: 'cannot be part of a URL of the service',
};

describe.each(PLATFORMS)('an application on the Azure driver, its hubs on %s', (platform) => {
  let service: Host;
  let application: Host;

  beforeAll(async () => {
    service = await startEmbedded(platform);
    application = await startRemote(service);
  });

  afterAll(async () => {
    await application.close();
    await service.close();
  });

  it.each(CHECK_ROWS)('%s: %s', async (id, _title, check) => {
    const surface = driverSurface('azure', application);
    const expected = check.isRestOnly ? 'skipped' : id in REFUSED ? 'refused' : 'passed';
    expect(await outcomeOf(check, surface)).toBe(expected);
  });

  it('says what it refuses, and why', async () => {
    const checks = CHECKS.filter(({ id }) => id in REFUSED);
    const results = await runChecks(checks, driverSurface('azure', application));
    expect(results.map(reasonOf)).toEqual(
      checks.map(({ id }) => [id, expect.stringContaining(REFUSED[id] ?? '')]),
    );
  });
});

function reasonOf({ check, reason }: CheckResult): readonly [string, string] {
  return [check.id, reason];
}
