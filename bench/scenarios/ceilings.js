import { peer } from './scenario.js';

const DELIVERIES = 'Ceiling of the load: deliveries';
const ANSWERS = 'Ceiling of the load: answers';
const HANDSHAKES = 'Ceiling of the load: handshakes';

/** What a block of frames is made of: as much as a server under load joins. */
const BLOCK_BYTES = 32 * 1024;
/** On their way at a time: the server always has another one to write. */
const BLOCKS = 3;
/** Bytes of an envelope of JSON. */
const ENVELOPE_BYTES = 62;

const rowOf = (members, bytes) => `${members.toLocaleString('en')} × ${bytes} B`;

/**
 * The ceiling of a fan-out: by the audience, by what is in each frame, and by whether frames come
 * together.
 */
export function deliveryCeiling({ members, payloadBytes, isJson, isJoined = true }) {
  const bytes = payloadBytes + (isJson ? ENVELOPE_BYTES : 0);
  const times = isJoined ? Math.ceil(BLOCK_BYTES / bytes) : 1;
  const row = `${rowOf(members, bytes)}${isJoined ? '' : ', one at a time'}`;
  return { scenario: DELIVERIES, row, members, bytes, times };
}
export const answerCeiling = { scenario: ANSWERS, row: 'canned answers' };
export const handshakeCeiling = { scenario: HANDSHAKES, row: 'canned answers' };

/**
 * What the load generator can do at most, against servers that do next to nothing: only those that the
 * scenarios are held against.
 *
 * @param {import('./scenario.js').Scenario[]} scenarios
 * @returns {import('./scenario.js').Scenario[]}
 */
export function ceilingsOf(scenarios, seconds) {
  const named = scenarios.map(({ ceiling }) => ceiling).filter(Boolean);
  const rows = new Map(
    named.filter(({ scenario }) => scenario === DELIVERIES).map((one) => [one.row, one]),
  );
  const canned = [{ ...peer('canned'), name: 'canned answers' }];
  const all = [
    {
      name: DELIVERIES,
      unit: 'deliveries/s',
      load: 'fan-out.js',
      value: 'deliveriesPerSecond',
      input: { seconds },
      servers: Array.from(rows.values(), firehose),
    },
    {
      name: ANSWERS,
      unit: 'per second',
      load: 'requests.js',
      value: 'perSecond',
      input: { seconds, payloadBytes: 64, subscribers: 0 },
      servers: canned,
    },
    {
      name: HANDSHAKES,
      unit: 'per second',
      load: 'connect.js',
      value: 'perSecond',
      input: { seconds },
      servers: canned,
    },
  ];
  return all
    .filter(({ name }) => named.some(({ scenario }) => scenario === name))
    .map((scenario) => ({ ...scenario, better: 'higher', isCeiling: true }));
}

function firehose({ row, members, bytes, times }) {
  const input = { members, payloadBytes: bytes, window: BLOCKS * times };
  return { ...peer('firehose', String(times)), name: row, input };
}
