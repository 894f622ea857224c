import { RestSurface } from '../../../lib/verify/rest.surface.js';
import type { Surface } from '../../../lib/verify/surface.interface.js';
import type { Host } from '../../support/host.app.js';
import { PLATFORMS } from '../../support/platforms.js';
import {
  CHECK_ROWS,
  connectionStringOf,
  driverSurface,
  outcomeOf,
  startEmbedded,
} from './surfaces.js';

// What only a driver can be asked: no request says it.
const WITHOUT_REQUEST: readonly string[] = ['X1', 'X2', 'X3', 'X4', 'X5'];

describe.each(PLATFORMS)('the embedded service on %s', (platform) => {
  let host: Host;

  beforeAll(async () => {
    host = await startEmbedded(platform);
  });

  afterAll(async () => {
    await host.close();
  });

  describe('over HTTP', () => {
    let surface: Surface;

    beforeAll(() => {
      surface = new RestSurface(connectionStringOf(host));
    });

    it.each(CHECK_ROWS)('%s: %s', async (id, _title, check) => {
      const expected = WITHOUT_REQUEST.includes(id) ? 'refused' : 'passed';
      expect(await outcomeOf(check, surface)).toBe(expected);
    });
  });

  describe('from inside the application', () => {
    it.each(CHECK_ROWS)('%s: %s', async (_id, _title, check) => {
      const surface = driverSurface('embedded', host);
      const expected = check.isRestOnly ? 'skipped' : 'passed';
      expect(await outcomeOf(check, surface)).toBe(expected);
    });
  });
});
