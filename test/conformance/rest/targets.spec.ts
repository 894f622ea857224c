import { SURFACES } from '../../support/platforms.js';
import { done, invalid } from './answers.js';
import { fromGroup, fromServer, text, useScene, type Cast, type Role } from './scene.js';

const SENT = fromServer('text', '"x"');
const IN_G1 = { groups: ['g1'] };
const TO_G1 = fromGroup('g1', 'x');

interface TargetCase {
  readonly id: string;
  readonly what: string;
  readonly cast: Cast;
  readonly operation: string;
  /** What each of the cast hears; nothing, if it is left out. */
  readonly hear: Readonly<Partial<Record<Role, string>>>;
}

const TARGETS: readonly TargetCase[] = [
  {
    id: 'C18',
    what: 'everybody but an excluded connection',
    cast: { J1: {}, J2: {} },
    operation: '/:send?excluded={c1}',
    hear: { J2: SENT },
  },
  {
    id: 'C19',
    what: 'nobody of several excluded connections',
    cast: { J1: {}, J2: {} },
    operation: '/:send?excluded={c1}&excluded={c2}',
    hear: {},
  },
  {
    id: 'C20',
    what: 'everybody when ids are joined by a comma',
    cast: { J1: {}, J2: {} },
    operation: '/:send?excluded={c1},{c2}',
    hear: { J1: SENT, J2: SENT },
  },
  {
    id: 'C21',
    what: 'a connection whose id is excluded in another case',
    cast: { J1: {} },
    operation: '/:send?excluded={C1}',
    hear: { J1: SENT },
  },
  {
    id: 'C28',
    what: 'the members of a group',
    cast: { J1: IN_G1, J2: {}, W3: IN_G1 },
    operation: '/groups/g1/:send',
    hear: { J1: TO_G1, W3: 'x' },
  },
  {
    id: 'C29',
    what: 'nobody in an empty group',
    cast: { J1: IN_G1 },
    operation: '/groups/g9/:send',
    hear: {},
  },
  {
    id: 'C30',
    what: 'the members of a group but an excluded one',
    cast: { J1: IN_G1, J2: IN_G1 },
    operation: '/groups/g1/:send?excluded={c1}',
    hear: { J2: TO_G1 },
  },
  {
    id: 'C31',
    what: 'every connection of a user',
    cast: { J1: {}, J2: {}, W3: {} },
    operation: '/users/u1/:send',
    hear: { J1: SENT, J2: SENT },
  },
  {
    id: 'C32',
    what: 'nobody of a user id in another case',
    cast: { J1: {} },
    operation: '/users/U1/:send',
    hear: {},
  },
  {
    id: 'C33',
    what: 'nobody of a user without connections',
    cast: { J1: {} },
    operation: '/users/nobody/:send',
    hear: {},
  },
  {
    id: 'C34',
    what: 'every connection of a user, excluded or not',
    cast: { J1: {}, J2: {} },
    operation: '/users/u1/:send?excluded={c1}',
    hear: { J1: SENT, J2: SENT },
  },
  {
    id: 'C35',
    what: 'one connection',
    cast: { J1: {}, J2: {}, W3: {} },
    operation: '/connections/{c1}/:send',
    hear: { J1: SENT },
  },
  {
    id: '5.2',
    what: 'one connection, excluded or not',
    cast: { J1: {} },
    operation: '/connections/{c1}/:send?excluded={c1}',
    hear: { J1: SENT },
  },
  {
    id: 'C36',
    what: 'nobody at an unknown connection',
    cast: { J1: {} },
    operation: '/connections/nope/:send',
    hear: {},
  },
  {
    id: 'C37',
    what: 'a hub in any case',
    cast: { J1: {} },
    operation: '/api/hubs/CHAT/:send',
    hear: { J1: SENT },
  },
  {
    id: 'C37',
    what: 'clients that connected to a hub in any case',
    cast: { J1: { hub: 'CHAT' } },
    operation: '/:send',
    hear: { J1: SENT },
  },
  {
    id: 'C38',
    what: 'nobody in another hub',
    cast: { J1: {} },
    operation: '/api/hubs/other/:send',
    hear: {},
  },
  {
    id: 'C38',
    what: 'no group or user of that name in another hub',
    cast: { J1: { hub: 'other', groups: ['g1'] } },
    operation: '/groups/g1/:send',
    hear: {},
  },
  {
    id: 'C44',
    what: 'a group with a plus sign',
    cast: { J1: { groups: ['room+part'] } },
    operation: '/groups/room+part/:send',
    hear: { J1: fromGroup('room+part', 'x') },
  },
  ...['room%252Fpart', 'room%2Fpart'].map((spelling) => ({
    id: 'C43',
    what: `a group spelled ${spelling}`,
    cast: { J1: { groups: ['room%2Fpart'] }, J2: { groups: ['room/part'] } },
    operation: `/groups/${spelling}/:send`,
    hear: { J1: fromGroup('room%2Fpart', 'x') },
  })),
  // The table of 1.2.
  ...[
    { spelling: 'room%20name', group: 'room name' },
    { spelling: 'literal%2520value', group: 'literal%20value' },
    { spelling: 'room%3Fpart', group: 'room?part' },
    { spelling: '%C3%A9', group: 'é' },
  ].map(({ spelling, group }) => ({
    id: '1.2',
    what: `a group spelled ${spelling}`,
    cast: { J1: { groups: [group] } },
    operation: `/groups/${spelling}/:send`,
    hear: { J1: fromGroup(group, 'x') },
  })),
  // 1.1 and 1.3.
  ...[
    '/groups/g1/%3Asend',
    '/groups/g1/:send/',
    '/groups/g1/:send?unknown=1&excluded=',
    '/groups/g1/:send?Excluded=no-such',
  ].map((operation) => ({
    id: '1.1, 1.3',
    what: `a group at ${operation}`,
    cast: { J1: IN_G1 },
    operation,
    hear: { J1: TO_G1 },
  })),
];

