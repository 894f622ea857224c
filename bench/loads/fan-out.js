import { setTimeout as delay } from 'node:timers/promises';
import { Audience } from '../support/audience.js';
import { inspect, report } from '../support/control.js';
import { Idlers } from '../support/idlers.js';
import { groupName, Publisher } from '../support/publisher.js';

/**
 * As many messages as the server takes, each to all members of a group, or to everybody. A window
 * keeps the server busy and its queues short; each delivery is counted, and one that is lost, or one
 * too many, makes the result worthless. Subscribers that never read can stand beside those that do.
 */
const {
  target,
  members,
  payloadBytes,
  seconds,
  via = 'post',
  groups = 0,
  window = 128,
  confirm,
  idlers: idlerCount = 0,
  fillBytes = 0,
  /** More than so many bytes of growth make the run fail. */
  memoryBudget = Infinity,
  /** Whether the server has to close some of those that do not read, or to drop what they are owed. */
  reachesLimit = false,
} = JSON.parse(process.argv[2]);

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const WARM_UP_SECONDS = 1;
/** For what is on its way in the end: ten thousand deliveries a message take a slow server long. */
const PATIENCE_MS = 60_000;
const { times = 1 } = target;

const publisher = new Publisher(target, via, 'x'.repeat(payloadBytes));
await publisher.start();
const groupCount = via === 'client' ? 1 : groups;
const audience = new Audience(target, { members, payloadBytes, groups: groupCount, confirm });
await audience.connect();
const idlers = new Idlers(target, idlerCount);
await idlers.connect();
const before = await inspect(target);
await idlers.fill(fillBytes);

const membersEach = members / Math.max(1, groupCount);
const published = Array.from({ length: Math.max(1, groupCount) }, () => 0);
let total = 0;
/** What has been delivered by now, and at which cost. */
const mark = async () => {
  const now = { at: performance.now(), deliveries: audience.received };
  return { ...now, ...(await inspect(target, { collects: false })) };
};
let isOver = false;
const run = (async () => {
  // The first second is for the compiler of the server.
  await delay(WARM_UP_SECONDS * 1000);
  const from = await mark();
  await delay(seconds * 1000);
  const to = await mark();
  isOver = true;
  audience.wake();
  return [from, to];
})();

async function caller(index) {
  while (!isOver) {
    if (total * membersEach - audience.received >= window * membersEach) {
      await audience.changed();
      continue;
    }
    const group = groupCount === 0 ? 0 : Math.floor(Math.random() * groupCount);
    published[group] += times;
    total += times;
    await publisher.publish(index, groupCount === 0 ? undefined : groupName(group));
  }
}
await Promise.all(Array.from({ length: publisher.callers }, (_, index) => caller(index)));
const [from, to] = await run;
await audience.reach(total * membersEach, PATIENCE_MS);

const growth = to.mostRss - before.rss;
const givenUp = sum(Object.values(to.slowConsumers ?? {}));
function findProblem() {
  if (growth > memoryBudget) return `grew by ${growth} bytes, of ${memoryBudget}`;
  if (reachesLimit && givenUp === 0) return 'no limit was reached';
  return undefined;
}
const wrong = audience.countWrong(published);
audience.close();
idlers.close();
publisher.close();
const deliveries = to.deliveries - from.deliveries;
report({
  wrong,
  problem: findProblem(),
  deliveriesPerSecond: (deliveries * 1000) / (to.at - from.at),
  cpuMicrosEach: (to.cpuMicros - from.cpuMicros) / deliveries,
  growth,
  givenUp,
});
