import type { GroupMember } from '../../drivers/hub-driver.interface.js';
import type { Check } from '../check.interface.js';
import { CheckFailure, expectEqual } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import type { Scene } from '../scene.js';

const SINCE = '2024-12-01';
const INVALID_PAGES = ['0', '-1', '201', '1.5', 'abc', '', ['1', '1']] as const;
const INVALID_TOPS = ['0', '-1', '2147483648', 'abc', '', ['1', '1']] as const;

/** rest.md 14.9: the members of a group. */
export const LISTING_CHECKS: readonly Check[] = [
  {
    id: 'I1',
    title: 'the members of a group are listed with their users',
    group: 'listing',
    operations: ['ListConnectionsInGroup'],
    since: SINCE,
    run: async (scene) => {
      const groups = [scene.named('g')];
      const ann = await scene.json({ groups });
      const anonymous = await scene.json({ groups, userId: null });
      const page = await scene.hub.listConnectionsInGroup(scene.named('g'));
      expectEqual(page.continuationToken, undefined, 'the token of a page after it');
      expectEqual(
        byId(page.members),
        byId([{ connectionId: ann.id, userId: ann.userId }, { connectionId: anonymous.id }]),
        'members',
      );
    },
  },
  {
    id: 'I2',
    title: 'a group that there is not has no members',
    group: 'listing',
    operations: ['ListConnectionsInGroup'],
    isReadOnly: true,
    since: SINCE,
    run: async (scene) => {
      const { members, continuationToken } = await scene.hub.listConnectionsInGroup(
        scene.named('nothing'),
      );
      expectEqual(
        { members, continuationToken },
        { members: [], continuationToken: undefined },
        'page',
      );
    },
  },
  {
    id: 'I3',
    title: 'pages hold as many as asked for, and each member once',
    group: 'listing',
    operations: ['ListConnectionsInGroup'],
    since: SINCE,
    run: async (scene) => {
      const ids = await sevenMembers(scene);
      const pages = await pagesOf(scene, 3);
      expectEqual(
        pages.map(({ length }) => length),
        [3, 3, 1],
        'members of each page',
      );
      expectEqual(pages.flat().toSorted(), ids, 'members of all pages');
    },
  },
  {
    id: 'I4',
    title: 'no more are listed than asked for over all pages (I5)',
    group: 'listing',
    operations: ['ListConnectionsInGroup'],
    since: SINCE,
    run: async (scene) => {
      await sevenMembers(scene);
      const group = scene.named('g');
      const first = await scene.hub.listConnectionsInGroup(group, { top: 5, maxPageSize: 3 });
      const { continuationToken } = first;
      expectEqual(first.members.length, 3, 'members of the first page');
      if (continuationToken === undefined) throw new CheckFailure('there is no second page');
      const options = { top: 2, maxPageSize: 3, continuationToken };
      const second = await scene.hub.listConnectionsInGroup(group, options);
      expectEqual(second.members.length, 2, 'members of the second page');
      expectEqual(second.continuationToken, undefined, 'the token of a third page');
      const only = await scene.hub.listConnectionsInGroup(group, { top: 3, maxPageSize: 3 });
      expectEqual(only.members.length, 3, 'members of the only page');
      expectEqual(only.continuationToken, undefined, 'the token of a page after the only one');
    },
  },
  {
    id: 'I10',
    title: 'a list goes on when the member it stopped at has gone',
    group: 'listing',
    operations: ['ListConnectionsInGroup', 'RemoveConnectionFromGroup'],
    since: SINCE,
    run: async (scene) => {
      const ids = await sevenMembers(scene);
      const group = scene.named('g');
      const { members, continuationToken } = await scene.hub.listConnectionsInGroup(group, {
        maxPageSize: 3,
      });
      for (const { connectionId } of members) {
        await scene.hub.removeConnectionFromGroup(group, connectionId);
      }
      const rest = await scene.hub.listConnectionsInGroup(group, { continuationToken });
      const seen = [...members, ...rest.members].map(({ connectionId }) => connectionId);
      expectEqual(seen.toSorted(), ids, 'members of all pages');
    },
  },
  {
    id: 'I3l',
    title: 'the link to the next page is whole, and works with a token for it only (I4, I8)',
    group: 'listing',
    operations: ['ListConnectionsInGroup'],
    isRestOnly: true,
    since: SINCE,
    run: async (scene) => {
      await sevenMembers(scene);
      const path = `groups/${scene.named('g')}/connections`;
      const query = { top: '5', maxpagesize: '3' };
      const { text, headers } = await scene.api('GET', path, { query });
      expectEqual(headers.get('content-type'), 'application/json; charset=utf-8', 'content type');
      const { nextLink = '' } = JSON.parse(text) as { nextLink?: string };
      const base = `${scene.rest.endpoint}api/hubs/${scene.hubName}/${path}?`;
      expectEqual(nextLink.startsWith(base), true, 'the link is that of the request');
      const parameters = [...new URL(nextLink).searchParams];
      expectEqual(
        parameters.map(([name, value]) => (name === 'continuationToken' ? name : [name, value])),
        [['top', '2'], ['maxpagesize', '3'], 'continuationToken', ['api-version', SINCE]],
        'parameters of the link',
      );
      const stranger = await scene.rest.callUrl('GET', nextLink, { authorization: null });
      expectEqual(stranger.status, 401, 'status without a token');
      const next = await scene.rest.callUrl('GET', nextLink);
      expectEqual(next.status, 200, 'status with a token');
      const last = JSON.parse(next.text) as { value: unknown[]; nextLink?: string | null };
      expectEqual([last.value.length, last.nextLink ?? null], [2, null], 'the last page');
    },
  },
  {
    id: 'I7',
    title: 'sizes of pages and lists that there cannot be are 400',
    group: 'listing',
    operations: ['ListConnectionsInGroup'],
    isReadOnly: true,
    isRestOnly: true,
    since: SINCE,
    run: async (scene) => {
      for (const value of INVALID_PAGES) await expectInvalid(scene, 'maxpagesize', value);
      for (const value of INVALID_TOPS) await expectInvalid(scene, 'top', value);
    },
  },
];

async function expectInvalid(
  scene: Scene,
  parameter: string,
  value: string | readonly string[],
): Promise<void> {
  const path = `groups/${scene.named('g')}/connections`;
  const { status, text } = await scene.api('GET', path, { query: { [parameter]: value } });
  const { target } = envelopeOf(text);
  const what = `the answer to ${parameter} ${JSON.stringify(value)}`;
  expectEqual({ status, target }, { status: 400, target: parameter }, what);
}

/** @returns the ids of seven members of a group, in order */
async function sevenMembers(scene: Scene): Promise<string[]> {
  const ids: string[] = [];
  for (let count = 0; count < 7; count++) {
    ids.push((await scene.json({ groups: [scene.named('g')] })).id);
  }
  return ids.toSorted();
}

async function pagesOf(scene: Scene, maxPageSize: number): Promise<string[][]> {
  const pages: string[][] = [];
  let continuationToken: string | undefined;
  do {
    const options = { maxPageSize, continuationToken };
    const page = await scene.hub.listConnectionsInGroup(scene.named('g'), options);
    pages.push(page.members.map(({ connectionId }) => connectionId));
    ({ continuationToken } = page);
    // A service that never ends would be listed for ever.
  } while (continuationToken !== undefined && pages.length < 10);
  return pages;
}

function byId(members: readonly GroupMember[]): GroupMember[] {
  return members
    .map(({ connectionId, userId }) => ({ connectionId, userId }))
    .toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
}
