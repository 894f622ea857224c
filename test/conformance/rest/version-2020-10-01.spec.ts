import { SURFACES } from '../../support/platforms.js';
import { absent, done, noConnection, PRESENT, SUPPORTED, type Outcome } from './answers.js';
import { text, useScene, type SceneCall } from './scene.js';

const PERMISSION = '/permissions/sendToGroup/connections/{c1}';
const NO_PERMISSION = absent('Info.Connection.NotExisted');
const NOT_IN_GROUP = absent('Info.User.NotInGroup');

describe.each(SURFACES)('version 2020-10-01 on %s', (platform) => {
  const scene = useScene(platform);

  const call = async (method: string, operation: string, more?: SceneCall): Promise<Outcome> =>
    await scene().call(method, operation, { version: '2020-10-01', ...more });

  it('K1 closes with 200', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await call('DELETE', '/connections/{c1}')).toEqual(done(200));
    expect(await J1.hearJson()).toEqual({
      type: 'system',
      event: 'disconnected',
      message: 'Application server closed the connection.',
    });
    expect(await J1.closed).toEqual({ code: 1000, reason: '' });
  });

  it('K2 finds no unknown connection to add, K3 and none to take out', async () => {
    const operation = '/groups/g1/connections/no-such';
    expect(await call('PUT', operation)).toEqual(noConnection('Error'));
    expect(await call('DELETE', operation)).toEqual(noConnection('Error'));
  });

  it('K4 remembers a user without connections', async () => {
    const operation = '/users/nobody/groups/g1';
    expect(await call('PUT', operation)).toEqual(done(200));
    expect(await call('HEAD', operation)).toEqual(PRESENT);
    expect(await call('DELETE', operation)).toEqual(done(200));
    expect(await call('HEAD', operation)).toEqual(NOT_IN_GROUP);
  });

  it('K5 takes a user without connections out of all groups', async () => {
    expect(await call('DELETE', '/users/nobody/groups')).toEqual(done(200));
  });

  it('K6 grants everything without a group, K7 but for what is revoked', async () => {
    await scene().cast({ J1: { roles: [] } });
    expect(await call('PUT', PERMISSION)).toEqual(done(200));
    expect(await call('HEAD', `${PERMISSION}?group=anything`)).toEqual(PRESENT);
    expect(await call('HEAD', PERMISSION)).toEqual(PRESENT);

    expect(await call('DELETE', `${PERMISSION}?group=g1`)).toEqual(done(200));
    expect(await call('HEAD', `${PERMISSION}?group=g1`)).toEqual(NO_PERMISSION);
    expect(await call('HEAD', `${PERMISSION}?group=g2`)).toEqual(PRESENT);
  });

  it('5.9 revokes everything without a group', async () => {
    await scene().cast({ J1: { roles: ['webpubsub.sendToGroup'] } });
    await call('PUT', `${PERMISSION}?group=g1`);
    expect(await call('DELETE', PERMISSION)).toEqual(done(200));
    expect(await call('HEAD', `${PERMISSION}?group=g1`)).toEqual(NO_PERMISSION);
    expect(await call('HEAD', PERMISSION)).toEqual(NO_PERMISSION);
    expect(await call('PUT', `${PERMISSION}?targetName=g1`)).toEqual(done(200));
    expect(await call('HEAD', `${PERMISSION}?group=g1`)).toEqual(PRESENT);
  });

  it('K8 finds no unknown connection to permit anything', async () => {
    const operation = '/permissions/sendToGroup/connections/no-such?group=g1';
    expect(await call('PUT', operation)).toEqual(noConnection('Info'));
    expect(await call('DELETE', operation)).toEqual(noConnection('Info'));
    expect(await call('HEAD', operation)).toEqual(NO_PERMISSION);
  });

  it('K9 sends to all but an excluded connection', async () => {
    const { J1, J2 } = await scene().cast({ J1: {}, J2: {} });
    expect(await call('POST', '/:send?excluded={c1}', text('x'))).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([]);
    expect(await scene().heard(J2)).toHaveLength(1);
  });

  it.each(['/connections/no-such', '/users/nobody', '/groups/g9'])(
    'K10 says no to %s',
    async (operation) => {
      const answer = await call('HEAD', operation);
      expect(answer).toMatchObject({ status: 404, body: '', versions: SUPPORTED });
    },
  );

  it('K11 is the only version that asks for a user in a group', async () => {
    await scene().cast({ J1: { groups: ['g1'] } });
    const operation = '/users/u1/groups/g1';
    expect(await call('HEAD', operation)).toEqual(PRESENT);
    expect(await call('HEAD', operation, { version: '2021-01-01' })).toEqual(PRESENT);
    // 12.2.4: without a version it is this one.
    expect(await call('HEAD', operation, { version: null })).toEqual(PRESENT);
    for (const version of [
      '2021-05-01-preview',
      '2021-08-01-preview',
      '2021-10-01',
      '2024-12-01',
    ]) {
      expect((await call('HEAD', operation, { version })).status).toBe(405);
    }
  });
});

