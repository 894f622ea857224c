import { SURFACES } from '../../support/platforms.js';
import type { WireClient } from '../../support/wire.client.js';
import { done, noConnection, plain, PRESENT } from './answers.js';
import { fromGroup, text, useScene } from './scene.js';

const IN_G1 = '/groups/g1/connections/{c1}';

describe.each(SURFACES)('membership on %s', (platform) => {
  const scene = useScene(platform);

  /** Which of these groups a JSON client is in, by what it hears. */
  async function groupsOf(client: WireClient, ...groups: readonly string[]): Promise<string[]> {
    for (const group of groups) await scene().call('POST', `/groups/${group}/:send`, text('x'));
    const heard = await scene().heard(client);
    return heard.map((frame) => {
      const { group } = JSON.parse(String(frame)) as { group: string };
      expect(frame).toBe(fromGroup(group, 'x'));
      return group;
    });
  }

  it.each([
    { id: 'E1', roles: ['webpubsub.joinLeaveGroup'] },
    { id: 'E13', roles: [] },
  ])('$id adds a connection with the roles $roles to a group, once', async ({ roles }) => {
    const { J1 } = await scene().cast({ J1: { roles } });
    expect(await scene().call('PUT', IN_G1)).toEqual(done(200));
    expect(await scene().call('PUT', IN_G1)).toEqual(done(200));
    expect(await scene().call('HEAD', '/groups/g1')).toEqual(PRESENT);
    expect(await groupsOf(J1, 'g1')).toEqual(['g1']);
  });

  it('E2 finds no unknown connection to add', async () => {
    const answer = await scene().call('PUT', '/groups/g1/connections/no-such');
    expect(answer).toEqual(noConnection('Error'));
    expect(answer.body).toHaveLength(135);
    expect(await scene().status('HEAD', '/groups/g1')).toBe(404);
  });

  it('E2 finds no connection of another hub to add', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const answer = await scene().call('PUT', `/api/hubs/other${IN_G1}`);
    expect(answer).toEqual(noConnection('Error', J1.id));
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('E3 takes a connection out of a group, or leaves it out', async () => {
    const { J1 } = await scene().cast({ J1: { groups: ['g1', 'g2'] } });
    expect(await scene().call('DELETE', IN_G1)).toEqual(done(204));
    expect(await scene().call('DELETE', IN_G1)).toEqual(done(204));
    expect(await groupsOf(J1, 'g1', 'g2')).toEqual(['g2']);
  });

  it('E4 takes an unknown connection out of a group', async () => {
    expect(await scene().call('DELETE', '/groups/g1/connections/no-such')).toEqual(done(204));
  });

  it('E5 takes a connection out of all groups, those of its token too', async () => {
    const { J1, J2 } = await scene().cast({ J1: { groups: ['g1'] }, J2: { groups: ['g1'] } });
    await scene().call('PUT', '/groups/g2/connections/{c1}');
    expect(await scene().call('DELETE', '/connections/{c1}/groups')).toEqual(done(204));
    expect(await groupsOf(J1, 'g1', 'g2')).toEqual([]);
    expect(await scene().heard(J2)).toEqual([fromGroup('g1', 'x')]);
  });

  it('E6 takes an unknown connection out of all groups', async () => {
    expect(await scene().call('DELETE', '/connections/no-such/groups')).toEqual(done(204));
  });

  it('E7 adds every connection of a user to a group, E8 but none that comes later', async () => {
    const first = await scene().cast({ J1: {}, J2: {}, W3: {} });
    expect(await scene().call('PUT', '/users/u1/groups/g1')).toEqual(done(200));
    expect(await scene().call('PUT', '/users/u1/groups/g1')).toEqual(done(200));
    const { J1: later } = await scene().cast({ J1: {} });

    await scene().call('POST', '/groups/g1/:send', text('x'));
    expect(await scene().heard(first.J1)).toEqual([fromGroup('g1', 'x')]);
    expect(await scene().heard(first.J2)).toEqual([fromGroup('g1', 'x')]);
    expect(await scene().heard(first.W3)).toEqual([]);
    expect(await scene().heard(later)).toEqual([]);
  });

  it.each(['nobody', 'U1'])('E9 finds no user %s to add', async (user) => {
    await scene().cast({ J1: {} });
    const absentUser = plain(404, {
      code: 'Warning.User.NotExisted',
      target: 'User',
      message: `User \`${user}\` is not found.`,
    });
    expect(await scene().call('PUT', `/users/${user}/groups/g1`)).toEqual(absentUser);
    expect(await scene().status('HEAD', '/groups/g1')).toBe(404);
  });

  it('E10 takes every connection of a user out of a group', async () => {
    const groups = ['g1', 'g2'];
    const { J1, J2, W3 } = await scene().cast({ J1: { groups }, J2: { groups }, W3: { groups } });
    expect(await scene().call('DELETE', '/users/u1/groups/g1')).toEqual(done(204));
    expect(await groupsOf(J1, 'g1', 'g2')).toEqual(['g2']);
    expect(await groupsOf(J2, 'g2')).toEqual(['g2', 'g2']);
    expect(await scene().heard(W3)).toHaveLength(3);
  });

  it.each(['/users/nobody/groups/g1', '/users/nobody/groups'])(
    'E11 takes nobody out at DELETE %s',
    async (operation) => {
      const { J1 } = await scene().cast({ J1: { groups: ['g1'] } });
      expect(await scene().call('DELETE', operation)).toEqual(done(204));
      expect(await groupsOf(J1, 'g1')).toEqual(['g1']);
    },
  );

  it('E12 takes every connection of a user out of all groups', async () => {
    const groups = ['g1', 'g2'];
    const { J1, J2, W3 } = await scene().cast({ J1: { groups }, J2: { groups }, W3: { groups } });
    await scene().call('PUT', '/groups/g3/connections/{c1}');
    expect(await scene().call('DELETE', '/users/u1/groups')).toEqual(done(204));
    expect(await groupsOf(J1, 'g1', 'g2', 'g3')).toEqual([]);
    expect(await scene().heard(J2)).toEqual([]);
    expect(await scene().heard(W3)).toEqual(['x', 'x']);
  });
});
