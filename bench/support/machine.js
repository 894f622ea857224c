import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isPinned } from './processes.js';

/** What a process has open besides the connections that are measured. */
const OTHER_FILES = 300;

/** What the numbers were taken on. */
export function describeMachine() {
  const all = cpus();
  return { cpu: all[0]?.model, cores: all.length, node: process.version, isPinned };
}

/** The state of the sources. */
export function currentCommit() {
  try {
    const args = ['describe', '--always', '--dirty', '--exclude=*'];
    const cwd = new URL('.', import.meta.url);
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

/** Why this machine cannot hold so many connections in one process, if it cannot. */
export function whyNot(connections) {
  const files = openFiles();
  if (connections + OTHER_FILES > files) {
    return `needs ${connections + OTHER_FILES} open files in a process, and ${files} are allowed`;
  }
  const ports = clientPorts();
  if (connections + OTHER_FILES > ports) {
    return `needs ${connections + OTHER_FILES} ports for clients, and there are ${ports}`;
  }
  return undefined;
}

/** Node raises what it may have open to what it could have. */
function openFiles() {
  const limit = /^Max open files +\d+ +(\d+)/m.exec(read('/proc/self/limits'));
  return limit === null ? Infinity : Number(limit[1]);
}

function clientPorts() {
  const [from, to] = read('/proc/sys/net/ipv4/ip_local_port_range').trim().split(/\s+/).map(Number);
  return to === undefined ? Infinity : to - from + 1;
}

/** Empty where there is no such file: other systems say it elsewhere. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
