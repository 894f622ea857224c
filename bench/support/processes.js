import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';

const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** Whether servers and loads get a core each. */
export const isPinned = cpus().length > 1 && hasTaskset();

function hasTaskset() {
  try {
    execFileSync('taskset', ['-c', '0', 'true']);
    return true;
  } catch {
    return false;
  }
}

/** Starts a script of this folder on one core, and takes the line of JSON it prints first. */
async function start(core, script, args, imports = []) {
  const path = new URL(`../${script}`, import.meta.url).pathname;
  const before = imports.flatMap((name) => ['--import', new URL(name, import.meta.url).href]);
  const node = [process.execPath, '--expose-gc', ...before, path, ...args];
  const [command, ...rest] = isPinned ? ['taskset', '-c', String(core), ...node] : node;
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, exited, line: JSON.parse(line) };
  }
  throw new Error(`${script} ended without a result`);
}

/** Runs a load to its end. */
async function load(core, script, task) {
  const { exited, line } = await start(core, `loads/${script}`, [JSON.stringify(task)]);
  // Whoever comes next has the machine alone.
  await exited;
  if (line.wrong > 0) throw new Error(`${line.wrong} are wrong`);
  if (line.problem !== undefined) throw new Error(line.problem);
  return line;
}

/**
 * Runs one load against one server, or alone.
 *
 * @param {string} script file under `loads/`
 * @param {object} input
 * @param {import('../scenarios/scenario.js').Server} server
 * @param {string[]} [imports] files beside this one that are loaded before the server
 * @returns {Promise<Record<string, number>>} what the load found
 */
export async function measure(script, input, server, imports) {
  const task = { ...input, ...server.input };
  if (server.script === undefined) return load(SERVER_CORE, script, task);
  const { child, exited, line } = await start(
    SERVER_CORE,
    `servers/${server.script}.js`,
    server.args,
    imports,
  );
  try {
    return await load(LOAD_CORE, script, { ...task, target: { ...line, ...server.target } });
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}
