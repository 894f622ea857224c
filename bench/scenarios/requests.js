import { answerCeiling, handshakeCeiling } from './ceilings.js';
import { as, DIRECT, JSON_PROTOCOL, ours, peer } from './scenario.js';

/** Requests and handshakes a second. */
export function requests(seconds) {
  const shared = { unit: 'per second', better: 'higher', value: 'perSecond' };
  const direct = ours('raw', { rest: { pipeline: 'direct' } });
  return [
    {
      ...shared,
      name: 'Authenticated :send to one subscriber, 64 B',
      load: 'requests.js',
      input: { payloadBytes: 64, seconds },
      servers: [
        ours('raw'),
        as(direct, DIRECT),
        as(peer('empty-controller'), 'empty-controller', { input: { subscribers: 0 } }),
      ],
      targets: [
        { to: 'empty-controller', least: 0.8 },
        { of: DIRECT, to: 'empty-controller', least: 0.8 },
        { least: 5000 },
      ],
      ceiling: answerCeiling,
    },
    {
      ...shared,
      name: 'Handshakes of authenticated JSON clients',
      load: 'connect.js',
      input: { seconds },
      servers: [ours(JSON_PROTOCOL), peer('ws-loop'), peer('socket-io')],
      targets: [{ least: 1200 }],
      ceiling: handshakeCeiling,
    },
  ];
}
