import { report } from '../support/control.js';
import { EngineRig, noop } from '../support/engine.rig.js';

/**
 * Nanoseconds that the engine takes to look somebody up, to let a connection into a group and out
 * again, in a hub of so many connections and groups. No sockets, no server.
 *
 * The same hundred connections and groups are asked for again and again, whatever the size of the hub:
 * what is measured is the work of the engine, and not how much of its memory the processor keeps near.
 */
const { connections, groups, seconds } = JSON.parse(process.argv[2]);

const SAMPLE = 100;
/** Groups that each connection of the sample joins: few, as those of most connections are. */
const JOINED = 4;

const rig = await EngineRig.filled({ connections, groups });
const sample = Array.from({ length: SAMPLE }, (_, index) => ({
  connection: rig.connections[Math.floor((index * connections) / SAMPLE)],
  group: rig.groupName(Math.floor((index * groups) / SAMPLE)),
}));
const { local } = rig;

/** Nanoseconds of one call, of the many that fit into the time; the best of five measurements. */
function cost(calls, act, undo = noop) {
  let best = Infinity;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    let [spent, done] = [0, 0];
    const end = performance.now() + (seconds * 1000) / 40;
    while (performance.now() < end) {
      const start = process.hrtime.bigint();
      act();
      spent += Number(process.hrtime.bigint() - start);
      done += calls;
      undo();
    }
    best = Math.min(best, spent / done);
  }
  return best;
}

let found = 0;
const findGroups = () => {
  for (const { group } of sample) if (local.group(group) !== undefined) found += 1;
};
const findConnections = () => {
  for (const { connection } of sample) if (local.connection(connection.id)) found += 1;
};
const findUsers = () => {
  for (const { connection } of sample) {
    for (const one of local.select({ kind: 'user', userId: connection.userId })) {
      if (one === connection) found += 1;
    }
  }
};
/** Each connection of the sample, and the groups behind its own. */
function forPairs(act) {
  for (let index = 0; index < SAMPLE; index += 1) {
    const { connection } = sample[index];
    for (let step = 1; step <= JOINED; step += 1) {
      act(connection, sample[(index + step) % SAMPLE].group);
    }
  }
}
const join = () => forPairs((connection, group) => local.join(connection, group));
const leave = () => forPairs((connection, group) => local.leave(connection, group));

const result = {
  group: cost(SAMPLE, findGroups),
  user: cost(SAMPLE, findUsers),
  connection: cost(SAMPLE, findConnections),
  join: cost(SAMPLE * JOINED, join, leave),
};
join();
result.leave = cost(SAMPLE * JOINED, leave, join);
await rig.stop();
// A lookup that finds nothing is quick, and worth nothing.
report({ wrong: found % SAMPLE, ...result });
