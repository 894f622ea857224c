import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { profileTable } from './report/profile.js';
import { chooseScenarios } from './scenarios.js';
import { measure } from './support/processes.js';

const { values } = parseArgs({
  options: {
    /** The first scenario whose name has this text. */
    only: { type: 'string', default: '' },
    /** Which of its rows; the first unless said. */
    row: { type: 'string' },
  },
});

// Long enough that the sample lies in the middle of it.
const SECONDS = 6;
const AFTER_MS = 5000;

const scenario = chooseScenarios({
  seconds: SECONDS,
  connections: 1000,
  only: [values.only],
  smoke: false,
}).find(({ isCeiling }) => !isCeiling);
const server = scenario?.servers.find(({ name }) => name === (values.row ?? name));
if (server === undefined) throw new Error('There is no such scenario, or it has no such row.');

const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'));
const file = join(folder, 'profile.json');
process.env.BENCH_PROFILE_FILE = file;
process.env.BENCH_PROFILE_AFTER_MS = String(AFTER_MS);
try {
  const [point] = scenario.growth?.points ?? [{ input: {} }];
  await measure(scenario.load, { ...scenario.input, ...point.input }, server, ['profiler.js']);
  process.stdout.write(`${scenario.name}: ${server.name}\n\n`);
  process.stdout.write(`${profileTable(JSON.parse(readFileSync(file, 'utf8')))}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
