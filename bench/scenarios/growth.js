import { joined, JSON_PROTOCOL, ours } from './scenario.js';

const SIZES = [100, 1000, 10_000, 100_000];
const IN_ENGINE = {
  group: 'look up a group',
  user: 'look up a user',
  connection: 'look up a connection',
  join: 'join a group',
  leave: 'leave a group',
};

/** What stays the same while something else grows. */
export function growth(seconds) {
  const inEngine = {
    unit: 'ns',
    better: 'lower',
    load: 'engine.js',
    servers: [{ name: 'engine', args: [] }],
  };
  return [
    {
      name: 'What a delivery costs a server, by members',
      unit: 'µs of CPU',
      better: 'lower',
      load: 'bursts.js',
      value: 'cpuMicrosEach',
      input: { payloadBytes: 64, seconds },
      servers: [ours(JSON_PROTOCOL), joined(JSON_PROTOCOL)],
      growth: {
        axis: 'members',
        file: 'members',
        points: [100, 300, 1000, 3000, 10_000].map((members) => ({
          at: members,
          input: { members },
        })),
      },
    },
    {
      ...inEngine,
      name: 'Joining, leaving and looking up inside the engine, by groups',
      input: { connections: 1000, seconds },
      growth: {
        axis: 'groups',
        file: 'groups',
        points: SIZES.map((groups) => ({ at: groups, input: { groups } })),
        series: IN_ENGINE,
      },
    },
    {
      ...inEngine,
      name: 'Joining, leaving and looking up inside the engine, by connections',
      input: { groups: 1000, seconds },
      growth: {
        axis: 'connections',
        file: 'connections',
        points: SIZES.map((connections) => ({ at: connections, input: { connections } })),
        series: IN_ENGINE,
      },
    },
  ];
}