describe.each(SURFACES)('sends on %s', (platform) => {
  const scene = useScene(platform);

  it.each(TARGETS)('$id reach $what', async ({ cast, operation, hear }) => {
    const players = await scene().cast(cast);
    expect(await scene().call('POST', operation, text('x'))).toEqual(done(202));
    for (const [role, player] of Object.entries(players)) {
      // Its marker is sent to hub `chat`; somebody in another one is asked over the wire.
      if (cast[role as Role]?.hub === 'other') {
        await player.expectQuiet();
        continue;
      }
      const frame = hear[role as Role];
      expect(await scene().heard(player)).toEqual(frame === undefined ? [] : [frame]);
    }
  });

  it('5.2 arrive in their order', async () => {
    const { J1, W3 } = await scene().cast({ J1: IN_G1, W3: {} });
    const numbers = Array.from({ length: 50 }, (_, index) => String(index));
    for (const number of numbers) {
      const operation = ['/:send', '/connections/{c1}/:send', '/users/u1/:send'][+number % 3] ?? '';
      await scene().call('POST', operation, text(number));
    }
    const everybody = numbers.filter((number) => +number % 3 === 0);
    expect(await scene().heard(W3)).toEqual(everybody);
    const frames = numbers.map((number) => fromServer('text', `"${number}"`));
    expect(await scene().heard(J1)).toEqual(frames);
  });

  it('C17 to nobody are accepted', async () => {
    expect(await scene().call('POST', '/api/hubs/empty/:send', text('x'))).toEqual(done(202));
  });

  it.each(['1chat', 'a-b', 'h'.repeat(129), '_chat', 'a%20b', 'a%2Fb', '%C3%A9'])(
    'C39 to the hub %s are refused',
    async (hub) => {
      const answer = await scene().call('POST', `/api/hubs/${hub}/:send`, text('x'));
      expect(answer).toEqual(invalid('hub', 'Invalid hub name.'));
    },
  );

  it.each(['h'.repeat(128), 'a%5B1%5D', 'a[1]', 'a_%60,.[]', 'h'])(
    'C40 to the hub %s are accepted',
    async (hub) => {
      const answer = await scene().call('POST', `/api/hubs/${hub}/:send`, text('x'));
      expect(answer).toEqual(done(202));
    },
  );

  it.each(['g'.repeat(1024), `${'g'.repeat(1023)}%2A`, '%C3%A9'.repeat(1024)])(
    'C41 to the group %s are accepted',
    async (group) => {
      const answer = await scene().call('POST', `/groups/${group}/:send`, text('x'));
      expect(answer).toEqual(done(202));
    },
  );

  it.each(['g'.repeat(1025), '%20', '%20%09'])('C41 to the group %s are refused', async (group) => {
    const answer = await scene().call('POST', `/groups/${group}/:send`, text('x'));
    expect(answer).toEqual(invalid('group', 'Invalid group name.'));
  });
});

