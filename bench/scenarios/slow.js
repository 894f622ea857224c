import { FAN_OUT } from './fan-out.js';
import { as, joined, JSON_PROTOCOL, OURS, ours, peer } from './scenario.js';

const IDLERS = 200;
const MIB = 1024 * 1024;
const QUEUE_BYTES = MIB;
/** What the operating system takes for a subscriber on its own, with something on top. */
const FILL_BYTES = 4 * MIB;
/** What a server may grow by for a thousand who read as fast as it writes. */
const READERS_BYTES = 128 * MIB;

const CONFLATED = { 'x-webpubsub-metadata-key': 'price' };
const CONFLATED_BYTES =
  '{"type":"message","from":"server","dataType":"text","data":"","metadata":{"key":"price"}}'
    .length;

/** @param {string} slowConsumerPolicy */
function policy(slowConsumerPolicy, options = {}, target) {
  const hubs = { bench: { slowConsumerPolicy, ...options } };
  const limits = { outboundQueueBytes: QUEUE_BYTES };
  const input = { memoryBudget: IDLERS * QUEUE_BYTES + READERS_BYTES, reachesLimit: true };
  const name = `${OURS}, ${slowConsumerPolicy}`;
  return as(ours(JSON_PROTOCOL, { hubs, limits }), name, { input, target });
}

function conflating() {
  const target = { headers: CONFLATED, envelope: CONFLATED_BYTES };
  return policy('conflate', { conflationKey: 'key' }, target);
}

/** Subscribers that never read, beside those that do. */
export function slowSubscribers(seconds) {
  const none = `${OURS}, none slow`;
  const policies = [policy('close'), policy('drop-oldest'), conflating()];
  return [
    {
      ...FAN_OUT,
      name: 'POST to 1,000 JSON subscribers beside 200 that never read, 64 B',
      input: {
        members: 1000,
        payloadBytes: 64,
        seconds,
        idlers: IDLERS,
        fillBytes: FILL_BYTES,
      },
      servers: [
        as(ours(JSON_PROTOCOL), none, { input: { idlers: 0 } }),
        ...policies,
        as(joined(JSON_PROTOCOL), 'ws-joined, none slow', { input: { idlers: 0 } }),
        joined(JSON_PROTOCOL),
        peer('socket-io'),
      ],
      extras: [
        ...FAN_OUT.extras,
        { value: 'growth', title: 'RSS grew by, MiB', scale: MIB },
        { value: 'givenUp', title: 'closed, dropped or conflated' },
      ],
      targets: policies.map(({ name }) => ({ of: name, to: none, least: 0.9 })),
    },
  ];
}
