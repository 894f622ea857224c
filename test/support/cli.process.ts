import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a command ended. */
export interface CliResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

type Environment = Readonly<Record<string, string>>;

/** `web-pubsub` as a process, from the built package. */
export class CliProcess {
  #output = '';
  #errors = '';
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<[number | null]>;

  private constructor(readonly child: ChildProcess) {
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    stdout.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    this.#ended = once(child, 'close') as Promise<[number | null]>;
  }

  static start(args: readonly string[], environment: Environment = {}): CliProcess {
    const env = { PATH: process.env['PATH'] ?? '', ...environment };
    return new CliProcess(
      spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /** Runs a command to its end. */
  static run(args: readonly string[], environment?: Environment): Promise<CliResult> {
    return CliProcess.start(args, environment).end();
  }

  /** The next line it prints. */
  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`it printed nothing more; errors: ${this.#errors}`);
    return value;
  }

  async end(signal?: NodeJS.Signals): Promise<CliResult> {
    if (signal !== undefined) this.child.kill(signal);
    const [code] = await this.#ended;
    return { code, output: this.#output, errors: this.#errors };
  }
}
