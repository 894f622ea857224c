import { execFileSync, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';

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
export async function start(core, script, ...args) {
  const path = new URL(`../${script}`, import.meta.url).pathname;
  const node = [process.execPath, '--expose-gc', path, ...args];
  const [command, ...rest] = isPinned ? ['taskset', '-c', String(core), ...node] : node;
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, line: JSON.parse(line) };
  }
  throw new Error(`${script} ended without a result`);
}

/** Runs one load against one server. */
export async function measure({ load, input, value }, server) {
  const { child, line: target } = await start(0, `servers/${server.name}.js`, ...server.args);
  try {
    const task = JSON.stringify({ target, ...input, ...server.input });
    const { line } = await start(1, `loads/${load}`, task);
    if (line.wrong > 0) throw new Error(`${server.name}, ${load}: ${line.wrong} are wrong`);
    return line[value];
  } finally {
    child.kill('SIGKILL');
  }
}
