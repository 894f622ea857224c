import { as, JSON_PROTOCOL, ours, peer, prebuiltForGroup } from './scenario.js';

/** Milliseconds from a publish to each delivery. */
export function latency(seconds) {
  // Longer than others: at this pace, a percentile is of few messages.
  const pace = { perSecond: 20, seconds: 4 * seconds, payloadBytes: 64 };
  const shared = { unit: 'ms', better: 'lower', load: 'latency.js' };
  const servers = [ours(JSON_PROTOCOL), prebuiltForGroup(), peer('socket-io')];
  const toPrebuilt = { to: 'ws-prebuilt', most: 1 };
  const hot = { ...pace, seconds: 2 * seconds, quiet: 10, hot: 1000 };
  const alone = (server) => as(server, `${server.name}, alone`, { input: { hot: 0 } });
  return [
    ...Object.entries({ POST: 'post', 'The application': 'server' }).map(([who, sender]) => ({
      ...shared,
      name: `${who} sends 20 a second to a group of 1,000, p99 of the latency`,
      value: 'p99',
      extras: [{ value: 'p50', title: 'p50, ms' }],
      input: { ...pace, sender, quiet: 1000 },
      servers,
      targets: [toPrebuilt],
    })),
    {
      ...shared,
      name: 'Latency of a quiet group of 10 beside a hot one of 1,000, p99',
      value: 'p99',
      extras: [
        { value: 'p50', title: 'p50, ms' },
        { value: 'hotPerSecond', title: 'hot deliveries/s' },
      ],
      input: hot,
      servers: servers.flatMap((server) => [server, alone(server)]),
      targets: [{ to: `${servers[0].name}, alone`, most: 2 }],
    },
  ];
}
