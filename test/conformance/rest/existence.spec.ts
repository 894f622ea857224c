import { SURFACES } from '../../support/platforms.js';
import { absent, PRESENT } from './answers.js';
import { useScene } from './scene.js';

describe.each(SURFACES)('existence on %s', (platform) => {
  const scene = useScene(platform);

  it.each([
    { id: 'D1', what: 'a connection', operation: '/connections/{c1}' },
    { id: 'D3', what: 'a user', operation: '/users/u1' },
    { id: 'D5', what: 'a group', operation: '/groups/g1' },
  ])('$id says yes to $what', async ({ operation }) => {
    await scene().cast({ J1: { groups: ['g1'] } });
    expect(await scene().call('HEAD', operation)).toEqual(PRESENT);
  });

  it.each([
    {
      id: 'D2',
      what: 'an unknown connection',
      operation: '/connections/no-such',
      answer: absent('Warning.Connection.NotExisted', 137),
    },
    {
      id: 'D4',
      what: 'a user without connections',
      operation: '/users/nobody',
      answer: absent('Warning.User.NotExisted', 118),
    },
    {
      id: 'D6',
      what: 'a group without members',
      operation: '/groups/g-empty',
      answer: absent('Warning.Group.NotExisted'),
    },
    {
      id: 'D9',
      what: 'a connection id in another case',
      operation: '/connections/{C1}',
      answer: absent('Warning.Connection.NotExisted'),
    },
    {
      id: '3.2',
      what: 'a user id in another case',
      operation: '/users/U1',
      answer: absent('Warning.User.NotExisted'),
    },
    {
      id: '3.2',
      what: 'a group in another case',
      operation: '/groups/G1',
      answer: absent('Warning.Group.NotExisted'),
    },
    ...['connections/{c1}', 'users/u1', 'groups/g1'].map((operation) => ({
      id: '0.2',
      what: `${operation} in another hub`,
      operation: `/api/hubs/other/${operation}`,
      answer: expect.objectContaining({ status: 404, body: '' }) as unknown,
    })),
  ])('$id says no to $what', async ({ operation, answer }) => {
    await scene().cast({ J1: { groups: ['g1'] } });
    expect(await scene().call('HEAD', operation)).toEqual(answer);
  });

  it('D7 says no to a group that its last member left', async () => {
    const { J1 } = await scene().cast({ J1: { groups: ['g1'] } });
    J1.send('{"type":"leaveGroup","group":"g1","ackId":1}');
    expect(await J1.hearJson()).toMatchObject({ ackId: 1, success: true });
    const answer = await scene().call('HEAD', '/groups/g1');
    expect(answer).toEqual(absent('Warning.Group.NotExisted'));
  });

  it('D4 says no to a user, and to a group, as soon as the last connection is gone', async () => {
    const { J1, J2 } = await scene().cast({ J1: { groups: ['g1'] }, J2: {} });
    J1.close();
    await scene().stage.sink.count('disconnecteds', () => 1);
    expect(await scene().status('HEAD', '/groups/g1')).toBe(404);
    expect(await scene().call('HEAD', '/users/u1')).toEqual(PRESENT);
    J2.close();
    await scene().stage.sink.count('disconnecteds', () => 2);
    expect(await scene().status('HEAD', '/users/u1')).toBe(404);
  });
});
