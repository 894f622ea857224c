import { deliveryCeiling } from './ceilings.js';
import {
  as,
  count,
  DIRECT,
  joined,
  JSON_PROTOCOL,
  OURS,
  ours,
  peer,
  PROTOBUF_PROTOCOL,
  RELIABLE_PROTOCOL,
} from './scenario.js';

export const FAN_OUT = {
  unit: 'deliveries/s',
  better: 'higher',
  load: 'fan-out.js',
  value: 'deliveriesPerSecond',
  extras: [{ value: 'cpuMicrosEach', title: 'server CPU, µs each' }],
};

const RIVALS = [peer('nest-gateway'), peer('socket-io')];
/** They join nothing: with so many members a few messages keep them as busy as many. */
const RIVALS_OF_MANY = RIVALS.map((rival) => as(rival, rival.name, { input: { window: 8 } }));
const TEN_TIMES = RIVALS.map(({ name }) => ({ to: name, least: 10 }));
const AS_BY_HAND = { to: 'ws-joined', least: 0.9 };

/** To everybody: by POST, and by the application itself. */
export function toEverybody(seconds) {
  const raw = { protocol: 'raw', members: 1000, payloadBytes: 64 };
  const json = { ...raw, protocol: JSON_PROTOCOL };
  return [
    toAll({ ...raw, seconds, more: [peer('ws-prebuilt'), peer('ws-loop')], isSmoke: true }),
    toAll({ ...raw, seconds, payloadBytes: 1024 }),
    toAll({ ...raw, seconds, members: 10_000 }),
    toAll({ ...json, seconds, isSmoke: true }),
    toAll({ ...json, seconds, payloadBytes: 1024 }),
    toAll({ ...json, seconds, members: 10_000 }),
    toAll({ ...json, seconds, via: 'server' }),
    toAll({ ...raw, seconds, members: 10_000, payloadBytes: 1024, via: 'server' }),
  ];
}

function toAll({ protocol, members, payloadBytes, seconds, via, more = [], isSmoke = false }) {
  const isJson = protocol === JSON_PROTOCOL;
  const sender = via === 'server' ? 'The application itself sends' : 'POST';
  return {
    ...FAN_OUT,
    name: `${sender} to ${count(members)} ${isJson ? 'JSON' : 'raw'} subscribers, ${payloadBytes} B`,
    input: { members, payloadBytes, seconds, via },
    servers: [
      ours(protocol),
      joined(protocol),
      ...more,
      ...(members > 1000 ? RIVALS_OF_MANY : RIVALS),
    ],
    targets: [AS_BY_HAND, ...TEN_TIMES],
    ceiling: deliveryCeiling({ members, payloadBytes, isJson }),
    isSmoke,
  };
}

/** Clients to a group, and to many groups. */
export function toGroups(seconds) {
  const payloadBytes = 64;
  return [
    {
      ...FAN_OUT,
      name: 'JSON clients send to a group of 1,000, 64 B',
      input: { members: 1000, payloadBytes, seconds, via: 'client' },
      servers: [ours(JSON_PROTOCOL), joined(JSON_PROTOCOL), ...RIVALS],
      targets: [AS_BY_HAND, ...TEN_TIMES],
      ceiling: deliveryCeiling({ members: 1000, payloadBytes, isJson: true }),
    },
    toManyGroups({
      sender: 'POST',
      seconds,
      // Ten deliveries cost less than Nest's pipeline, and the others take a POST without one.
      more: [as(ours(JSON_PROTOCOL, { rest: { pipeline: 'direct' } }), DIRECT)],
      of: DIRECT,
    }),
    toManyGroups({ sender: 'The application itself sends', seconds, via: 'server' }),
  ];
}

function toManyGroups({ sender, seconds, via, more = [], of }) {
  const shape = { members: 5000, payloadBytes: 64 };
  return {
    ...FAN_OUT,
    name: `${sender} to one of 500 groups of 10, 64 B`,
    // Two messages for each group on their way: enough to be joined, few enough to be on time.
    input: { ...shape, groups: 500, seconds, via, window: 1000 },
    servers: [ours(JSON_PROTOCOL), ...more, ...RIVALS],
    targets: [{ of, to: 'socket-io', least: 2 }],
    ceiling: deliveryCeiling({ ...shape, isJson: true, isJoined: false }),
  };
}

/** The protocols of ours side by side. */
export function protocols(seconds) {
  const [json, reliable, protobuf] = ['JSON', 'reliable JSON', 'protobuf'].map(
    (protocol) => `${OURS}, ${protocol}`,
  );
  const frame = '{"type":"sequenceAck","sequenceId":%}';
  // The official client confirms once a second: at this pace it has thousands to confirm.
  const patient = ours(RELIABLE_PROTOCOL, { limits: { reliableBufferMessages: 50_000 } });
  const onceASecond = { input: { confirm: { frame, everyMs: 1000 } } };
  // What the default limit of a thousand asks for.
  const every500 = { input: { confirm: { frame, every: 500 } } };
  return [
    {
      ...FAN_OUT,
      name: 'POST to 1,000 subscribers by protocol, 64 B',
      input: { members: 1000, payloadBytes: 64, seconds },
      servers: [
        as(ours(JSON_PROTOCOL), json),
        as(patient, reliable, onceASecond),
        as(ours(RELIABLE_PROTOCOL), `${reliable}, confirming every 500`, every500),
        as(ours(PROTOBUF_PROTOCOL), protobuf),
      ],
      targets: [
        { of: reliable, to: json, least: 0.6 },
        { of: protobuf, to: json, least: 1 },
      ],
      ceiling: deliveryCeiling({ members: 1000, payloadBytes: 64, isJson: true }),
    },
  ];
}
