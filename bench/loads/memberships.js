import { setTimeout as delay } from 'node:timers/promises';
import { inspect, report } from '../support/control.js';
import { groupName } from '../support/publisher.js';
import { connectAll, Subscriber } from '../support/subscriber.js';

/** Memory of a server for each membership of a connection in a group. */
const { target, connections, groupsEach } = JSON.parse(process.argv[2]);

const members = Array.from({ length: connections }, () => new Subscriber(target));
await connectAll(members, 1000);
const before = await inspect(target);
for (const [index, member] of members.entries()) {
  for (let step = 0; step < groupsEach; step += 1) member.join(groupName((index + step) % 1000));
}
await delay(2000);
const after = await inspect(target);
for (const member of members) member.close();
report({ wrong: 0, bytesEach: (after.rss - before.rss) / (connections * groupsEach) });
