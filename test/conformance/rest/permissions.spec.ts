import { SURFACES } from '../../support/platforms.js';
import type { WireClient } from '../../support/wire.client.js';
import { absent, badRequest, done, noConnection, plain, PRESENT } from './answers.js';
import { text, useScene } from './scene.js';

const NO = absent('Info.Connection.NotExisted');
const INVALID_GROUP = badRequest(
  'Invalid group name. Valid group name should be in between 1 and 1024 characters long.',
);

/** Path of J1's permission to send to a group, or of the permission that is named. */
function path(group: string, permission = 'sendToGroup'): string {
  return `/permissions/${permission}/connections/{c1}?targetName=${group}`;
}

/** Whether a client may publish to a group, by trying. */
async function maySend(client: WireClient, group: string): Promise<boolean> {
  client.send(JSON.stringify({ type: 'sendToGroup', group, data: 'x', ackId: 1 }));
  const { success } = (await client.hearJson()) as { success: boolean };
  return success;
}

describe.each(SURFACES)('permissions on %s', (platform) => {
  const scene = useScene(platform);

  it('F1 says no without a role', async () => {
    await scene().cast({ J1: { roles: [] } });
    expect(await scene().call('HEAD', path('g1'))).toEqual(NO);
  });

  it('F2 grants, F3 one group, F4 one kind, F5 until it revokes', async () => {
    const { J1 } = await scene().cast({ J1: { roles: [] } });
    expect(await scene().call('PUT', path('g1'))).toEqual(done(200));
    expect(await scene().call('PUT', path('g1'))).toEqual(done(200));
    expect(await scene().call('HEAD', path('g1'))).toEqual(PRESENT);
    expect(await maySend(J1, 'g1')).toBe(true);

    expect(await scene().call('HEAD', path('g2'))).toEqual(NO);
    expect(await scene().call('HEAD', path('G1'))).toEqual(NO);
    expect(await scene().call('HEAD', path('g1', 'joinLeaveGroup'))).toEqual(NO);

    expect(await scene().call('DELETE', path('g1'))).toEqual(done(204));
    expect(await scene().call('DELETE', path('g1'))).toEqual(done(204));
    expect(await scene().call('HEAD', path('g1'))).toEqual(NO);
  });

  it('F5 refuses the client what was revoked', async () => {
    const { J1 } = await scene().cast({ J1: { roles: [] } });
    await scene().call('PUT', path('g1'));
    await scene().call('DELETE', path('g1'));
    expect(await maySend(J1, 'g1')).toBe(false);
  });

  it('F6 says yes by role, F7 but for what was revoked, F8 until it is granted', async () => {
    await scene().cast({ J1: { roles: ['webpubsub.sendToGroup'] } });
    expect(await scene().call('HEAD', path('anything'))).toEqual(PRESENT);

    expect(await scene().call('DELETE', path('g1'))).toEqual(done(204));
    expect(await scene().call('HEAD', path('g1'))).toEqual(NO);
    expect(await scene().call('HEAD', path('g2'))).toEqual(PRESENT);

    expect(await scene().call('PUT', path('g1'))).toEqual(done(200));
    expect(await scene().call('HEAD', path('g1'))).toEqual(PRESENT);
  });

  it('F9 leaves a member in its group', async () => {
    const { J1 } = await scene().cast({ J1: { groups: ['g1'] } });
    expect(await scene().call('DELETE', path('g1', 'joinLeaveGroup'))).toEqual(done(204));
    await scene().call('POST', '/groups/g1/:send', text('x'));
    expect(await scene().heard(J1)).toHaveLength(1);
  });

  it('5.9 does not join', async () => {
    await scene().cast({ J1: { roles: [] } });
    await scene().call('PUT', path('g1', 'joinLeaveGroup'));
    expect(await scene().status('HEAD', '/groups/g1')).toBe(404);
  });

  it('F10 knows no wildcards', async () => {
    const { J1 } = await scene().cast({ J1: { roles: [] } });
    expect(await scene().call('PUT', path('*'))).toEqual(done(200));
    expect(await scene().call('HEAD', path('*'))).toEqual(PRESENT);
    expect(await scene().call('HEAD', path('g1'))).toEqual(NO);
    expect(await maySend(J1, 'g1')).toBe(false);
  });

  it('F11 grants nothing to an unknown connection', async () => {
    const answer = await scene().call(
      'PUT',
      '/permissions/sendToGroup/connections/no-such?targetName=g1',
    );
    expect(answer).toEqual(noConnection('Info'));
    expect(answer.body).toHaveLength(134);
  });

  it('F12 revokes from an unknown connection', async () => {
    const operation = '/permissions/sendToGroup/connections/no-such?targetName=g1';
    expect(await scene().call('DELETE', operation)).toEqual(done(204));
  });

  it('F13 says no to an unknown connection', async () => {
    const operation = '/permissions/sendToGroup/connections/no-such?targetName=g1';
    expect(await scene().call('HEAD', operation)).toEqual(NO);
  });

  it('F14 wants a group', async () => {
    await scene().cast({ J1: {} });
    const operation = '/permissions/sendToGroup/connections/{c1}';
    for (const method of ['DELETE', 'PUT']) {
      const answer = await scene().call(method, operation);
      expect(answer).toEqual(INVALID_GROUP);
      expect(answer.body).toHaveLength(172);
    }
    expect(await scene().call('HEAD', operation)).toMatchObject({
      status: 400,
      code: 'Error.BadRequest',
      body: '',
    });
  });

  it.each(['', '%20', 'g'.repeat(1025)])('F15 refuses the group "%s"', async (group) => {
    await scene().cast({ J1: {} });
    expect(await scene().call('PUT', path(group))).toEqual(INVALID_GROUP);
    expect(await scene().call('DELETE', path(group))).toEqual(INVALID_GROUP);
  });

  it.each(['g'.repeat(1024), '%C3%A9'.repeat(1024), 'a%2Fb'])(
    '5.9 takes the group "%s"',
    async (group) => {
      await scene().cast({ J1: { roles: [] } });
      expect(await scene().call('PUT', path(group))).toEqual(done(200));
      expect(await scene().call('HEAD', path(group))).toEqual(PRESENT);
    },
  );

  it.each([
    { permission: 'SENDTOGROUP', means: 'sendToGroup' },
    { permission: '1', means: 'sendToGroup' },
    { permission: 'JoinLeaveGroup', means: 'joinLeaveGroup' },
    { permission: '2', means: 'joinLeaveGroup' },
  ])('F16 reads $permission as $means', async ({ permission, means }) => {
    await scene().cast({ J1: { roles: [] } });
    expect(await scene().call('PUT', path('g1', permission))).toEqual(done(200));
    for (const kind of ['sendToGroup', 'joinLeaveGroup']) {
      const answer = await scene().call('HEAD', path('g1', kind));
      expect(answer).toEqual(kind === means ? PRESENT : NO);
    }
  });

  it.each(['unknown', '0', '3', '-1', 'sendToGroup,joinLeaveGroup', '%20', 'constructor', '1.0'])(
    'F17 knows no permission %s',
    async (permission) => {
      await scene().cast({ J1: {} });
      const answer = await scene().call('PUT', path('g1', permission));
      expect(answer).toMatchObject({ status: 400, code: 'Error.BadRequest' });
    },
  );

  it('F18 grants 1000 groups, and not one more', async () => {
    const { J1 } = await scene().cast({ J1: { roles: [] } });
    for (let group = 0; group < 1000; group += 50) {
      const grants = Array.from({ length: 50 }, (_, index) => path(`g${String(group + index)}`));
      const statuses = await Promise.all(
        grants.map(async (grant) => await scene().status('PUT', grant)),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    const conflict = plain(409, { code: 'Error.Connection.Conflict', target: 'Connection' });
    expect(await scene().call('PUT', path('one-more'))).toEqual(conflict);
    expect(await scene().call('HEAD', path('one-more'))).toEqual(NO);
    expect(await maySend(J1, 'one-more')).toBe(false);
    // The other kind counts for itself, a repeated grant does not count, and a revoke makes room.
    expect(await scene().call('PUT', path('one-more', 'joinLeaveGroup'))).toEqual(done(200));
    expect(await scene().call('PUT', path('g1'))).toEqual(done(200));
    expect(await scene().call('DELETE', path('g1'))).toEqual(done(204));
    expect(await scene().call('PUT', path('one-more'))).toEqual(done(200));
  }, 30_000);

  it.each([
    { group: 'room.a', answer: PRESENT },
    { group: 'room.', answer: PRESENT },
    { group: 'room.a.b', answer: NO },
    { group: 'room', answer: NO },
  ])('F20 reads a pattern role for $group', async ({ group, answer }) => {
    await scene().cast({ J1: { roles: ['webpubsub.sendToGroups.room.*'] } });
    expect(await scene().call('HEAD', path(group))).toEqual(answer);
  });

  it('K12 takes the name of the target from 2020-10-01 too', async () => {
    await scene().cast({ J1: { roles: [] } });
    const operation = '/permissions/sendToGroup/connections/{c1}?group=g1';
    expect(await scene().call('PUT', operation)).toEqual(done(200));
    expect(await scene().call('HEAD', path('g1'))).toEqual(PRESENT);
    // 2.3: the name of the version itself wins.
    expect(await scene().call('HEAD', `${operation}&targetName=g2`)).toEqual(NO);
  });
});
