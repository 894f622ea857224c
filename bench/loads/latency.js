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
const latencies = [];
const members = Array.from({ length: quiet }, () => {
  const one = new Subscriber(target, () => {
    const now = performance.now();
    for (; one.seen < Math.floor(one.bytes / size); one.seen += 1) {
      latencies.push({ publish: one.seen, milliseconds: now - sentAt[one.seen] });
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
await publishAt(WARM_UP.perSecond, WARM_UP.messages);
await publishAt(perSecond, seconds * perSecond);
const count = sentAt.length;
const deadline = Date.now() + 10_000;
while (latencies.length < count * quiet && Date.now() < deadline) await delay(10);
const hotResult = await heat?.stop();
for (const one of members) one.close();
publisher.close();
const counted = latencies
  .filter(({ publish }) => publish >= WARM_UP.messages)
  .map(({ milliseconds }) => milliseconds)
  .toSorted((a, b) => a - b);
report({
  wrong: count * quiet - latencies.length + (hotResult?.wrong ?? 0),
  p50: percentile(counted, 0.5),
  p99: percentile(counted, 0.99),
  hotPerSecond: hotResult?.perSecond ?? 0,
});
