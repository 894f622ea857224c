import { textPayload } from '../../engine/payload.js';
import type { Check } from '../check.interface.js';
import { CheckFailure, expectEqual } from '../check.outcomes.js';
import type { Scene } from '../scene.js';
import type { VerifyClient } from '../verify.client.js';
import { expectAck, expectAnswer } from './client.steps.js';

const NO_RECOVERY = { code: 1008, reason: 'The connection could not be recovered.' };

/** client-protocols.md 13.5: clients that come back. */
export const RELIABLE_CHECKS: readonly Check[] = [
  {
    id: 'R01',
    title: 'a reliable client is told how to come back',
    group: 'reliable clients',
    run: async (scene) => {
      const client = await scene.reliable();
      const isTold = client.id !== '' && client.reconnectionToken !== '';
      expectEqual(isTold, true, 'the first frame has an id and a token');
    },
  },
  {
    id: 'R02',
    title: 'messages are numbered from 1 for each client, and nothing else is (C7, R03, R04)',
    group: 'reliable clients',
    run: async (scene) => {
      const client = await scene.reliable();
      for (const number of [1, 2, 3]) {
        await scene.hub.sendToUser(client.userId, textPayload('x'));
        expectEqual((await client.hearJson())['sequenceId'], number, 'number');
        await expectAnswer(client, { type: 'ping' }, { type: 'pong' });
      }
      const second = await scene.reliable();
      await scene.hub.sendToUser(second.userId, textPayload('x'));
      expectEqual((await second.hearJson())['sequenceId'], 1, 'number at another client');
    },
  },
  {
    id: 'R05',
    title:
      'who comes back gets again what it has not confirmed, and what came meanwhile (R08, R09)',
    group: 'reliable clients',
    run: async (scene) => {
      const client = await scene.reliable();
      for (const text of ['1', '2', '3']) {
        await scene.hub.sendToUser(client.userId, textPayload(text));
      }
      for (let count = 0; count < 3; count++) await client.hear();
      client.sendJson({ type: 'sequenceAck', sequenceId: 2 });
      await expectAnswer(client, { type: 'ping' }, { type: 'pong' });
      await client.drop();
      await scene.hub.sendToUser(client.userId, textPayload('4'));
      const again = await scene.recover(client);
      await scene.hub.sendToUser(client.userId, textPayload('5'));
      const heard = [await message(again), await message(again), await message(again)];
      expectEqual(
        heard.map(({ data, sequenceId }) => [data, sequenceId]),
        [
          ['3', 3],
          ['4', 4],
          ['5', 5],
        ],
        'messages and their numbers',
      );
    },
  },
  {
    id: 'R10',
    title: 'who comes back is in its groups, may what it might, and its numbers are used (F19)',
    group: 'reliable clients',
    run: async (scene) => {
      const [group, room] = [scene.named('g'), scene.named('room')];
      const client = await scene.reliable({ roles: [`webpubsub.joinLeaveGroup.${group}`] });
      await expectAck(client, { type: 'joinGroup', group, ackId: 1 });
      await scene.hub.grantPermission('sendToGroup', client.id, room);
      await client.drop();
      expectEqual(await scene.hub.connectionExists(client.id), true, 'it is there (D8)');
      const again = await scene.recover(client);
      await scene.hub.sendToGroup(group, textPayload('x'));
      expectEqual((await message(again))['data'], 'x', 'the message to its group');
      const permission = await scene.hub.checkPermission('sendToGroup', client.id, room);
      expectEqual(permission, 'allowed', 'what was granted');
      again.sendJson({ type: 'joinGroup', group, ackId: 1 });
      const { error } = await again.hearJson();
      expectEqual((error as { name?: unknown })?.name, 'Duplicate', 'the used number');
    },
  },
  {
    id: 'R16',
    title: 'a client may come back while its old socket is open, which then ends',
    group: 'reliable clients',
    run: async (scene) => {
      const client = await scene.reliable();
      const again = await scene.recover(client);
      await client.ended();
      await scene.hub.sendToConnection(client.id, textPayload('x'));
      expectEqual((await message(again))['data'], 'x', 'the message');
    },
  },
  {
    id: 'R11',
    title: 'who comes back with a wrong id or token ends with 1008, and harms nobody (R12)',
    group: 'reliable clients',
    run: async (scene) => {
      const [client, other] = [await scene.reliable(), await scene.reliable()];
      for (const lie of [
        { token: 'wrong' },
        { token: other.reconnectionToken },
        { id: scene.named('nobody') },
      ]) {
        expectEqual(await (await scene.recover(client, lie)).ended(), NO_RECOVERY, 'the end');
      }
      await scene.expectTexts(client, [], 'the client that it is about');
    },
  },
  {
    id: 'R18',
    title: 'a client that closes does not come back, one whose close says otherwise does (R19)',
    group: 'reliable clients',
    run: async (scene) => {
      const leaves = await scene.reliable();
      await leaves.close(1000);
      expectEqual(await (await scene.recover(leaves)).ended(), NO_RECOVERY, 'the end');
      const returns = await scene.reliable();
      await returns.close(4000);
      await scene.hub.sendToConnection(returns.id, textPayload('x'));
      const again = await scene.recover(returns);
      expectEqual((await message(again))['data'], 'x', 'the message');
    },
  },
  {
    id: 'G10',
    title: 'a client that is closed while it is away does not come back (R22)',
    group: 'reliable clients',
    operations: ['CloseConnection'],
    run: async (scene) => {
      const client = await scene.reliable();
      await client.drop();
      await scene.until(
        async () => await wasClosed(scene, client),
        'the connection is there no more',
      );
      expectEqual(await (await scene.recover(client)).ended(), NO_RECOVERY, 'the end');
    },
  },
  {
    id: 'I11',
    title: 'who is away is listed in its groups',
    group: 'reliable clients',
    operations: ['ListConnectionsInGroup'],
    since: '2024-12-01',
    run: async (scene) => {
      const client = await scene.reliable({ groups: [scene.named('g')] });
      await client.drop();
      const { members } = await scene.hub.listConnectionsInGroup(scene.named('g'));
      expectEqual(
        members.map(({ connectionId }) => connectionId),
        [client.id],
        'members',
      );
    },
  },
];

/** The next message; the `connected` frame that some services repeat is none. */
async function message(client: VerifyClient): Promise<Readonly<Record<string, unknown>>> {
  for (let count = 0; count < 2; count++) {
    const frame = await client.hearJson();
    if (frame['type'] === 'message') return frame;
  }
  throw new CheckFailure('no message came');
}

async function wasClosed(scene: Scene, client: VerifyClient): Promise<boolean> {
  await scene.hub.closeConnection(client.id, 'bye');
  return !(await scene.hub.connectionExists(client.id));
}
