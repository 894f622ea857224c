import { setTimeout as delay } from 'node:timers/promises';
import { Subscriber } from './subscriber.js';

const CONNECTIONS_AT_ONCE = 100;

const { target, connections } = JSON.parse(process.argv[2]);
const rss = async () =>
  Number(await (await fetch(`http://127.0.0.1:${target.controlPort}`)).text());

async function open(count) {
  const opened = Array.from({ length: count }, () => new Subscriber(target, () => {}));
  for (let at = 0; at < count; at += CONNECTIONS_AT_ONCE) {
    await Promise.all(opened.slice(at, at + CONNECTIONS_AT_ONCE).map((one) => one.connect()));
  }
  await delay(1000);
  return opened;
}

// The first connections pay for code and pools that later ones share.
const warm = await open(200);
const before = await rss();
const idle = await open(connections);
const after = await rss();
for (const subscriber of [...warm, ...idle]) subscriber.close();
process.stdout.write(`${JSON.stringify({ bytes: (after - before) / connections })}\n`);
