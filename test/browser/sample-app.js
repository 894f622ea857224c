/**
 * Two people use the sample chat in a real browser: they talk, whisper, and one is muted and shown
 * the door. Once with the hub in the sample's own process, and once with a second server that plays the
 * cloud: clients are there, and their events come back as webhooks. Needs a Chromium; CHROMIUM_PATH says
 * where. `--screenshots DIR` keeps what they saw.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({ options: { screenshots: { type: 'string' } } });
const root = resolve(import.meta.dirname, '../..');
const servers = [];

function start(script, args = [], environment = {}) {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(child);
  return child;
}

async function line(child, pattern) {
  for await (const text of createInterface({ input: child.stdout })) {
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(`a server ended without a line like ${pattern}`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function startSample(environment) {
  const sample = start('sample-app/dist/main.js', [], environment);
  return line(sample, /http:\/\/localhost:\d+(?=$)/);
}

/** The sample, and everything it needs, in one process. */
async function embedded() {
  return startSample({ PORT: '0' });
}

/** The sample as an application of a service in the cloud, which a second server plays. */
async function asAzure() {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'sample-'));
  const config = join(folder, 'web-pubsub.json');
  const handler = {
    urlTemplate: `http://localhost:${port}/api/webpubsub/hubs/{hub}/{event}`,
    userEventPattern: '*',
    systemEvents: ['connect', 'connected', 'disconnected'],
  };
  await writeFile(config, JSON.stringify({ hubs: { chat: { eventHandlers: [handler] } } }));
  const cloud = start('dist/cli/main.js', ['serve', '--port', '0', '--config', config]);
  const connectionString = await line(cloud, /Endpoint=.*/);
  await rm(folder, { recursive: true });
  return startSample({
    PORT: String(port),
    WEB_PUBSUB_CONNECTION_STRING: connectionString,
    WEB_PUBSUB_DRIVER: 'azure',
  });
}

async function enter(browser, url, name) {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(url);
  await page.fill('input[name=name]', name);
  await page.click('#enter button');
  await page.waitForSelector('text=You are in lobby.');
  return page;
}

async function say(page, text) {
  await page.fill('#say input', text);
  await page.click('#say button');
}

const sees = (page, text) => page.waitForSelector(`#messages li:has-text("${text}")`);

async function chat(browser, url, mode) {
  const ann = await enter(browser, url, 'ann');
  const bob = await enter(browser, url, 'bob');
  await sees(ann, 'bob is here.');

  await say(bob, 'hello everybody');
  await sees(ann, 'hello everybody');
  await say(ann, '@bob just between us');
  await sees(bob, 'just between us');
  await say(ann, '@nobody hello?');
  await sees(ann, 'nobody is not here.');

  await ann.click('summary');
  await ann.fill('#password', 'please');
  await say(bob, 'second message');
  await ann.click('li:has-text("second message") >> text=mute');
  await sees(ann, 'mute: done');
  await say(bob, 'can you hear me?');
  await sees(bob, 'you are muted here');
  await ann.click('li:has-text("second message") >> text=unmute');
  await sees(ann, 'unmute: done');
  await say(bob, 'thank you');
  await sees(ann, 'thank you');

  for (const [name, page] of Object.entries({ ann, bob })) {
    if (values.screenshots)
      await page.screenshot({ path: join(values.screenshots, `${mode}-${name}.png`) });
  }
  await ann.click('li:has-text("second message") >> text=kick');
  await sees(bob, 'A moderator closed your connection.');
  await bob.waitForSelector('text=disconnected (1000)');
  await sees(ann, 'bob has left.');
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  for (const mode of [embedded, asAzure]) {
    await chat(browser, await mode(), mode.name);
    process.stdout.write(`sample chat in two windows, ${mode.name}: ok\n`);
  }
} finally {
  await browser.close();
  for (const server of servers) server.kill('SIGTERM');
  await Promise.all(servers.map((server) => server.exitCode ?? once(server, 'exit')));
}
