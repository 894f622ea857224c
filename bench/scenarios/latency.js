import { as, DIRECT, JSON_PROTOCOL, ours, peer, prebuiltForGroup } from './scenario.js';

/** Milliseconds from a publish to each delivery. */
export function latency(seconds) {
  // Longer than others: at this pace, a percentile is of few messages.
  const pace = { perSecond: 20, seconds: 4 * seconds, payloadBytes: 64 };
  const shared = { unit: 'ms', better: 'lower', load: 'latency.js' };
  const servers = [ours(JSON_PROTOCOL), prebuiltForGroup(), peer('socket-io')];
  const direct = as(ours(JSON_PROTOCOL, { rest: { pipeline: 'direct' } }), DIRECT);
  // More often: with 20 a second, what is above the 99th percentile would be a message or two.
  const hot = { ...pace, perSecond: 50, quiet: 10, hot: 1000 };
  const alone = (server) => as(server, `${server.name}, alone`, { input: { hot: 0 } });
  const sends = {
    ...shared,
    value: 'p99',
    extras: [{ value: 'p50', title: 'p50, ms' }],
    input: { ...pace, quiet: 1000 },
  };
  const likePrebuilt = ({ name }) =>
    ['p99', 'p50'].map((value) => ({ of: name, value, to: 'ws-prebuilt', most: 1 }));
  return [
    {
      ...sends,
      name: 'POST sends 20 a second to a group of 1,000, p99 of the latency',
      input: { ...sends.input, sender: 'post' },
      servers: [servers[0], direct, ...servers.slice(1)],
      targets: [servers[0], direct].flatMap(likePrebuilt),
    },
    {
      ...sends,
      name: 'The application sends 20 a second to a group of 1,000, p99 of the latency',
      input: { ...sends.input, sender: 'server' },
      servers,
      targets: likePrebuilt(servers[0]),
    },
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
