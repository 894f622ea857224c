import { textPayload } from '../../engine/payload.js';
import type { Check } from '../check.interface.js';
import { expectEqual, Refusal } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import type { RestAnswer } from '../rest.caller.js';
import type { Scene } from '../scene.js';
import { expectMembership } from './membership.js';

const GROUP = 'beyond 2024-12-01';
const FIRST_VERSION = '2020-10-01';

// A serialized google.protobuf.Any: field 1 is its type, field 2 its bytes.
const ANY = Buffer.from('0a036e2f6112020801', 'hex');

/** What api-version 2020-10-01 had (rest.md 14.10), and what a driver can be asked beside it. */
export const BEYOND_CHECKS: readonly Check[] = [
  {
    id: 'K4',
    title: 'a user without a connection is remembered in a group, until it is taken out',
    group: GROUP,
    operations: ['CheckUserExistenceInGroup', 'AddUserToGroup'],
    run: async (scene) => {
      const [userId, group] = [scene.named('nobody'), scene.named('g')];
      await scene.hub.rememberUserInGroup(group, userId);
      expectEqual(await scene.hub.userExistsInGroup(userId, group), true, 'it is remembered');
      await scene.hub.removeUserFromGroup(group, userId);
      expectEqual(await scene.hub.userExistsInGroup(userId, group), false, 'it is remembered');
    },
  },
  {
    id: 'K4l',
    title: 'a connection that a remembered user opens later joins the group',
    group: GROUP,
    operations: ['AddUserToGroup'],
    run: async (scene) => {
      const [userId, group] = [scene.named('ann'), scene.named('g')];
      await scene.hub.rememberUserInGroup(group, userId);
      try {
        await expectMembership(scene, await scene.json({ userId }), { [group]: true });
      } finally {
        await scene.hub.removeUserFromGroup(group, userId);
      }
    },
  },
  {
    id: 'K4m',
    title: 'whether a user is in a group is told',
    group: GROUP,
    operations: ['CheckUserExistenceInGroup'],
    run: async (scene) => {
      const client = await scene.json({ groups: [scene.named('g')] });
      expectEqual(
        await scene.hub.userExistsInGroup(client.userId, scene.named('g')),
        true,
        'a member',
      );
      expectEqual(
        await scene.hub.userExistsInGroup(client.userId, scene.named('h')),
        false,
        'no member',
      );
    },
  },
  {
    id: 'K6',
    title: 'permissions are for every group at once',
    group: GROUP,
    operations: ['GrantPermission', 'RevokePermission', 'CheckPermission'],
    run: async (scene) => {
      const { id } = await scene.json({ roles: [] });
      const check = async (group?: string): Promise<string> =>
        await scene.hub.checkPermission('sendToGroup', id, group);
      await scene.hub.grantPermission('sendToGroup', id, undefined);
      expectEqual([await check(), await check('any')], ['allowed', 'allowed'], 'after the grant');
      await scene.hub.revokePermission('sendToGroup', id, undefined);
      expectEqual(
        [await check(), await check('any')],
        ['denied', 'denied'],
        'after it was revoked',
      );
    },
  },
  {
    id: 'K1',
    title: 'the first version removes with 200, and misses a connection (K3, K5, K8)',
    group: GROUP,
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const nobody = scene.named('nobody');
      for (const [path, status] of [
        [`connections/${nobody}`, 200],
        [`users/${nobody}/groups`, 200],
        [`groups/g1/connections/${nobody}`, 404],
        [`permissions/sendToGroup/connections/${nobody}`, 404],
      ] as const) {
        const answer = await callFirst(scene, 'DELETE', path);
        expectEqual(answer.status, status, `status for ${path}`);
      }
    },
  },
  {
    id: 'X1',
    title: 'how many connections match a filter is told',
    group: GROUP,
    run: async (scene) => {
      const groups = [scene.named('g')];
      for (let count = 0; count < 2; count++) await scene.json({ groups });
      expectEqual(
        await scene.hub.explainFilter(`'${scene.named('g')}' in groups`),
        2,
        'how many match',
      );
      expectEqual(
        await scene.hub.explainFilter("userId eq 'no-such'"),
        0,
        'how many match nothing',
      );
    },
  },
  {
    id: 'X2',
    title: 'a serialized protobuf message arrives as base64 (J63)',
    group: GROUP,
    operations: ['SendToUser'],
    run: async (scene) => {
      const client = await scene.json();
      await scene.hub.sendToUser(client.userId, { dataType: 'protobuf', bytes: ANY });
      const data = `"dataType":"protobuf","data":"${ANY.toString('base64')}"`;
      const expected = [`{"type":"message","from":"server",${data}}`];
      expectEqual(await scene.heard(client), expected, 'frames');
    },
  },
  {
    id: 'X3',
    title: 'a send to a user passes excluded connections by',
    group: GROUP,
    operations: ['SendToUser'],
    run: async (scene) => {
      const userId = scene.named('ann');
      const [first, second] = [await scene.json({ userId }), await scene.json({ userId })];
      await scene.hub.sendToUser(userId, textPayload('x'), { excluded: [first.id] });
      await scene.expectTexts(first, [], 'the excluded');
      await scene.expectTexts(second, ['x'], 'the other');
    },
  },
  {
    id: 'X4',
    title: 'a send to a connection takes a filter',
    group: GROUP,
    operations: ['SendToConnection'],
    run: async (scene) => {
      const client = await scene.json();
      await scene.hub.sendToConnection(client.id, textPayload('1'), {
        filter: "userId eq 'no-such'",
      });
      await scene.hub.sendToConnection(client.id, textPayload('2'), { filter: 'userId ne null' });
      await scene.expectTexts(client, ['2'], 'the client');
    },
  },
  {
    id: 'X5',
    title: 'names with a slash can be sent to',
    group: GROUP,
    operations: ['SendToGroup', 'SendToUser'],
    run: async (scene) => {
      const name = scene.named('a/b');
      const client = await scene.json({ userId: name, groups: [name] });
      await scene.hub.sendToUser(name, textPayload('1'));
      await scene.hub.sendToGroup(name, textPayload('2'));
      await scene.expectTexts(client, ['1', '2'], 'the client');
    },
  },
];

/** @throws {@link Refusal} when the service does not serve the first version */
async function callFirst(scene: Scene, method: string, path: string): Promise<RestAnswer> {
  const answer = await scene.api(method, path, { query: { 'api-version': FIRST_VERSION } });
  const { target } = envelopeOf(answer.text);
  if (answer.status !== 400 || target !== 'api-version') return answer;
  throw new Refusal(`The service does not serve ${FIRST_VERSION}.`);
}
