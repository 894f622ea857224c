import { setTimeout as delay } from 'node:timers/promises';
import { percentile, report } from '../support/control.js';
import { Heat } from '../support/heat.js';
import { groupName, Publisher } from '../support/publisher.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/**
 * Milliseconds from a publish to each delivery in a quiet group, at a steady pace; beside it a hot
 * group can be sent to as fast as the server takes it.
 */
const {
  target,
  sender = 'post',
  quiet,
  hot = 0,
  perSecond,
  seconds,
  payloadBytes,
} = JSON.parse(process.argv[2]);

// Faster than what is measured, so that what runs only once for each message is compiled by then too.
const WARM_UP = { messages: 300, perSecond: 60 };
const size = frameBytes(payloadBytes + target.groupEnvelope);
const publisher = new Publisher(target, sender, 'x'.repeat(payloadBytes));
await publisher.start();
const sentAt = [];
// Made at once: what is collected while it is measured would be measured too.
const latencies = new Float64Array((WARM_UP.messages + seconds * perSecond) * quiet);
let received = 0;
const members = Array.from({ length: quiet }, (_, index) => {
  const one = new Subscriber(target, () => {
    const now = performance.now();
    for (; one.seen < Math.floor(one.bytes / size); one.seen += 1) {
      latencies[one.seen * quiet + index] = now - sentAt[one.seen];
      received += 1;
    }
  });
  one.seen = 0;
  return one;
});
await connectAll(members);
for (const one of members) one.join(groupName(0));
await delay(500);
for (const one of members) one.start();
// In a process of its own: what it has to read must not delay the clock of this one.
const heat = hot > 0 ? await Heat.start({ target, hot, payloadBytes }) : undefined;

async function publishAt(pace, messages) {
  const start = performance.now();
  for (let index = 0; index < messages; index += 1) {
    await delay(Math.max(0, start + (index * 1000) / pace - performance.now()));
    sentAt.push(performance.now());
    void publisher.publish(index % publisher.callers, groupName(0));
  }
  await delay(1000 / pace);
}
/** Nothing of what comes next is to wait behind this. */
async function allHasArrived() {
  const deadline = Date.now() + 10_000;
  while (received < sentAt.length * quiet && Date.now() < deadline) await delay(10);
}

await publishAt(WARM_UP.perSecond, WARM_UP.messages);
await allHasArrived();
await publishAt(perSecond, seconds * perSecond);
await allHasArrived();
const hotResult = await heat?.stop();
for (const one of members) one.close();
publisher.close();
const counted = latencies.subarray(WARM_UP.messages * quiet).toSorted();
report({
  wrong: latencies.length - received + (hotResult?.wrong ?? 0),
  p50: percentile(counted, 0.5),
  p99: percentile(counted, 0.99),
  hotPerSecond: hotResult?.perSecond ?? 0,
});
