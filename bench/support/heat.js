import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';

/** A process that sends to a group of many members, until it is told to stop. */
export class Heat {
  #lines;

  constructor(child) {
    this.child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when the group is there and hot. */
  static async start(task) {
    const path = new URL('../loads/hot-group.js', import.meta.url).pathname;
    const stdio = ['pipe', 'pipe', 'inherit'];
    const child = spawn(process.execPath, [path, JSON.stringify(task)], { stdio });
    // It shares a core with the one that measures, which must not have to wait for it.
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const heat = new Heat(child);
    await heat.#line();
    return heat;
  }

  /** @returns how many deliveries a second there were, and how many were wrong */
  async stop() {
    this.child.stdin.end();
    return this.#line();
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the hot group ended early');
    return JSON.parse(value);
  }
}
