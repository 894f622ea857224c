import { Audience } from '../support/audience.js';
import { inspect, report } from '../support/control.js';

/**
 * What a delivery costs a server, whatever the size of the audience: the application itself sends so
 * many messages in one turn, and again when all members have all of them.
 */
const { target, members, payloadBytes, seconds, burst = 32 } = JSON.parse(process.argv[2]);

const WARM_UP_SECONDS = 1;
const PATIENCE_MS = 20_000;

const audience = new Audience(target, { members, payloadBytes });
await audience.connect();
let published = 0;

async function sendFor(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const query = `bytes=${payloadBytes}&times=${burst}`;
    await fetch(`http://127.0.0.1:${target.controlPort}/publish?${query}`);
    published += burst;
    await audience.reach(published * members, PATIENCE_MS);
  }
}

await sendFor(WARM_UP_SECONDS * 1000);
const [from, before] = [await inspect(target), audience.received];
await sendFor(seconds * 1000);
const to = await inspect(target, { collects: false });
const deliveries = audience.received - before;
const wrong = audience.countWrong([published]);
audience.close();
report({ wrong, cpuMicrosEach: (to.cpuMicros - from.cpuMicros) / deliveries });
