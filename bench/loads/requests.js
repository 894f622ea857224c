import { setTimeout as delay } from 'node:timers/promises';
import { report } from '../support/control.js';
import { Publisher } from '../support/publisher.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/** Requests a second, each to the one subscriber there is. */
const { target, payloadBytes, seconds, subscribers: count = 1 } = JSON.parse(process.argv[2]);

const WARM_UP_SECONDS = 2;
const publisher = new Publisher(target, 'post', 'x'.repeat(payloadBytes));
await publisher.start();
const subscribers = Array.from({ length: count }, () => new Subscriber(target));
await connectAll(subscribers);
for (const subscriber of subscribers) subscriber.start();
let answered = 0;
let isOver = false;
const callers = Array.from({ length: publisher.callers }, async (_, caller) => {
  while (!isOver) {
    await publisher.publish(caller);
    answered += 1;
  }
});
/** What has been answered by now. */
const mark = () => ({ at: performance.now(), answered });
// The first seconds are for the compiler of the server.
await delay(WARM_UP_SECONDS * 1000);
const from = mark();
await delay(seconds * 1000);
const to = mark();
isOver = true;
await Promise.all(callers);
await delay(200);
const size = frameBytes(payloadBytes + target.envelope);
const wrong = subscribers.filter(({ bytes }) => bytes !== answered * size).length;
for (const subscriber of subscribers) subscriber.close();
publisher.close();
report({ wrong, perSecond: ((to.answered - from.answered) * 1000) / (to.at - from.at) });