describe.each(SURFACES)('users that version 2020-10-01 remembers on %s', (platform) => {
  const scene = useScene(platform);

  const call = async (method: string, operation: string): Promise<number> =>
    await scene().status(method, operation, { version: '2020-10-01' });

  it('5.7 join their groups when they come', async () => {
    await call('PUT', '/users/u1/groups/g1');
    expect(await scene().status('HEAD', '/groups/g1')).toBe(404);
    expect(await scene().status('HEAD', '/users/u1')).toBe(404);
    const { J1, W3 } = await scene().cast({ J1: {}, W3: {} });
    await scene().call('POST', '/groups/g1/:send', text('x'));
    expect(await scene().heard(J1)).toHaveLength(1);
    expect(await scene().heard(W3)).toEqual([]);
    await call('DELETE', '/users/u1/groups/g1');
  });

  it.each(['/users/u1/groups/g1', '/users/u1/groups'])(
    '5.7 are forgotten at DELETE %s, now and for later',
    async (operation) => {
      const before = await scene().cast({ J1: {} });
      await call('PUT', '/users/u1/groups/g1');
      expect(await call('DELETE', operation)).toBe(200);
      const after = await scene().cast({ J1: {} });
      await scene().call('POST', '/groups/g1/:send', text('x'));
      expect(await scene().heard(before.J1)).toEqual([]);
      expect(await scene().heard(after.J1)).toEqual([]);
      expect(await call('HEAD', '/users/u1/groups/g1')).toBe(404);
    },
  );

  it('5.7 are not remembered by later versions', async () => {
    await scene().cast({ J1: {} });
    expect(await scene().status('PUT', '/users/u1/groups/g7')).toBe(200);
    const { J2 } = await scene().cast({ J2: {} });
    await scene().call('POST', '/groups/g7/:send', text('x'));
    expect(await scene().heard(J2)).toEqual([]);
  });
});

describe.each(SURFACES)('users beyond the memory of version 2020-10-01 on %s', (platform) => {
  const scene = useScene(platform, { module: { limits: { rememberedGroupsPerHub: 2 } } });

  const call = async (method: string, user: string): Promise<Outcome> =>
    await scene().call(method, `/users/${user}/groups/g1`, { version: '2020-10-01' });

  it('5.7 are a conflict', async () => {
    expect(await call('PUT', 'a')).toEqual(done(200));
    expect(await call('PUT', 'b')).toEqual(done(200));
    expect(await call('PUT', 'a')).toEqual(done(200));
    expect(await call('PUT', 'c')).toMatchObject({ status: 409, code: 'Error.User.Conflict' });
    expect(await call('HEAD', 'c')).toEqual(NOT_IN_GROUP);
    expect(await call('DELETE', 'a')).toEqual(done(200));
    expect(await call('PUT', 'c')).toEqual(done(200));
  });
});
