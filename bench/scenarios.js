const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
const JSON_ENVELOPE = '{"type":"message","from":"server","dataType":"text","data":"%"}';

export const OURS = 'nestjs-web-pubsub';
const ours = (...args) => ({ name: OURS, args });
const peer = (name, ...args) => ({ name, args });

/** @typedef {{ name: string, args: string[] }} Server */

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} unit
 * @property {'higher' | 'lower'} better
 * @property {string} load file under `loads/`
 * @property {object} input what the load is told
 * @property {string} value which member of its result counts
 * @property {Server[]} servers the first is ours
 * @property {boolean} [isSmoke] whether it is part of the short run
 */

/** @returns {Scenario[]} */
export function scenarios({ seconds, connections }) {
  return [
    ...fanOut(seconds),
    ...otherWays(seconds),
    ...latency(seconds),
    ...requests(seconds),
    ...memory(connections),
  ];
}

function fanOut(seconds) {
  const sizes = [
    { members: 1000, payloadBytes: 64 },
    { members: 1000, payloadBytes: 1024 },
    { members: 10_000, payloadBytes: 64 },
  ];
  const peers = [peer('ws-loop'), peer('ws-prebuilt'), peer('nest-gateway'), peer('socket-io')];
  const shared = {
    unit: 'deliveries/s',
    better: 'higher',
    load: 'fan-out.js',
    value: 'deliveriesPerSecond',
  };
  return [
    ...sizes.map(({ members, payloadBytes }, index) => ({
      ...shared,
      name: `POST to ${members.toLocaleString('en')} raw subscribers, ${payloadBytes} B`,
      input: { members, payloadBytes, seconds },
      servers: [ours('raw'), peer('ws-joined'), ...peers],
      isSmoke: index === 0,
    })),
    {
      ...shared,
      name: 'POST to 1,000 JSON subscribers, 64 B',
      input: { members: 1000, payloadBytes: 64, seconds },
      servers: [ours(JSON_PROTOCOL), peer('ws-joined', JSON_ENVELOPE), ...peers],
      isSmoke: true,
    },
  ];
}

function otherWays(seconds) {
  const shared = {
    unit: 'deliveries/s',
    better: 'higher',
    load: 'fan-out.js',
    value: 'deliveriesPerSecond',
  };
  const peers = [peer('nest-gateway'), peer('socket-io')];
  return [
    {
      ...shared,
      name: 'The application itself sends to 1,000 JSON subscribers, 64 B',
      input: { members: 1000, payloadBytes: 64, seconds, via: 'server' },
      servers: [ours(JSON_PROTOCOL), peer('ws-joined', JSON_ENVELOPE), ...peers],
    },
    {
      ...shared,
      name: 'JSON clients send to a group of 1,000, 64 B',
      input: { members: 1000, payloadBytes: 64, seconds, via: 'client' },
      servers: [ours(JSON_PROTOCOL), ...peers],
    },
    {
      ...shared,
      name: 'POST to one of 500 groups of 10, 64 B',
      input: { members: 5000, groups: 500, payloadBytes: 64, seconds },
      servers: [ours(JSON_PROTOCOL), ...peers],
    },
  ];
}

function latency(seconds) {
  const pace = { perSecond: 20, seconds, payloadBytes: 64 };
  const shared = { unit: 'ms', better: 'lower', load: 'latency.js', value: 'p99' };
  const servers = [ours(JSON_PROTOCOL), peer('ws-prebuilt'), peer('socket-io')];
  return [
    { ...shared, name: 'p99, 20 a second to 1,000', input: { ...pace, quiet: 1000 }, servers },
    { ...shared, name: 'p99 of a quiet group of 10', input: { ...pace, quiet: 10 }, servers },
    {
      ...shared,
      name: 'p99 of a quiet group of 10 beside a hot one of 1,000',
      input: { ...pace, quiet: 10, hot: 1000 },
      servers,
    },
  ];
}

function requests(seconds) {
  const shared = { unit: 'per second', better: 'higher', value: 'perSecond' };
  return [
    {
      ...shared,
      name: 'Authenticated :send to one subscriber, 64 B',
      load: 'requests.js',
      input: { payloadBytes: 64, seconds },
      servers: [ours('raw'), { ...peer('empty-controller'), input: { subscribers: 0 } }],
    },
    {
      ...shared,
      name: 'Handshakes of authenticated JSON clients',
      load: 'connect.js',
      input: { seconds },
      servers: [ours(JSON_PROTOCOL), peer('ws-loop'), peer('socket-io')],
    },
  ];
}

function memory(connections) {
  const shared = { unit: 'bytes each', better: 'lower', value: 'bytesEach' };
  return [
    {
      ...shared,
      name: `${connections.toLocaleString('en')} idle connections`,
      load: 'idle.js',
      input: { connections },
      servers: [ours(JSON_PROTOCOL), peer('ws-loop'), peer('socket-io')],
      isSmoke: true,
    },
    {
      ...shared,
      name: '100,000 group memberships',
      load: 'memberships.js',
      input: { connections: 1000, groupsEach: 100 },
      servers: [ours(JSON_PROTOCOL), peer('socket-io')],
    },
  ];
}
