import type { Check } from '../check.interface.js';
import { expectEqual } from '../check.outcomes.js';

const MISSING = [
  ['D2', 'connections', 'Connection', 'ConnectionExists'],
  ['D4', 'users', 'User', 'UserExists'],
  ['D6', 'groups', 'Group', 'GroupExists'],
] as const;

/** rest.md 14.4: who and what is there. */
export const EXISTENCE_CHECKS: readonly Check[] = [
  {
    id: 'D1',
    title: 'connections, users and groups are there while somebody is (D3, D5, D7)',
    group: 'existence',
    operations: ['ConnectionExists', 'UserExists', 'GroupExists'],
    run: async (scene) => {
      const client = await scene.json({ groups: [scene.named('g')] });
      expectEqual(await scene.hub.connectionExists(client.id), true, 'the connection is there');
      expectEqual(await scene.hub.userExists(client.userId), true, 'the user is there');
      expectEqual(await scene.hub.groupExists(scene.named('g')), true, 'the group is there');
      await client.close();
      await scene.until(
        async () => !(await scene.hub.connectionExists(client.id)),
        'the connection is gone',
      );
      await scene.until(
        async () => !(await scene.hub.userExists(client.userId)),
        'the user is gone',
      );
      await scene.until(
        async () => !(await scene.hub.groupExists(scene.named('g'))),
        'the group is gone',
      );
    },
  },
  {
    id: 'D9',
    title: 'what nobody has heard of is not there, and case matters',
    group: 'existence',
    operations: ['ConnectionExists', 'UserExists', 'GroupExists'],
    run: async (scene) => {
      const client = await scene.json({ groups: [scene.named('g')] });
      const id = client.id === client.id.toLowerCase() ? client.id.toUpperCase() : 'nobody';
      expectEqual(
        await scene.hub.connectionExists(id),
        false,
        'a connection in another case is there',
      );
      expectEqual(
        await scene.hub.userExists(client.userId.toUpperCase()),
        false,
        'the user is there',
      );
      expectEqual(await scene.hub.groupExists(scene.named('G')), false, 'the group is there');
      expectEqual(
        await scene.hub.connectionExists(scene.named('nobody')),
        false,
        'nobody is there',
      );
    },
  },
  ...MISSING.map(([id, path, target, operation]): Check => ({
    id,
    title: `a missing ${target.toLowerCase()} is 404 with its code`,
    group: 'existence',
    operations: [operation],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const { status, headers, text } = await scene.api('HEAD', `${path}/${scene.named('nobody')}`);
      expectEqual(
        { status, code: headers.get('x-ms-error-code'), text },
        { status: 404, code: `Warning.${target}.NotExisted`, text: '' },
        'the answer',
      );
    },
  })),
];
