import type { Check } from '../check.interface.js';
import { expectEqual } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import type { Scene } from '../scene.js';
import type { VerifyClient } from '../verify.client.js';
import { expectMembership } from './membership.js';

/** rest.md 14.6: what clients may do themselves. */
export const PERMISSION_CHECKS: readonly Check[] = [
  {
    id: 'F1',
    title:
      'a client without a role may nothing, until it is granted, and again when it is revoked (F2, F5)',
    group: 'permissions',
    operations: ['CheckPermission', 'GrantPermission', 'RevokePermission'],
    run: async (scene) => {
      const { hub } = scene;
      const group = scene.named('g');
      const client = await scene.json({ roles: [] });
      await expectPermission(scene, client, group, 'denied');
      for (let times = 0; times < 2; times++) {
        await hub.grantPermission('sendToGroup', client.id, group);
        await expectPermission(scene, client, group, 'allowed');
      }
      await expectAck(client, { type: 'sendToGroup', group, dataType: 'text', data: 'x' }, true);
      for (let times = 0; times < 2; times++) {
        await hub.revokePermission('sendToGroup', client.id, group);
        await expectPermission(scene, client, group, 'denied');
      }
    },
  },
  {
    id: 'F3',
    title: 'a permission is for one group, literally, and of one kind (F4, F10)',
    group: 'permissions',
    operations: ['GrantPermission', 'CheckPermission'],
    run: async (scene) => {
      const client = await scene.json({ roles: [] });
      await scene.hub.grantPermission('sendToGroup', client.id, scene.named('g'));
      await scene.hub.grantPermission('sendToGroup', client.id, '*');
      await expectPermission(scene, client, scene.named('G'), 'denied');
      await expectPermission(scene, client, scene.named('other'), 'denied');
      await expectPermission(scene, client, scene.named('g'), 'denied', 'joinLeaveGroup');
    },
  },
  {
    id: 'F6',
    title: 'a role allows every group, but for those that are revoked, until granted (F7, F8)',
    group: 'permissions',
    operations: ['RevokePermission', 'GrantPermission', 'CheckPermission'],
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json({ roles: ['webpubsub.sendToGroup'] });
      await expectPermission(scene, client, group, 'allowed');
      await scene.hub.revokePermission('sendToGroup', client.id, group);
      await expectPermission(scene, client, group, 'denied');
      await expectPermission(scene, client, scene.named('other'), 'allowed');
      await scene.hub.grantPermission('sendToGroup', client.id, group);
      await expectPermission(scene, client, group, 'allowed');
    },
  },
  {
    id: 'F9',
    title: 'a member whose permission is revoked stays a member (P15)',
    group: 'permissions',
    operations: ['RevokePermission'],
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json({ groups: [group] });
      await scene.hub.revokePermission('joinLeaveGroup', client.id, group);
      await expectPermission(scene, client, group, 'denied', 'joinLeaveGroup');
      await expectMembership(scene, client, { [group]: true });
    },
  },
  {
    id: 'F11',
    title: 'a connection that there is not can be granted nothing, and may nothing (F13)',
    group: 'permissions',
    operations: ['GrantPermission', 'CheckPermission'],
    isReadOnly: true,
    run: async (scene) => {
      const nobody = scene.named('nobody');
      const wasFound = await scene.hub.grantPermission('sendToGroup', nobody, 'g');
      expectEqual(wasFound, false, 'the connection was found');
      const permission = await scene.hub.checkPermission('sendToGroup', nobody, 'g');
      expectEqual(permission, 'absent', 'the permission');
    },
  },
  {
    id: 'F11e',
    title: 'the answers about a connection that there is not have their codes (F12, F13)',
    group: 'permissions',
    operations: ['GrantPermission', 'RevokePermission', 'CheckPermission'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const path = 'permissions/sendToGroup/connections/no-such';
      const query = { targetName: 'g1' };
      const code = 'Info.Connection.NotExisted';
      const put = await scene.api('PUT', path, { query });
      expectEqual(
        { status: put.status, text: put.text },
        {
          status: 404,
          text:
            `{"code":"${code}","message":"Connection \`no-such\` is not found.",` +
            '"target":"Connection","details":null,"inner":null}',
        },
        'the answer to a grant',
      );
      const head = await scene.api('HEAD', path, { query });
      expectEqual(
        { status: head.status, code: head.headers.get('x-ms-error-code') },
        { status: 404, code },
        'the answer to a question',
      );
      expectEqual(
        (await scene.api('DELETE', path, { query })).status,
        204,
        'status of a revocation',
      );
    },
  },
  {
    id: 'F14',
    title: 'a permission needs a group of 1 to 1024 characters (F15)',
    group: 'permissions',
    operations: ['RevokePermission', 'GrantPermission'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const path = 'permissions/sendToGroup/connections/no-such';
      const { status, text } = await scene.api('DELETE', path);
      const { code, message, target } = envelopeOf(text);
      expectEqual(
        { status, code, message, target },
        {
          status: 400,
          code: 'Error.BadRequest',
          message:
            'Invalid group name. Valid group name should be in between 1 and 1024 characters long.',
          target: 'Request',
        },
        'the answer without a group',
      );
      for (const targetName of ['', ' ', 'g'.repeat(1025)]) {
        const answer = await scene.api('PUT', path, { query: { targetName } });
        expectEqual(answer.status, 400, `status for a group of ${targetName.length} characters`);
      }
    },
  },
  {
    id: 'F17',
    title: 'a permission that there is not is 400',
    group: 'permissions',
    operations: ['GrantPermission'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      for (const permission of ['unknown', '0', '3', '-1', 'sendToGroup,joinLeaveGroup']) {
        const path = `permissions/${permission}/connections/no-such`;
        const { status } = await scene.api('PUT', path, { query: { targetName: 'g1' } });
        expectEqual(status, 400, `status for ${permission}`);
      }
    },
  },
  {
    id: 'F16',
    title: 'a permission may be written in any case, or as its number',
    group: 'permissions',
    operations: ['GrantPermission'],
    isRestOnly: true,
    run: async (scene) => {
      const client = await scene.json({ roles: [] });
      for (const [name, permission] of [
        ['SENDTOGROUP', 'sendToGroup'],
        ['1', 'sendToGroup'],
        ['2', 'joinLeaveGroup'],
      ] as const) {
        const group = scene.named(`g${name}`);
        const path = `permissions/${name}/connections/${client.id}`;
        const { status } = await scene.api('PUT', path, { query: { targetName: group } });
        expectEqual(status, 200, `status for ${name}`);
        await expectPermission(scene, client, group, 'allowed', permission);
      }
    },
  },
  {
    id: 'F20',
    title: 'an asterisk in a role stops at a full stop',
    group: 'permissions',
    operations: ['CheckPermission'],
    run: async (scene) => {
      const client = await scene.json({ roles: ['webpubsub.sendToGroups.room.*'] });
      await expectPermission(scene, client, 'room.a', 'allowed');
      await expectPermission(scene, client, 'room.a.b', 'denied');
    },
  },
];

/** Fails unless a client is answered so; its request has the number 1. */
async function expectAck(client: VerifyClient, request: object, success: boolean): Promise<void> {
  client.sendJson({ ...request, ackId: 1 });
  const { type, success: actual } = await client.hearJson();
  expectEqual({ type, success: actual }, { type: 'ack', success }, 'the answer to the client');
}

async function expectPermission(
  scene: Scene,
  client: VerifyClient,
  group: string,
  expected: 'allowed' | 'denied',
  permission: 'sendToGroup' | 'joinLeaveGroup' = 'sendToGroup',
): Promise<void> {
  const actual = await scene.hub.checkPermission(permission, client.id, group);
  expectEqual(actual, expected, `${permission} of ${group}`);
}