describe.each(SURFACES)('sends on %s to a client that does not read', (platform) => {
  const MEBIBYTE = 'x'.repeat(1024 * 1024);
  const scene = useScene(platform, { module: { limits: { outboundQueueMessages: 4 } } });

  it('C49 are accepted and close it, and everybody else receives them', async () => {
    const { W3 } = await scene().cast({ W3: {} });
    const deaf = await scene().stage.rawSocket({ userId: 'deaf' });
    deaf.socket.pause();
    let sent = 0;
    // The operating system takes some of it in its place.
    while (scene().stage.sink.disconnecteds.length === 0 && sent < 50) {
      expect(await scene().call('POST', '/:send', text(MEBIBYTE))).toEqual(done(202));
      expect(await W3.hear()).toHaveLength(MEBIBYTE.length);
      sent += 1;
    }
    expect(scene().stage.sink.disconnecteds[0]?.connection.userId).toBe('deaf');
    expect(await scene().status('HEAD', '/users/deaf')).toBe(404);
    expect(await scene().heard(W3)).toEqual([]);
    deaf.socket.resume();
  });
});

describe.each(SURFACES)('the type of a validation error on %s', (platform) => {
  const scene = useScene(platform);

  it.each([
    { accept: '*/*', type: 'application/problem+json; charset=utf-8' },
    { accept: 'application/json', type: 'application/problem+json; charset=utf-8' },
    { accept: 'application/json, text/json', type: 'application/json; charset=utf-8' },
  ])('8.3 is $type for a caller that accepts $accept', async ({ accept, type }) => {
    const call = { ...text('x'), headers: { accept, 'content-type': 'text/plain' } };
    const answer = await scene().call('POST', '/api/hubs/1chat/:send', call);
    expect(answer).toEqual({ ...invalid('hub', 'Invalid hub name.'), type });
  });
});

describe.each(SURFACES)('blank names on %s', (platform) => {
  const scene = useScene(platform);
  const connection = { target: 'connectionId', message: 'Invalid connection ID.' };
  const user = { target: 'userId', message: 'Invalid user ID.' };

  it.each([
    { ...connection, method: 'HEAD', operation: '/connections/%20' },
    { ...connection, method: 'DELETE', operation: '/connections/%20' },
    { ...connection, method: 'POST', operation: '/connections/%20/:send' },
    { ...connection, method: 'PUT', operation: '/groups/g1/connections/%20' },
    { ...connection, method: 'DELETE', operation: '/groups/g1/connections/%20' },
    ...['HEAD', 'PUT', 'DELETE'].map((method) => ({
      ...connection,
      method,
      operation: '/permissions/sendToGroup/connections/%20?targetName=g1',
    })),
    { ...user, method: 'HEAD', operation: '/users/%20' },
    { ...user, method: 'POST', operation: '/users/%20/:send' },
    { ...user, method: 'PUT', operation: '/users/%20/groups/g1' },
    { ...user, method: 'DELETE', operation: '/users/%20/groups/g1' },
    { ...user, method: 'DELETE', operation: '/users/%20/groups' },
  ])('C42 are refused at $method $operation', async ({ method, operation, target, message }) => {
    const answer = await scene().call(method, operation);
    const { body, ...head } = invalid(target, message);
    // 15.27: a HEAD has the headers only, the length of the body among them.
    const length = String(body.length);
    expect(answer).toEqual(method === 'HEAD' ? { ...head, body: '', length } : { ...head, body });
  });
});
