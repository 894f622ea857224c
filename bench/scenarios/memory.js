import { count, JSON_PROTOCOL, ours, peer } from './scenario.js';

/** Memory of a server by connections, and by memberships in groups. */
export function memory(connections) {
  const shared = { unit: 'bytes each', better: 'lower', value: 'bytesEach' };
  return [
    {
      ...shared,
      name: `${count(connections)} idle connections`,
      load: 'idle.js',
      input: { connections },
      connections,
      servers: [ours(JSON_PROTOCOL), peer('ws-loop'), peer('socket-io')],
      targets: [{ to: 'ws-loop', mostMore: 6 * 1024 }],
      isSmoke: true,
    },
    {
      ...shared,
      name: '100,000 group memberships',
      load: 'memberships.js',
      input: { connections: 1000, groupsEach: 100 },
      servers: [ours(JSON_PROTOCOL), peer('socket-io')],
      targets: [{ most: 150 }],
    },
  ];
}
