import { setTimeout as delay } from 'node:timers/promises';
import { percentile, report } from '../support/control.js';
import { groupName, Publisher } from '../support/publisher.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/**
 * Milliseconds from a publish to each delivery in a quiet group, at a steady pace; beside it a hot
 * group can be sent to as fast as the server takes it.
 */
const { target, quiet, hot = 0, perSecond, seconds, payloadBytes } = JSON.parse(process.argv[2]);

const size = frameBytes(payloadBytes + target.groupEnvelope);
const publisher = new Publisher(target, 'post', 'x'.repeat(payloadBytes));
const sentAt = [];
const latencies = [];
const quietMembers = Array.from({ length: quiet }, () => {
  const one = new Subscriber(target, () => {
    const now = performance.now();
    for (; one.seen < Math.floor(one.bytes / size); one.seen += 1) {
      latencies.push(now - sentAt[one.seen]);
    }
  });
  one.seen = 0;
  return one;
});
let hotBytes = 0;
const hotMembers = Array.from(
  { length: hot },
  () => new Subscriber(target, (n) => (hotBytes += n)),
);
await connectAll([...quietMembers, ...hotMembers]);
for (const one of quietMembers) one.join(groupName(0));
for (const one of hotMembers) one.join(groupName(1));
await delay(500);
for (const one of [...quietMembers, ...hotMembers]) one.start();

let isOver = false;
let hotSent = 0;
async function heat(caller) {
  while (!isOver) {
    // A few at a time: what waits inside the server is not what is measured.
    if (hotSent * hot - hotBytes / size > 8 * hot) {
      await delay(0);
      continue;
    }
    hotSent += 1;
    await publisher.publish(caller, groupName(1));
  }
}
const heating = hot > 0 ? Array.from({ length: 8 }, (_, index) => heat(index)) : [];
const start = performance.now();
const count = seconds * perSecond;
for (let index = 0; index < count; index += 1) {
  await delay(Math.max(0, start + (index * 1000) / perSecond - performance.now()));
  sentAt.push(performance.now());
  void publisher.publish(20, groupName(0));
}
const deadline = Date.now() + 10_000;
while (latencies.length < count * quiet && Date.now() < deadline) await delay(10);
isOver = true;
await Promise.all(heating);
for (const one of [...quietMembers, ...hotMembers]) one.close();
publisher.close();
const wrong = count * quiet - latencies.length;
latencies.sort((a, b) => a - b);
report({
  wrong,
  p50: percentile(latencies, 0.5),
  p99: percentile(latencies, 0.99),
  hotPerSecond: (hotSent * hot * 1000) / (performance.now() - start),
});
