import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { report } from '../support/control.js';
import { groupName, Publisher } from '../support/publisher.js';
import { connectAll, frameBytes, Subscriber } from '../support/subscriber.js';

/** As many messages to one large group as the server takes, until standard input ends. */
const { target, hot, payloadBytes } = JSON.parse(process.argv[2]);

const CALLERS = 8;
/** Messages on their way: what waits inside the server is not what is measured. */
const WINDOW = 8;

const size = frameBytes(payloadBytes + target.groupEnvelope);
const publisher = new Publisher(target, 'post', 'x'.repeat(payloadBytes));
await publisher.start();
let bytes = 0;
const members = Array.from({ length: hot }, () => new Subscriber(target, (n) => (bytes += n)));
await connectAll(members);
for (const one of members) one.join(groupName(1));
await delay(1000);
for (const one of members) one.start();

let isOver = false;
let sent = 0;
async function heat(caller) {
  while (!isOver) {
    if (sent * hot - bytes / size > WINDOW * hot) {
      await delay(0);
      continue;
    }
    sent += 1;
    await publisher.publish(caller, groupName(1));
  }
}
const start = performance.now();
const heating = Array.from({ length: CALLERS }, (_, index) => heat(index));
report({ hot: true });
process.stdin.resume();
await once(process.stdin, 'end');
isOver = true;
await Promise.all(heating);
const seconds = (performance.now() - start) / 1000;
const deadline = Date.now() + 10_000;
while (bytes < sent * hot * size && Date.now() < deadline) await delay(10);
const wrong = members.filter((one) => one.bytes !== sent * size).length;
for (const one of members) one.close();
publisher.close();
report({ wrong, perSecond: (sent * hot) / seconds });
