import { setTimeout as delay } from 'node:timers/promises';
import { report } from '../support/control.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/** How many deliveries a second the load generator can count, when the server has nothing else to do. */
const { target, members, seconds } = JSON.parse(process.argv[2]);

let bytes = 0;
const subscribers = Array.from(
  { length: members },
  () => new Subscriber(target, (n) => (bytes += n)),
);
await connectAll(subscribers);
for (const one of subscribers) one.start();
await delay(2500);
const [start, from] = [performance.now(), bytes];
await delay(seconds * 1000);
const elapsed = (performance.now() - start) / 1000;
const counted = (bytes - from) / frameBytes(64);
for (const one of subscribers) one.close();
report({ wrong: 0, deliveriesPerSecond: counted / elapsed });
