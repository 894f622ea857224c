import type { Check } from '../check.interface.js';
import { CheckFailure, expectEqual } from '../check.outcomes.js';
import type { Scene } from '../scene.js';
import type { VerifyClient } from '../verify.client.js';

const CLOSED = 'Application server closed the connection.';
const ENDING = { code: 1000, reason: '' };

/** rest.md 14.7: connections that the service ends. */
export const CLOSING_CHECKS: readonly Check[] = [
  {
    id: 'G1',
    title: 'a closed connection is told the reason, ends with 1000, and is gone (J59)',
    group: 'closing',
    operations: ['CloseConnection'],
    run: async (scene) => {
      const client = await scene.json();
      await scene.hub.closeConnection(client.id, 'bye & thanks');
      expectEqual(await scene.hub.connectionExists(client.id), false, 'it is there');
      await expectClosed(client, `${CLOSED} Reason: bye & thanks`);
    },
  },
  {
    id: 'G2',
    title: 'without a reason none is told (J58)',
    group: 'closing',
    operations: ['CloseConnection'],
    run: async (scene) => {
      const client = await scene.json();
      await scene.hub.closeConnection(client.id);
      await expectClosed(client, CLOSED);
    },
  },
  {
    id: 'G3',
    title: 'a raw client is closed with 1000 and no frame (W18)',
    group: 'closing',
    operations: ['CloseUserConnections'],
    since: '2021-10-01',
    run: async (scene) => {
      const client = await scene.raw();
      await scene.hub.closeUserConnections(client.userId, { reason: 'bye' });
      expectEqual(await client.ended(), ENDING, 'the end');
      const frame = await client.hear().catch(() => undefined);
      if (frame !== undefined) throw new CheckFailure('a frame came before the end');
    },
  },
  {
    id: 'G4',
    title: 'closing what is not there succeeds (G9)',
    group: 'closing',
    operations: ['CloseConnection', 'CloseGroupConnections', 'CloseUserConnections'],
    isReadOnly: true,
    run: async (scene) => {
      await scene.hub.closeConnection(scene.named('nobody'));
      await scene.hub.closeGroupConnections(scene.named('nothing'));
      await scene.hub.closeUserConnections(scene.named('nobody'));
    },
  },
  {
    id: 'G5',
    title: 'a long reason arrives whole',
    group: 'closing',
    operations: ['CloseConnection'],
    run: async (scene) => {
      const client = await scene.json();
      const reason = 'long '.repeat(400).trim();
      await scene.hub.closeConnection(client.id, reason);
      await expectClosed(client, `${CLOSED} Reason: ${reason}`);
    },
  },
  {
    id: 'G6',
    title: 'every connection of the hub is closed but the excluded',
    group: 'closing',
    operations: ['CloseAllConnections'],
    isHubWide: true,
    since: '2021-10-01',
    run: async (scene) => {
      const [goes, stays] = [await scene.json(), await scene.json()];
      const raw = await scene.raw();
      await scene.hub.closeAllConnections({ excluded: [stays.id], reason: 'bye' });
      await expectClosed(goes, `${CLOSED} Reason: bye`);
      expectEqual(await raw.ended(), ENDING, 'the end of the raw client');
      await expectOpen(scene, stays);
    },
  },
  {
    id: 'G7',
    title: 'every connection of a group is closed but the excluded',
    group: 'closing',
    operations: ['CloseGroupConnections'],
    since: '2021-10-01',
    run: async (scene) => {
      const groups = [scene.named('g')];
      const [goes, stays] = [await scene.json({ groups }), await scene.json({ groups })];
      const other = await scene.json();
      const options = { excluded: [stays.id], reason: 'bye' };
      await scene.hub.closeGroupConnections(scene.named('g'), options);
      await expectClosed(goes, `${CLOSED} Reason: bye`);
      await expectOpen(scene, stays);
      await expectOpen(scene, other);
      await scene.hub.closeGroupConnections(scene.named('g'));
      expectEqual(await scene.hub.groupExists(scene.named('g')), false, 'the group is there');
    },
  },
  {
    id: 'G8',
    title: 'every connection of a user is closed but the excluded',
    group: 'closing',
    operations: ['CloseUserConnections'],
    since: '2021-10-01',
    run: async (scene) => {
      const userId = scene.named('u');
      const [goes, stays] = [await scene.json({ userId }), await scene.json({ userId })];
      const other = await scene.json();
      const options = { excluded: [stays.id], reason: 'bye' };
      await scene.hub.closeUserConnections(userId, options);
      await expectClosed(goes, `${CLOSED} Reason: bye`);
      await expectOpen(scene, stays);
      await expectOpen(scene, other);
    },
  },
  {
    id: 'G9',
    title: 'the answers to closing are 204 and empty',
    group: 'closing',
    operations: ['CloseConnection', 'CloseGroupConnections', 'CloseUserConnections'],
    isReadOnly: true,
    isRestOnly: true,
    since: '2021-10-01',
    run: async (scene) => {
      for (const [method, path] of [
        ['DELETE', `connections/${scene.named('nobody')}`],
        ['POST', `groups/${scene.named('nothing')}/:closeConnections`],
        ['POST', `users/${scene.named('nobody')}/:closeConnections`],
      ] as const) {
        const { status, text } = await scene.api(method, path, { query: { reason: 'bye' } });
        expectEqual({ status, text }, { status: 204, text: '' }, `the answer to ${path}`);
      }
    },
  },
];

async function expectClosed(client: VerifyClient, message: string): Promise<void> {
  expectEqual(
    await client.hearJson(),
    { type: 'system', event: 'disconnected', message },
    'the last frame',
  );
  expectEqual(await client.ended(), ENDING, 'the end');
}

async function expectOpen(scene: Scene, client: VerifyClient): Promise<void> {
  expectEqual(await scene.hub.connectionExists(client.id), true, 'who stays is there');
  await scene.expectTexts(client, [], 'who stays');
}
