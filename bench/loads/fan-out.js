import { setTimeout as delay } from 'node:timers/promises';
import { report } from '../support/control.js';
import { groupName, Publisher } from '../support/publisher.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/**
 * As many messages as the server takes, each to all members of a group, or to everybody. A window
 * keeps the server busy and its queues short; each delivery is counted, and one that is lost, or one
 * too many, makes the result worthless.
 */
const {
  target,
  members,
  payloadBytes,
  seconds,
  via = 'post',
  groups = 0,
  window = 128,
} = JSON.parse(process.argv[2]);

const WARM_UP_SECONDS = 1;
const publisher = new Publisher(target, via, 'x'.repeat(payloadBytes));
await publisher.start();

let received = 0;
const waiting = [];
const wake = () => {
  for (const resolve of waiting.splice(0)) resolve();
};
const subscribers = Array.from({ length: members }, () => {
  return new Subscriber(target, (bytes) => {
    received += bytes;
    wake();
  });
});
await connectAll(subscribers);
const groupCount = via === 'client' ? 1 : groups;
if (groupCount > 0) {
  subscribers.forEach((one, index) => one.join(groupName(index % groupCount)));
  await delay(500);
}
for (const subscriber of subscribers) subscriber.start();

const size = frameBytes(payloadBytes + (groupCount > 0 ? target.groupEnvelope : target.envelope));
const audience = members / Math.max(1, groupCount);
const published = Array.from({ length: Math.max(1, groupCount) }, () => 0);
let total = 0;
/** What has been delivered by now. */
const mark = () => ({ at: process.hrtime.bigint(), deliveries: received / size });
const run = (async () => {
  // The first second is for the compiler of the server.
  await delay(WARM_UP_SECONDS * 1000);
  const from = mark();
  await delay(seconds * 1000);
  return [from, mark()];
})();
const end = process.hrtime.bigint() + BigInt((WARM_UP_SECONDS + seconds) * 1e9);
const outstanding = () => total * audience - received / size;
const changed = () => new Promise((resolve) => waiting.push(resolve));

async function caller(index) {
  while (process.hrtime.bigint() < end) {
    if (outstanding() >= window * audience) {
      await changed();
      continue;
    }
    const group = groupCount === 0 ? 0 : Math.floor(Math.random() * groupCount);
    published[group] += 1;
    total += 1;
    await publisher.publish(index, groupCount === 0 ? undefined : groupName(group));
  }
}
await Promise.all(Array.from({ length: publisher.callers }, (_, index) => caller(index)));
const [from, to] = await run;
const deadline = Date.now() + 20_000;
while (outstanding() > 0 && Date.now() < deadline) await Promise.race([changed(), delay(50)]);

const wrong = subscribers.filter(
  ({ bytes }, index) => bytes !== published[index % published.length] * size,
).length;
for (const subscriber of subscribers) subscriber.close();
publisher.close();
const deliveries = to.deliveries - from.deliveries;
report({
  wrong,
  deliveriesPerSecond: (deliveries * 1e9) / Number(to.at - from.at),
});
