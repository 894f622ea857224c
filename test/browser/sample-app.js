/**
 * Two people use the sample chat in a real browser: they talk, whisper, and one is muted and shown
 * the door. Needs a Chromium; CHROMIUM_PATH says where. `--screenshots DIR` keeps what they saw.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({ options: { screenshots: { type: 'string' } } });
const root = resolve(import.meta.dirname, '../..');
const main = join(root, 'sample-app/dist/main.js');
const server = spawn(process.execPath, [main], {
  env: { ...process.env, PORT: '0', NO_COLOR: '1' },
  stdio: ['ignore', 'pipe', 'inherit'],
});

async function address() {
  for await (const line of createInterface({ input: server.stdout })) {
    const [url] = /http:\/\/localhost:\d+$/.exec(line) ?? [];
    if (url !== undefined && line.includes('two windows')) return url;
  }
  throw new Error('the sample application did not start');
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

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const url = await address();
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
      await page.screenshot({ path: join(values.screenshots, `${name}.png`) });
  }
  await ann.click('li:has-text("second message") >> text=kick');
  await sees(bob, 'A moderator closed your connection.');
  await bob.waitForSelector('text=disconnected (1000)');
  await sees(ann, 'bob has left.');
  process.stdout.write('sample chat in two windows: ok\n');
} finally {
  await browser.close();
  server.kill('SIGTERM');
  await once(server, 'exit');
}
