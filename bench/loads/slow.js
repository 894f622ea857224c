import { setTimeout as delay } from 'node:timers/promises';
import { inspect, report } from '../support/control.js';
import { Publisher } from '../support/publisher.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/** Subscribers that never read beside those that do: what they cost the others, and the memory. */
const { target, members, deaf, payloadBytes, seconds } = JSON.parse(process.argv[2]);

const publisher = new Publisher(target, 'post', 'x'.repeat(payloadBytes));
let received = 0;
const readers = Array.from(
  { length: members },
  () => new Subscriber(target, (n) => (received += n)),
);
const others = Array.from({ length: deaf }, () => new Subscriber(target));
await connectAll([...readers, ...others]);
for (const one of readers) one.start();
for (const { socket } of others) socket.pause();

const size = frameBytes(payloadBytes + target.envelope);
const before = await inspect(target);
let peak = before.rss;
let sent = 0;
const end = Date.now() + seconds * 1000;
const watching = (async () => {
  while (Date.now() < end) {
    await delay(250);
    peak = Math.max(peak, (await inspect(target)).rss);
  }
})();
const start = performance.now();
await Promise.all(
  Array.from({ length: publisher.callers }, async (_, caller) => {
    while (Date.now() < end) {
      if (sent * members - received / size >= 128 * members) {
        await delay(0);
        continue;
      }
      sent += 1;
      await publisher.publish(caller);
    }
  }),
);
const deadline = Date.now() + 20_000;
while (received < sent * members * size && Date.now() < deadline) await delay(10);
const elapsed = (performance.now() - start) / 1000;
await watching;
const wrong = readers.filter(({ bytes }) => bytes !== sent * size).length;
for (const one of [...readers, ...others]) one.close();
publisher.close();
report({
  wrong,
  deliveriesPerSecond: (sent * members) / elapsed,
  peakMegabytes: (peak - before.rss) / 1024 / 1024,
});
