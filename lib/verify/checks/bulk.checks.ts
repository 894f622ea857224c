import type { Check } from '../check.interface.js';
import { expectEqual, expectRefused } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import type { RestAnswer } from '../rest.caller.js';
import type { Scene } from '../scene.js';
import { expectMembership } from './membership.js';

const SINCE = '2023-07-01';
const LONG_NAME = 'g'.repeat(1025);
const INVALID_NAMES =
  'Invalid group name. Valid group name should be in between 1 and 1024 characters long.';
const NO_GROUPS = ['{}', '{"groups":null}', '{"groups":[]}'];
const NO_REQUESTS = [
  '',
  '{',
  'null',
  '[]',
  '42',
  '{"groups":"g"}',
  '{"groups":{}}',
  '{"groups":[null]}',
  '{"groups":[42]}',
  '{"groups":[""]}',
  '{"groups":[" "]}',
  `{"groups":["${LONG_NAME}"]}`,
];
const NO_FILTERS = ['42', '{}', '[]', 'false', '" "'];

/** rest.md 14.5: many connections, many groups. */
export const BULK_CHECKS: readonly Check[] = [
  {
    id: 'E14',
    title: 'who matches a filter joins all the groups, and nobody else',
    group: 'membership',
    operations: ['AddConnectionsToGroups'],
    since: SINCE,
    run: async (scene) => {
      const [first, second] = [scene.named('g1'), scene.named('g2')];
      const [ann, bob] = [await scene.json(), await scene.json()];
      await scene.hub.addConnectionsToGroups([first, second], `userId eq '${ann.userId}'`);
      await expectMembership(scene, ann, { [first]: true, [second]: true });
      await expectMembership(scene, bob, { [first]: false, [second]: false });
    },
  },
  {
    id: 'E15',
    title: 'without a filter every connection of the hub joins',
    group: 'membership',
    operations: ['AddConnectionsToGroups'],
    isHubWide: true,
    since: SINCE,
    run: async (scene) => {
      const group = scene.named('g');
      const clients = [await scene.json(), await scene.json({ userId: null })];
      await scene.hub.addConnectionsToGroups([group], '');
      for (const client of clients) await expectMembership(scene, client, { [group]: true });
    },
  },
  {
    id: 'E16',
    title: 'nobody has to match, and a group may be named twice (E24)',
    group: 'membership',
    operations: ['AddConnectionsToGroups', 'RemoveConnectionsFromGroups'],
    since: SINCE,
    run: async (scene) => {
      const group = scene.named('g');
      const filter = `userId eq '${scene.named('nobody')}'`;
      await scene.hub.addConnectionsToGroups([group, group], filter);
      await scene.hub.removeConnectionsFromGroups([group, group], filter);
      expectEqual(await scene.hub.groupExists(group), false, 'the group is there');
    },
  },
  {
    id: 'E17',
    title: 'who matches a filter leaves the groups, those it is not in too',
    group: 'membership',
    operations: ['RemoveConnectionsFromGroups'],
    since: SINCE,
    run: async (scene) => {
      const [first, second] = [scene.named('g1'), scene.named('g2')];
      const ann = await scene.json({ groups: [first] });
      const bob = await scene.json({ groups: [second] });
      await scene.hub.removeConnectionsFromGroups([first, second], `'${first}' in groups`);
      await expectMembership(scene, ann, { [first]: false });
      await expectMembership(scene, bob, { [second]: true });
    },
  },
  {
    id: 'E18',
    title: 'who joins is settled before anybody does',
    group: 'membership',
    operations: ['AddConnectionsToGroups'],
    since: SINCE,
    run: async (scene) => {
      const [first, second] = [scene.named('g1'), scene.named('g2')];
      const ann = await scene.json();
      await scene.hub.addConnectionsToGroups([first, second], `'${first}' in groups`);
      await expectMembership(scene, ann, { [first]: false, [second]: false });
    },
  },
  {
    id: 'E19',
    title: 'what is no filter is 400, and nobody joins',
    group: 'membership',
    operations: ['AddConnectionsToGroups', 'RemoveConnectionsFromGroups'],
    isHubWide: true,
    since: SINCE,
    run: async (scene) => {
      const group = scene.named('g');
      const ann = await scene.json();
      const refusal = { statusCode: 400 };
      const filter = 'invalid filter';
      await expectRefused(scene.hub.addConnectionsToGroups([group], filter), refusal, 'joining');
      await expectRefused(
        scene.hub.removeConnectionsFromGroups([group], filter),
        refusal,
        'leaving',
      );
      await expectMembership(scene, ann, { [group]: false });
    },
  },
  {
    id: 'E20',
    title: 'a request without groups is 400 in the words of the service',
    group: 'membership',
    operations: ['AddConnectionsToGroups', 'RemoveConnectionsFromGroups'],
    isHubWide: true,
    isReadOnly: true,
    isRestOnly: true,
    since: SINCE,
    run: async (scene) => {
      for (const body of NO_GROUPS) {
        for (const answer of await both(scene, body)) {
          const { code, target, message } = envelopeOf(answer.text);
          expectEqual(
            { status: answer.status, code, target, message },
            { status: 400, code: 'Error.BadRequest', target: 'Groups', message: INVALID_NAMES },
            `the answer to ${body}`,
          );
        }
      }
    },
  },
  {
    id: 'E21',
    title: 'what is no request for groups is 400 (E22)',
    group: 'membership',
    operations: ['AddConnectionsToGroups', 'RemoveConnectionsFromGroups'],
    isHubWide: true,
    isReadOnly: true,
    isRestOnly: true,
    since: SINCE,
    run: async (scene) => {
      const filters = NO_FILTERS.map((filter) => `{"groups":["g"],"filter":${filter}}`);
      for (const body of [...NO_REQUESTS, ...filters]) {
        for (const { status } of await both(scene, body)) {
          expectEqual(status, 400, `status for ${body.slice(0, 40)}`);
        }
      }
    },
  },
  {
    id: 'E23',
    title: 'a request for groups that is not called JSON is 415',
    group: 'membership',
    operations: ['AddConnectionsToGroups', 'RemoveConnectionsFromGroups'],
    isHubWide: true,
    isReadOnly: true,
    isRestOnly: true,
    since: SINCE,
    run: async (scene) => {
      const body = `{"groups":["${scene.named('g')}"]}`;
      for (const type of ['text/plain', null]) {
        for (const { status } of await both(scene, body, type)) {
          expectEqual(status, 415, `status for ${type ?? 'no content type'}`);
        }
      }
    },
  },
];

async function both(
  scene: Scene,
  body: string,
  type: string | null = 'application/json',
): Promise<RestAnswer[]> {
  const request = { body, ...(type !== null && { headers: { 'Content-Type': type } }) };
  return [
    await scene.api('POST', ':addToGroups', request),
    await scene.api('POST', ':removeFromGroups', request),
  ];
}
