import { parseArgs } from 'node:util';
import { table } from './report/table.js';
import { summarize } from './report/summary.js';
import { readReport, writeReport } from './report/files.js';
import { merge } from './report/merge.js';
import { chooseScenarios } from './scenarios.js';
import { currentCommit, describeMachine, whyNot } from './support/machine.js';
import { runRounds } from './support/rounds.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Of each measurement, without its warm-up. */
    seconds: { type: 'string', default: '3' },
    /** Idle ones, to see what they weigh. */
    connections: { type: 'string', default: '19000' },
    /** Only scenarios whose name has one of these texts. */
    only: { type: 'string', multiple: true, default: [''] },
    /** Only the scenarios that show at a glance whether something broke. */
    smoke: { type: 'boolean', default: false },
    /** Fails when a fan-out is less than so many times that of Socket.IO. */
    floor: { type: 'string', default: '0' },
    /** Where the raw results go, as JSON; plots and tables go beside them. */
    output: { type: 'string' },
    /** The same for a file that has been written before: its other scenarios stay in it. */
    into: { type: 'string' },
  },
});
const { only, smoke, output, into } = values;
const [rounds, seconds, connections, floor] = [
  values.rounds,
  values.seconds,
  values.connections,
  values.floor,
].map(Number);

// Before anything is measured: one that cannot be read must not cost an hour first.
const earlier = into === undefined ? undefined : readReport(into);

/** An argument as a shell takes it. */
const quoted = (argument) => (/^[\w./-]+$/.test(argument) ? argument : JSON.stringify(argument));

function fail(message) {
  process.stdout.write(`\n${message}\n`);
  process.exitCode = 1;
}

/** What came of a scenario; a failure does not keep the others from being measured. */
async function resultOf(scenario, earlier) {
  const reason = whyNot(scenario.connections ?? 0);
  if (reason !== undefined) return { scenario: scenario.name, missing: reason };
  try {
    // Once is enough for a ceiling: it is only to be out of reach.
    const samples = await runRounds(scenario, scenario.isCeiling ? 1 : rounds);
    return summarize(scenario, samples, earlier);
  } catch (error) {
    fail(`${scenario.name} failed: ${error.message}`);
    return { scenario: scenario.name, missing: error.message };
  }
}

const start = performance.now();
const results = [];
for (const scenario of chooseScenarios({ seconds, connections, only, smoke })) {
  const result = await resultOf(scenario, results);
  process.stdout.write(`\n${table(result)}\n`);
  results.push(result);
}

for (const { scenario, unit, rows = [] } of results) {
  const rival = rows.find(({ name }) => name === 'socket-io');
  if (unit === 'deliveries/s' && rival?.oursToIt.median < floor) {
    fail(`${scenario}: below ${floor} times Socket.IO`);
  }
}

const minutes = (performance.now() - start) / 60_000;
process.stdout.write(`\n${rounds} rounds of ${seconds} s took ${minutes.toFixed(1)} minutes\n`);
const report = {
  date: new Date().toISOString(),
  commit: currentCommit(),
  command: ['node bench/run.js', ...process.argv.slice(2).map(quoted)].join(' '),
  machine: describeMachine(),
  rounds,
  seconds,
  results,
};
if (output !== undefined) writeReport(output, report);
if (into !== undefined) writeReport(into, merge(earlier, report));
