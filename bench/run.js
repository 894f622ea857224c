import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { plot } from './report/plot.js';
import { table } from './report/table.js';
import { OURS, scenarios } from './scenarios.js';
import { isPinned, measure } from './support/processes.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '5000' },
    /** Only scenarios whose name has one of these texts. */
    only: { type: 'string', multiple: true, default: [''] },
    /** Only the scenarios that show at a glance whether something broke. */
    smoke: { type: 'boolean', default: false },
    /** Fails when a fan-out is less than so many times that of Socket.IO. */
    floor: { type: 'string', default: '0' },
    /** Where the raw results go; a plot goes beside them. */
    output: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

const chosen = scenarios({ seconds, connections: Number(values.connections) }).filter(
  ({ name, isSmoke }) =>
    values.only.some((text) => name.includes(text)) && (!values.smoke || isSmoke),
);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const results = [];
for (const scenario of chosen) {
  const samples = new Map(scenario.servers.map(({ name }) => [name, []]));
  // Interleaved: a slow minute of the machine hits everybody.
  for (let round = 0; round < rounds; round += 1) {
    for (const server of scenario.servers) {
      samples.get(server.name).push(await measure(scenario, server));
    }
  }
  const ours = median(samples.get(OURS));
  const rows = [...samples].map(([name, numbers]) => ({
    name,
    median: median(numbers),
    least: Math.min(...numbers),
    most: Math.max(...numbers),
    oursToIt: ours / median(numbers),
  }));
  const { name, unit, better } = scenario;
  const result = { scenario: name, unit, better, rounds, rows };
  process.stdout.write(`\n${table(result)}\n`);
  results.push(result);
}

for (const { scenario, unit, rows } of results) {
  const rival = rows.find(({ name }) => name === 'socket-io');
  if (unit === 'deliveries/s' && rival && rival.oursToIt < Number(values.floor)) {
    process.stdout.write(`\n${scenario}: below ${values.floor} times Socket.IO\n`);
    process.exitCode = 1;
  }
}

if (values.output) {
  const file = resolve(values.output);
  mkdirSync(dirname(file), { recursive: true });
  const [{ model: cpu }, { length: cores }] = [cpus()[0], cpus()];
  const machine = { cpu, cores, node: process.version, isPinned };
  const report = { date: new Date().toISOString(), machine, seconds, results };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(file.replace(/\.json$/, '.svg'), plot(results));
}
