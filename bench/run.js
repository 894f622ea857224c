import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
const OURS = 'nestjs-web-pubsub';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '5000' },
    // Fails when a fan-out is less than so many times that of Socket.IO.
    floor: { type: 'string' },
    output: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const connections = Number(values.connections);

const SCENARIOS = [
  {
    name: 'POST to 1,000 raw subscribers, 64 B',
    unit: 'deliveries/s',
    load: 'fan-out.load.js',
    input: { members: 1000, payloadBytes: 64, seconds },
    servers: [{ name: OURS }, { name: 'ws-loop' }, { name: 'socket-io' }],
    value: ({ perSecond }) => perSecond,
  },
  {
    name: 'POST to 1,000 JSON subscribers, 64 B',
    unit: 'deliveries/s',
    load: 'fan-out.load.js',
    input: { members: 1000, payloadBytes: 64, seconds },
    servers: [{ name: OURS, argument: JSON_PROTOCOL }, { name: 'socket-io' }],
    value: ({ perSecond }) => perSecond,
  },
  {
    name: `${connections.toLocaleString('en')} idle connections`,
    unit: 'bytes each',
    load: 'idle.load.js',
    input: { connections },
    servers: [{ name: OURS, argument: JSON_PROTOCOL }, { name: 'ws-loop' }, { name: 'socket-io' }],
    value: ({ bytes }) => bytes,
  },
];

const canPin = cpus().length > 1 && hasTaskset();

function hasTaskset() {
  try {
    execFileSync('taskset', ['-c', '0', 'true']);
    return true;
  } catch {
    return false;
  }
}

/** Starts a Node script on one core, and yields the line of JSON it prints first. */
async function start(core, script, ...args) {
  const url = new URL(script, import.meta.url).pathname;
  const node = [process.execPath, '--expose-gc', url, ...args.filter((arg) => arg !== undefined)];
  const [command, ...rest] = canPin ? ['taskset', '-c', String(core), ...node] : node;
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, line: JSON.parse(line) };
  }
  throw new Error(`${script} ended without a result`);
}

async function measure(scenario, server) {
  const { child, line: target } = await start(0, `servers/${server.name}.js`, server.argument);
  try {
    const { line } = await start(1, scenario.load, JSON.stringify({ target, ...scenario.input }));
    if (line.wrong > 0) throw new Error(`${server.name}: ${line.wrong} clients lost messages`);
    return scenario.value(line);
  } finally {
    child.kill('SIGKILL');
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const results = [];
for (const scenario of SCENARIOS) {
  const samples = new Map(scenario.servers.map(({ name }) => [name, []]));
  // Interleaved: a slow minute of the machine hits everybody.
  for (let round = 0; round < rounds; round += 1) {
    for (const server of scenario.servers) {
      samples.get(server.name).push(await measure(scenario, server));
    }
  }
  const ours = median(samples.get(OURS));
  process.stdout.write(`\n${scenario.name} (${scenario.unit}, median of ${rounds})\n`);
  const rows = [...samples].map(([name, numbers]) => {
    const value = median(numbers);
    const row = {
      name,
      median: value,
      least: Math.min(...numbers),
      most: Math.max(...numbers),
      oursToIt: ours / value,
    };
    process.stdout.write(
      `  ${name.padEnd(20)} ${Math.round(value).toLocaleString('en').padStart(12)}` +
        `   ${Math.round(row.least).toLocaleString('en')} to ${Math.round(row.most).toLocaleString('en')}` +
        `   ours is ${row.oursToIt.toFixed(2)}×\n`,
    );
    return row;
  });
  results.push({ scenario: scenario.name, unit: scenario.unit, rows });
}

const floor = Number(values.floor ?? 0);
for (const { scenario, unit, rows } of results) {
  const { oursToIt } = rows.find(({ name }) => name === 'socket-io');
  if (unit === 'deliveries/s' && oursToIt < floor) {
    process.stdout.write(`\n${scenario}: below ${floor} times Socket.IO\n`);
    process.exitCode = 1;
  }
}

if (values.output) {
  mkdirSync(new URL('.', `file://${process.cwd()}/${values.output}`), { recursive: true });
  const machine = {
    cpu: cpus()[0].model,
    cores: cpus().length,
    node: process.version,
    isPinned: canPin,
  };
  const report = { date: new Date().toISOString(), machine, rounds, seconds, results };
  writeFileSync(values.output, `${JSON.stringify(report, null, 2)}\n`);
}
