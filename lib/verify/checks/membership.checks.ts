import { textPayload } from '../../engine/payload.js';
import type { Check } from '../check.interface.js';
import { expectEqual } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import { expectMembership } from './membership.js';

/** rest.md 14.5: groups of connections and users. */
export const MEMBERSHIP_CHECKS: readonly Check[] = [
  {
    id: 'E1',
    title: 'a connection joins a group once, however often, without a role and unaware (E13)',
    group: 'membership',
    operations: ['AddConnectionToGroup'],
    run: async (scene) => {
      const { hub } = scene;
      const group = scene.named('g');
      const client = await scene.json({ roles: [] });
      expectEqual(await hub.addConnectionToGroup(group, client.id), true, 'it was found');
      expectEqual(await hub.addConnectionToGroup(group, client.id), true, 'it was found again');
      await hub.sendToGroup(group, textPayload('x'));
      await scene.expectTexts(client, ['x'], 'the member');
    },
  },
  {
    id: 'E2',
    title: 'a connection that there is not cannot join',
    group: 'membership',
    operations: ['AddConnectionToGroup'],
    isReadOnly: true,
    run: async (scene) => {
      const wasFound = await scene.hub.addConnectionToGroup(
        scene.named('g'),
        scene.named('nobody'),
      );
      expectEqual(wasFound, false, 'the connection was found');
    },
  },
  {
    id: 'E2e',
    title: 'the answer to joining without a connection has the envelope of the service',
    group: 'membership',
    operations: ['AddConnectionToGroup'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const { status, headers, text } = await scene.api('PUT', 'groups/g1/connections/no-such');
      expectEqual(status, 404, 'status');
      expectEqual(headers.get('x-ms-error-code'), 'Error.Connection.NotExisted', 'the header');
      expectEqual(
        text,
        '{"code":"Error.Connection.NotExisted","message":"Connection `no-such` is not found.",' +
          '"target":"Connection","details":null,"inner":null}',
        'body',
      );
    },
  },
  {
    id: 'E3',
    title: 'a connection leaves a group, however often',
    group: 'membership',
    operations: ['RemoveConnectionFromGroup'],
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json({ groups: [group, scene.named('other')] });
      await scene.hub.removeConnectionFromGroup(group, client.id);
      await scene.hub.removeConnectionFromGroup(group, client.id);
      await expectMembership(scene, client, { [group]: false, [scene.named('other')]: true });
    },
  },
  {
    id: 'E4',
    title: 'taking a connection that there is not out of groups succeeds (E6)',
    group: 'membership',
    operations: ['RemoveConnectionFromGroup', 'RemoveConnectionFromAllGroups'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      for (const path of [
        `groups/g1/connections/${scene.named('nobody')}`,
        `connections/${scene.named('nobody')}/groups`,
      ]) {
        const { status, text } = await scene.api('DELETE', path);
        expectEqual({ status, text }, { status: 204, text: '' }, `the answer for ${path}`);
      }
    },
  },
  {
    id: 'E5',
    title: 'a connection leaves all its groups, those of its token too',
    group: 'membership',
    operations: ['RemoveConnectionFromAllGroups'],
    since: '2022-11-01',
    run: async (scene) => {
      const [first, second] = [scene.named('g1'), scene.named('g2')];
      const client = await scene.json({ groups: [first] });
      await scene.hub.addConnectionToGroup(second, client.id);
      await scene.hub.removeConnectionFromAllGroups(client.id);
      await expectMembership(scene, client, { [first]: false, [second]: false });
    },
  },
  {
    id: 'E7',
    title: 'every connection of a user joins a group, and none that comes later (E8)',
    group: 'membership',
    operations: ['AddUserToGroup'],
    run: async (scene) => {
      const userId = scene.named('u');
      const group = scene.named('g');
      const clients = [await scene.json({ userId }), await scene.json({ userId })];
      expectEqual(await scene.hub.addUserToGroup(group, userId), true, 'the user was found');
      const later = await scene.json({ userId });
      for (const client of clients) await expectMembership(scene, client, { [group]: true });
      await expectMembership(scene, later, { [group]: false });
    },
  },
  {
    id: 'E9',
    title: 'a user without a connection cannot join',
    group: 'membership',
    operations: ['AddUserToGroup'],
    isReadOnly: true,
    run: async (scene) => {
      const wasFound = await scene.hub.addUserToGroup(scene.named('g'), scene.named('nobody'));
      expectEqual(wasFound, false, 'the user was found');
    },
  },
  {
    id: 'E9e',
    title: 'the answer to joining without a user has its code',
    group: 'membership',
    operations: ['AddUserToGroup'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const { status, text } = await scene.api('PUT', `users/${scene.named('nobody')}/groups/g1`);
      const { code, target } = envelopeOf(text);
      expectEqual(
        { status, code, target },
        { status: 404, code: 'Warning.User.NotExisted', target: 'User' },
        'the answer',
      );
    },
  },
  {
    id: 'E10',
    title: 'every connection of a user leaves a group',
    group: 'membership',
    operations: ['RemoveUserFromGroup'],
    run: async (scene) => {
      const userId = scene.named('u');
      const groups = [scene.named('g1'), scene.named('g2')];
      const clients = [await scene.json({ userId, groups }), await scene.json({ userId, groups })];
      await scene.hub.removeUserFromGroup(scene.named('g1'), userId);
      for (const client of clients) {
        const expected = { [scene.named('g1')]: false, [scene.named('g2')]: true };
        await expectMembership(scene, client, expected);
      }
    },
  },
  {
    id: 'E11',
    title: 'taking a user without a connection out of groups succeeds',
    group: 'membership',
    operations: ['RemoveUserFromGroup', 'RemoveUserFromAllGroups'],
    isReadOnly: true,
    run: async (scene) => {
      await scene.hub.removeUserFromGroup(scene.named('g'), scene.named('nobody'));
      await scene.hub.removeUserFromAllGroups(scene.named('nobody'));
    },
  },
  {
    id: 'E12',
    title: 'every connection of a user leaves all groups',
    group: 'membership',
    operations: ['RemoveUserFromAllGroups'],
    run: async (scene) => {
      const userId = scene.named('u');
      const [first, second] = [scene.named('g1'), scene.named('g2')];
      const client = await scene.json({ userId, groups: [first, second] });
      await scene.hub.removeUserFromAllGroups(userId);
      await expectMembership(scene, client, { [first]: false, [second]: false });
    },
  },
];
