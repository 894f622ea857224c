/**
 * Installs the packed module into fresh Nest applications, as users would, compiles them against its
 * types, and uses them over REST and WebSockets. Prints what it does; a failure is an exit code.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { APPLICATIONS } from './applications.js';
import { FreshApplication } from './fresh-application.js';
import { useAsClient } from './real-client.js';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'packed-app-'));
const accessKey = randomBytes(32).toString('base64');

function pack() {
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  const [packed] = JSON.parse(execFileSync('npm', pack, options));
  console.log(`packed ${packed.filename} (${packed.size} bytes, ${packed.entryCount} files)`);
  return join(folder, packed.filename);
}

async function tryIn(settings, archive) {
  const say = (text) => console.log(`${settings.name}: ${text}`);
  const application = new FreshApplication(settings, join(folder, settings.name));
  await application.install(archive);
  say('installed');
  await application.compile();
  say('compiled');
  for (const platform of ['express', 'fastify']) {
    await application.whileRunning(platform, { ACCESS_KEY: accessKey }, async (url) => {
      await useAsClient(url, accessKey);
    });
    say(`used on ${platform}`);
  }
  await application.serve();
  say('command used');
}

try {
  const archive = pack();
  const results = await Promise.allSettled(
    APPLICATIONS.map(async (settings) => await tryIn(settings, archive)),
  );
  const failures = results.filter(({ status }) => status === 'rejected');
  if (failures.length > 0) throw new AggregateError(failures.map(({ reason }) => reason));
  console.log('packed module: ok');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
