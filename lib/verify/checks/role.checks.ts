import type { Check } from '../check.interface.js';
import { expectEqual } from '../check.outcomes.js';
import { expectAck, expectForbidden, PLAIN_X } from './client.steps.js';

/** A role, and the groups that it is for and is not for. */
interface RoleCase {
  readonly id: string;
  readonly role: string;
  readonly allows: readonly string[];
  readonly forbids: readonly string[];
}

const JOINS: readonly RoleCase[] = [
  {
    id: 'P05',
    role: 'webpubsub.joinLeaveGroup.room',
    allows: ['room'],
    forbids: ['Room', 'room2'],
  },
  {
    id: 'P08',
    role: 'webpubsub.joinLeaveGroups.a?c',
    allows: ['abc'],
    forbids: ['a.c', 'ac'],
  },
  { id: 'P09', role: 'webpubsub.joinLeaveGroups.org.**', allows: ['org.x.y'], forbids: ['org'] },
  { id: 'P10', role: String.raw`webpubsub.joinLeaveGroups.a\*`, allows: ['a*'], forbids: ['ab'] },
];

const SENDS: readonly RoleCase[] = [
  { id: 'P06', role: 'webpubsub.sendToGroup.a*', allows: ['a*'], forbids: ['ab'] },
  {
    id: 'P07',
    role: 'webpubsub.sendToGroups.a*',
    allows: ['ab', 'a'],
    forbids: ['a.b', 'b'],
  },
];

const INVALID_FRAMES = [
  ['J10', 'a number that is none', 1007, '{"type":"joinGroup","group":"g","ackId":"1"}'],
  [
    'J25',
    'text that is a number',
    1007,
    '{"type":"sendToGroup","group":"g","dataType":"text","data":5}',
  ],
  [
    'J28',
    'a type of data that there is not',
    1007,
    '{"type":"sendToGroup","group":"g","dataType":"xml","data":"x"}',
  ],
  ['J34', 'a blank group', 1007, '{"type":"joinGroup","group":" "}'],
  ['J36', 'a type of message that there is not', 1007, '{"type":"nope"}'],
  ['J36j', 'what is no JSON', 1007, '{'],
  ['J37', 'a binary frame', 1003, Buffer.of(1)],
] as const;

/** client-protocols.md 13.2, 13.4: what clients may not do. */
export const ROLE_CHECKS: readonly Check[] = [
  {
    id: 'P01',
    title: 'a client without roles may not join, leave or send (P02, P03)',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json({ roles: [] });
      await expectForbidden(client, { type: 'joinGroup', group, ackId: 1 }, 'join');
      await expectForbidden(client, { type: 'leaveGroup', group, ackId: 2 }, 'leave');
      const send = { type: 'sendToGroup', group, ...PLAIN_X, ackId: 3 };
      await expectForbidden(client, send, 'send to');
      expectEqual(await scene.hub.groupExists(group), false, 'the group is there');
    },
  },
  ...JOINS.map(({ id, role, allows, forbids }): Check => ({
    id,
    title: `${role} allows to join ${allows.join(', ')}, not ${forbids.join(', ')}`,
    group: 'clients',
    run: async (scene) => {
      const client = await scene.json({ roles: [role] });
      for (const [ackId, group] of [...allows, ...forbids].entries()) {
        const request = { type: 'joinGroup', group, ackId };
        if (ackId < allows.length) await expectAck(client, request);
        else await expectForbidden(client, request, 'join');
      }
    },
  })),
  ...SENDS.map(({ id, role, allows, forbids }): Check => ({
    id,
    title: `${role} allows to send to ${allows.join(', ')}, not ${forbids.join(', ')}`,
    group: 'clients',
    // Groups of these names may be those of others.
    isHubWide: true,
    run: async (scene) => {
      const client = await scene.json({ roles: [role] });
      for (const [ackId, group] of [...allows, ...forbids].entries()) {
        const request = { type: 'sendToGroup', group, ...PLAIN_X, ackId };
        if (ackId < allows.length) await expectAck(client, request);
        else await expectForbidden(client, request, 'send to');
      }
    },
  })),
  {
    id: 'P13',
    title: 'a client may what it was granted, and not what was revoked (J11, P14)',
    group: 'clients',
    operations: ['GrantPermission', 'RevokePermission'],
    run: async (scene) => {
      const [room, rest] = [scene.named('room'), scene.named('rest')];
      const client = await scene.json({ roles: ['webpubsub.sendToGroups.rest*'] });
      const toRoom = { type: 'sendToGroup', group: room, ...PLAIN_X, ackId: 1 };
      const toRest = { type: 'sendToGroup', group: rest, ...PLAIN_X, ackId: 2 };
      await expectForbidden(client, toRoom, 'send to');
      await scene.hub.grantPermission('sendToGroup', client.id, room);
      await expectAck(client, toRoom);
      await expectAck(client, toRest);
      await scene.hub.revokePermission('sendToGroup', client.id, rest);
      await expectForbidden(client, { ...toRest, ackId: 3 }, 'send to');
    },
  },
  ...INVALID_FRAMES.map(([id, what, code, frame]): Check => ({
    id,
    title: `${what} ends the client with ${String(code)}`,
    group: 'clients',
    run: async (scene) => {
      const client = await scene.json();
      client.send(frame);
      expectEqual((await client.ended()).code, code, 'close code');
    },
  })),
];
