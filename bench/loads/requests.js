import { setTimeout as delay } from 'node:timers/promises';
import { report } from '../support/control.js';
import { Publisher } from '../support/publisher.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/** Requests a second, each to the one subscriber there is. */
const { target, payloadBytes, seconds, subscribers: count = 1 } = JSON.parse(process.argv[2]);

const publisher = new Publisher(target, 'post', 'x'.repeat(payloadBytes));
const subscribers = Array.from({ length: count }, () => new Subscriber(target));
await connectAll(subscribers);
for (const subscriber of subscribers) subscriber.start();
let answered = 0;
const end = Date.now() + seconds * 1000;
const start = process.hrtime.bigint();
await Promise.all(
  Array.from({ length: publisher.callers }, async (_, caller) => {
    while (Date.now() < end) {
      await publisher.publish(caller);
      answered += 1;
    }
  }),
);
const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
await delay(200);
const size = frameBytes(payloadBytes + target.envelope);
const wrong = subscribers.filter(({ bytes }) => bytes !== answered * size).length;
for (const subscriber of subscribers) subscriber.close();
publisher.close();
report({ wrong, perSecond: answered / elapsed });
