import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const SOURCES = join(import.meta.dirname, 'application');

/** Packages that the module uses when they are there. In these applications they are not. */
const ABSENT = ['@azure/web-pubsub', '@nestjs/swagger', 'jose'];

const INSTALL =
  'install --loglevel=error --prefer-offline --no-audit --no-fund --ignore-scripts'.split(' ');

/** One application in a folder of its own, with the packed module installed from its archive. */
export class FreshApplication {
  /** @param settings one of APPLICATIONS */
  constructor(settings, folder) {
    this.settings = settings;
    this.folder = folder;
  }

  async install(archive) {
    const { name, type, packages, compilerOptions } = this.settings;
    mkdirSync(this.folder);
    cpSync(SOURCES, join(this.folder, 'src'), { recursive: true });
    this.#writeJson('package.json', { name, type, private: true });
    this.#writeJson('tsconfig.json', { compilerOptions, include: ['src'] });
    await this.#run('npm', [...INSTALL, archive, ...packages]);
    const present = ABSENT.filter((absent) => existsSync(this.#installed(absent)));
    if (present.length > 0) throw new Error(`${name} got ${present.join(', ')}`);
  }

  async compile() {
    const tsc = [this.#installed('typescript/bin/tsc'), '--project', '.'];
    for (const module of this.settings.checkedAs) {
      await this.#run(process.execPath, [...tsc, '--noEmit', '--module', module]);
    }
    await this.#run(process.execPath, tsc);
  }

  /** Runs it on a platform while the callback uses it. It must end when asked, without a complaint. */
  async whileRunning(platform, environment, use) {
    await this.#while([join('dist', 'main.js'), platform], environment, 'SIGTERM', async (line) => {
      const [url] = /http:\/\/127\.0\.0\.1:\d+$/.exec(line) ?? [];
      if (url === undefined) throw new Error(`the application printed: ${line}`);
      await use(url);
    });
  }

  /** Starts the command of the module, without a project around it. */
  async serve() {
    const command = this.#installed('.bin/web-pubsub');
    await this.#while([command, 'serve', '--port', '0'], {}, 0, (line) => {
      if (/^Endpoint=http:\/\/127\.0\.0\.1:\d+;AccessKey=.+;Version=1\.0;$/.test(line)) return;
      throw new Error(`serve printed: ${line}`);
    });
  }

  async #while(args, environment, end, use) {
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const complaints = text(child.stderr);
    const exit = once(child, 'exit');
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const { value: line } = await lines.next();
      if (line === undefined) throw new Error(`it ended at once: ${await complaints}`);
      await use(line);
    } finally {
      child.kill('SIGTERM');
    }
    const [code, signal] = await exit;
    if ((code ?? signal) !== end) throw new Error(`it ended with ${code ?? signal}`);
    if ((await complaints) !== '') throw new Error(`it complained: ${await complaints}`);
  }

  async #run(command, args) {
    const child = spawn(command, args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (code === 0) return;
    throw new Error(`${this.settings.name}: ${[command, ...args].join(' ')} failed.\n${output}`);
  }

  #installed(path) {
    return join(this.folder, 'node_modules', path);
  }

  #writeJson(file, value) {
    writeFileSync(join(this.folder, file), JSON.stringify(value, null, 2));
  }
}
