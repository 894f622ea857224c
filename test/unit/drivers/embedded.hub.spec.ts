import { AccessKeys } from '../../../lib/auth/access-key.js';
import { EmbeddedDriver } from '../../../lib/drivers/embedded/embedded.driver.js';
import { ServiceEndpoint } from '../../../lib/drivers/embedded/service-endpoint.js';
import type {
  HubDriver,
  PageOptions,
  SendOptions,
} from '../../../lib/drivers/hub-driver.interface.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { WebPubSubError } from '../../../lib/errors/web-pubsub.error.js';
import { ACCESS_KEY } from '../../support/keys.js';
import { nextTurn } from '../engine/support/fake.channel.js';
import { EngineRig, lines, type Client } from '../engine/support/engine.rig.js';

let rig: EngineRig;
let hub: HubDriver;
let driver: EmbeddedDriver;
let clients: Record<'ann1' | 'ann2' | 'bob', Client>;

beforeEach(async () => {
  rig = await EngineRig.started({ limits: { groupsPerConnection: 3, rememberedGroupsPerHub: 2 } });
  driver = new EmbeddedDriver(rig.engine, new AccessKeys(ACCESS_KEY), new ServiceEndpoint());
  hub = driver.hub('Chat');
  clients = {
    ann1: await rig.connect({ id: 'ann1', userId: 'ann', groups: ['g'] }),
    ann2: await rig.connect({ id: 'ann2', userId: 'ann' }),
    bob: await rig.connect({ id: 'bob', userId: 'bob', groups: ['g'], roles: [] }),
  };
});

afterEach(async () => {
  await rig.engine.stop();
});

/** Who was sent the line. */
async function receivers(line: string): Promise<string[]> {
  await nextTurn();
  return Object.entries(clients)
    .filter(([, client]) => lines(client).includes(line))
    .map(([id]) => id);
}

function groupsOf(client: Client): string[] {
  return Array.from(client.connection.groups, ({ name }) => name).toSorted();
}

/** The error of the operation. */
async function failure(operation: Promise<unknown>): Promise<WebPubSubError> {
  const error: unknown = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WebPubSubError) return error;
  throw new Error('a WebPubSubError was expected', { cause: error });
}

describe('EmbeddedDriver', () => {
  it('knows hubs without regard to case', () => {
    expect(hub.hub).toBe('chat');
  });

  it('is healthy while the engine runs', async () => {
    expect(await driver.isHealthy()).toBe(true);
    await rig.engine.stop();
    expect(await driver.isHealthy()).toBe(false);
  });
});

describe('EmbeddedHub sends', () => {
  const payload = textPayload('hi');
  const sends: readonly [
    name: string,
    send: (options?: SendOptions) => Promise<void>,
    line: string,
    reached: string[],
  ][] = [
    ['to all', (o) => hub.sendToAll(payload, o), 'server hi', ['ann1', 'ann2', 'bob']],
    ['to a group', (o) => hub.sendToGroup('g', payload, o), 'group hi', ['ann1', 'bob']],
    ['to a user', (o) => hub.sendToUser('ann', payload, o), 'server hi', ['ann1', 'ann2']],
    ['to a connection', (o) => hub.sendToConnection('ann1', payload, o), 'server hi', ['ann1']],
  ];

  it.each(sends)('%s', async (_name, send, line, reached) => {
    await send();
    expect(await receivers(line)).toEqual(reached);
  });

  it.each(sends)('%s, but not to excluded connections', async (_name, send, line, reached) => {
    await send({ excluded: ['ann1', 'nobody'] });
    expect(await receivers(line)).toEqual(reached.filter((id) => id !== 'ann1'));
  });

  it.each(sends)('%s, with metadata and a time to live', async (_name, send) => {
    const published: unknown[] = [];
    rig.backplane.publish = (_hub, _subject, command): undefined => {
      published.push(command);
    };
    const metadata = new Map([['k', 'v']]);
    await send({ metadata, messageTtlSeconds: 30 });
    await send({ metadata: new Map(), messageTtlSeconds: 0, excluded: [] });
    expect(published).toMatchObject([
      { message: { payload, metadata, expiresAt: rig.now + 30_000 } },
      { message: { payload, metadata: undefined, expiresAt: 0 }, excluded: undefined },
    ]);
  });

  it('to a group without a sender', async () => {
    const published: unknown[] = [];
    rig.backplane.publish = (_hub, _subject, command): undefined => {
      published.push(command);
    };
    await hub.sendToGroup('g', payload);
    const origin = { from: 'group', group: 'g', fromUserId: null };
    expect(published).toMatchObject([{ message: { origin } }]);
  });

  it('to nobody without complaint', async () => {
    await hub.sendToGroup('empty', payload);
    await hub.sendToUser('nobody', payload);
    await hub.sendToConnection('no-such', payload);
    expect(await receivers('server hi')).toEqual([]);
  });
});

describe('EmbeddedHub knows', () => {
  it.each<[string, () => Promise<boolean>, boolean]>([
    ['a connection', () => hub.connectionExists('bob'), true],
    ['no connection', () => hub.connectionExists('ann'), false],
    ['a group', () => hub.groupExists('g'), true],
    ['no group', () => hub.groupExists('h'), false],
    ['a user', () => hub.userExists('ann'), true],
    ['no user', () => hub.userExists('ann1'), false],
    ['a user in a group', () => hub.userExistsInGroup('ann', 'g'), true],
    ['a user out of a group', () => hub.userExistsInGroup('ann', 'h'), false],
    ['nobody in a group', () => hub.userExistsInGroup('nobody', 'g'), false],
  ])('%s', async (_what, exists, verdict) => {
    expect(await exists()).toBe(verdict);
  });
});

describe('EmbeddedHub.closeConnection', () => {
  it('closes one connection with its reason', async () => {
    await hub.closeConnection('ann1', 'bye');
    expect(
      await receivers('disconnected Application server closed the connection. Reason: bye'),
    ).toEqual(['ann1']);
    expect(await hub.connectionExists('ann1')).toBe(false);
  });

  it('does nothing for a connection that is not there', async () => {
    await hub.closeConnection('no-such');
    expect(rig.events.disconnecteds).toEqual([]);
  });
});

describe('EmbeddedHub changes groups', () => {
  it('of a connection, and says whether it is there', async () => {
    expect(await hub.addConnectionToGroup('h', 'bob')).toBe(true);
    expect(groupsOf(clients.bob)).toEqual(['g', 'h']);
    expect(await hub.removeConnectionFromGroup('g', 'bob')).toBe(true);
    expect(await hub.removeConnectionFromGroup('never-was', 'bob')).toBe(true);
    expect(groupsOf(clients.bob)).toEqual(['h']);
    expect(await hub.addConnectionToGroup('h', 'no-such')).toBe(false);
    expect(await hub.removeConnectionFromGroup('h', 'no-such')).toBe(false);
  });

  it('of a user, on all connections of now and of no later one', async () => {
    expect(await hub.addUserToGroup('h', 'ann')).toBe(true);
    expect([groupsOf(clients.ann1), groupsOf(clients.ann2)]).toEqual([['g', 'h'], ['h']]);
    const later = await rig.connect({ userId: 'ann' });
    expect(groupsOf(later)).toEqual([]);
    await hub.removeUserFromGroup('h', 'ann');
    expect([groupsOf(clients.ann1), groupsOf(clients.ann2)]).toEqual([['g'], []]);
    expect(await hub.addUserToGroup('h', 'nobody')).toBe(false);
    await hub.removeUserFromGroup('h', 'nobody');
  });

  it('of a user, all of them', async () => {
    await hub.addUserToGroup('h', 'ann');
    await hub.removeUserFromAllGroups('ann');
    await hub.removeUserFromAllGroups('nobody');
    expect(Object.values(clients).map(groupsOf)).toEqual([[], [], ['g']]);
  });

  it('refuses more groups than a connection may be in, with 409', async () => {
    for (const group of ['h', 'i']) await hub.addConnectionToGroup(group, 'ann1');
    const { statusCode, code } = await failure(hub.addUserToGroup('j', 'ann'));
    expect([statusCode, code]).toEqual([409, 'Error.Connection.Conflict']);
    expect(groupsOf(clients.ann2)).toEqual([]);
  });
});

describe('EmbeddedHub remembers groups of users (rest.md 5.7)', () => {
  it('K4 without any connection', async () => {
    await hub.rememberUserInGroup('g1', 'nobody');
    expect(await hub.userExistsInGroup('nobody', 'g1')).toBe(true);
    await hub.removeUserFromGroup('g1', 'nobody');
    expect(await hub.userExistsInGroup('nobody', 'g1')).toBe(false);
  });

  it('for connections of now and of later, until they are forgotten', async () => {
    await hub.rememberUserInGroup('h', 'ann');
    expect(groupsOf(clients.ann2)).toEqual(['h']);
    expect(groupsOf(await rig.connect({ userId: 'ann' }))).toEqual(['h']);
    expect(groupsOf(await rig.connect({ userId: 'cid' }))).toEqual([]);
    await hub.removeUserFromGroup('h', 'ann');
    expect(groupsOf(await rig.connect({ userId: 'ann' }))).toEqual([]);
  });

  it('K5 until all of a user are forgotten', async () => {
    await hub.rememberUserInGroup('h', 'ann');
    await hub.rememberUserInGroup('i', 'ann');
    await hub.removeUserFromAllGroups('ann');
    expect(await hub.userExistsInGroup('ann', 'h')).toBe(false);
    expect(groupsOf(await rig.connect({ userId: 'ann' }))).toEqual([]);
  });

  it('and outlives the connections of the user', async () => {
    await hub.rememberUserInGroup('h', 'ann');
    for (const { connection } of Object.values(clients)) connection.ended('');
    expect(await hub.userExists('ann')).toBe(false);
    expect(await hub.userExistsInGroup('ann', 'h')).toBe(true);
    expect(groupsOf(await rig.connect({ userId: 'ann' }))).toEqual(['h']);
  });

  it('but not more than so many, with 409', async () => {
    for (const group of ['a', 'b']) await hub.rememberUserInGroup(group, 'nobody');
    const { statusCode, code } = await failure(hub.rememberUserInGroup('c', 'ann'));
    expect([statusCode, code]).toEqual([409, 'Error.User.Conflict']);
    expect(groupsOf(clients.ann2)).toEqual([]);
    await hub.rememberUserInGroup('a', 'nobody');
  });
});

describe('EmbeddedHub changes permissions', () => {
  it('of one connection', async () => {
    expect(await hub.checkPermission('sendToGroup', 'bob', 'g')).toBe('denied');
    expect(await hub.grantPermission('sendToGroup', 'bob', 'g')).toBe(true);
    expect(await hub.checkPermission('sendToGroup', 'bob', 'g')).toBe('allowed');
    expect(await hub.checkPermission('joinLeaveGroup', 'bob', 'g')).toBe('denied');
    expect(await hub.checkPermission('sendToGroup', 'bob', 'h')).toBe('denied');
    expect(await hub.revokePermission('sendToGroup', 'bob', 'g')).toBe(true);
    expect(await hub.checkPermission('sendToGroup', 'bob', 'g')).toBe('denied');
  });

  it('for every group (K6, K7)', async () => {
    await hub.grantPermission('sendToGroup', 'bob', undefined);
    expect(await hub.checkPermission('sendToGroup', 'bob', 'anything')).toBe('allowed');
    expect(await hub.checkPermission('sendToGroup', 'bob', undefined)).toBe('allowed');
    await hub.revokePermission('sendToGroup', 'bob', 'g1');
    expect(await hub.checkPermission('sendToGroup', 'bob', 'g1')).toBe('denied');
    expect(await hub.checkPermission('sendToGroup', 'bob', 'g2')).toBe('allowed');
  });

  it('of nobody, and says so (K8)', async () => {
    expect(await hub.grantPermission('sendToGroup', 'no-such', 'g')).toBe(false);
    expect(await hub.revokePermission('sendToGroup', 'no-such', 'g')).toBe(false);
    expect(await hub.checkPermission('sendToGroup', 'no-such', 'g')).toBe('absent');
  });

  it.each(['grantPermission', 'revokePermission'] as const)(
    'no more than 1000 times with %s, with 409',
    async (change) => {
      const id = change === 'grantPermission' ? 'bob' : 'ann1';
      for (let count = 0; count < 1000; count += 1) {
        await hub[change]('sendToGroup', id, `g${count}`);
      }
      const { statusCode, code } = await failure(hub[change]('sendToGroup', id, 'more'));
      expect([statusCode, code]).toEqual([409, 'Error.Connection.Conflict']);
    },
  );
});

describe('EmbeddedHub with many connections', () => {
  const open = (): string[] =>
    Object.entries(clients)
      .filter(([, { connection }]) => connection.isOpen)
      .map(([id]) => id);

  it.each<[string, () => Promise<void>, string[]]>([
    ['all', () => hub.closeAllConnections(), []],
    ['all but some', () => hub.closeAllConnections({ excluded: ['bob', 'ANN1'] }), ['bob']],
    ['a group', () => hub.closeGroupConnections('g'), ['ann2']],
    [
      'a group but one',
      () => hub.closeGroupConnections('g', { excluded: ['bob'] }),
      ['ann2', 'bob'],
    ],
    ['a user', () => hub.closeUserConnections('ann', { excluded: [] }), ['bob']],
    ['nobody', () => hub.closeUserConnections('eve'), ['ann1', 'ann2', 'bob']],
  ])('closes %s', async (_, close, left) => {
    await close();
    expect(open()).toEqual(left);
  });

  it.each<[string, string, string[]]>([
    ['every connection', '', ['ann1', 'ann2', 'bob']],
    ['those that match', "userId eq 'ann'", ['ann1', 'ann2']],
    ['those that matched before', "not ('x' in groups) and 'g' in groups", ['ann1', 'bob']],
    ['nobody', "userId eq 'eve'", []],
  ])('adds %s to groups', async (_, filter, joined) => {
    await hub.addConnectionsToGroups(['x', 'y', 'x'], filter);
    const members = async (group: string): Promise<string[]> =>
      (await hub.listConnectionsInGroup(group)).members.map(({ connectionId }) => connectionId);
    expect(await members('x')).toEqual(joined);
    expect(await members('y')).toEqual(joined);
  });

  it.each<[string, readonly string[]]>([
    ['a few', ['g', 'x']],
    ['very many', ['g', ...Array.from({ length: 100 }, (_, index) => `x${index}`)]],
  ])('removes those that match from %s groups', async (_, groups) => {
    await hub.addConnectionToGroup('h', 'ann1');
    await hub.removeConnectionsFromGroups(groups, "'h' in groups");
    expect(groupsOf(clients.ann1)).toEqual(['h']);
    expect(groupsOf(clients.bob)).toEqual(['g']);
  });

  it('lets one that is full keep nobody else out, and tells', async () => {
    for (const group of ['h', 'i']) await hub.addConnectionToGroup(group, 'ann1');
    const error = await failure(hub.addConnectionsToGroups(['x'], ''));
    expect(error).toMatchObject({ statusCode: 409, code: 'Error.Connection.Conflict' });
    expect(groupsOf(clients.ann1)).toEqual(['g', 'h', 'i']);
    expect(groupsOf(clients.ann2)).toEqual(['x']);
    // It has room for what it is in already.
    await hub.addConnectionsToGroups(['g', 'h'], '');
  });

  it('adds nobody to more groups than anybody may be in', async () => {
    const error = await failure(hub.addConnectionsToGroups(['1', '2', '3', '4'], ''));
    expect(error.statusCode).toBe(409);
    expect(groupsOf(clients.ann2)).toEqual([]);
  });

  it('takes a connection out of all groups', async () => {
    expect(await hub.removeConnectionFromAllGroups('ann1')).toBe(true);
    expect(groupsOf(clients.ann1)).toEqual([]);
    expect(await hub.removeConnectionFromAllGroups('nobody')).toBe(false);
  });

  it('sends to those that match and are not excluded', async () => {
    await hub.sendToAll(textPayload('to ann'), { filter: "userId eq 'ann'", excluded: ['ann1'] });
    expect(await receivers('server to ann')).toEqual(['ann2']);
  });

  it.each<[string, number]>([
    ['', 3],
    ["'g' in groups", 2],
    ["userId eq 'eve'", 0],
  ])('counts who matches "%s"', async (filter, count) => {
    expect(await hub.explainFilter(filter)).toBe(count);
    expect(await driver.hub('empty').explainFilter(filter)).toBe(0);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['sends', () => hub.sendToAll(textPayload('x'), { filter: 'userId' })],
    ['adds to groups', () => hub.addConnectionsToGroups(['x'], 'userId')],
    ['removes from groups', () => hub.removeConnectionsFromGroups(['g'], 'userId')],
    ['counts', () => hub.explainFilter('userId')],
  ])('refuses a filter that is none when it %s', async (_, operation) => {
    const error = await failure(operation());
    expect(error).toMatchObject({ statusCode: 400, target: 'filter' });
    expect(error.message).toContain("Invalid syntax for 'userId'");
    expect(groupsOf(clients.bob)).toEqual(['g']);
    expect(await receivers('server x')).toEqual([]);
  });
});

describe('EmbeddedHub lists connections of a group', () => {
  const ids = async (options?: PageOptions): Promise<[string[], string | undefined]> => {
    const { members, continuationToken } = await hub.listConnectionsInGroup('g', options);
    return [members.map(({ connectionId }) => connectionId), continuationToken];
  };

  beforeEach(async () => {
    for (const id of ['zoe', 'Zoe', 'carl']) await rig.connect({ id, groups: ['g'] });
  });

  it.each<[string, PageOptions, string[], string | undefined]>([
    ['by id', {}, ['Zoe', 'ann1', 'bob', 'carl', 'zoe'], undefined],
    ['page by page', { maxPageSize: 2 }, ['Zoe', 'ann1'], 'ann1'],
    ['from where a page ended', { continuationToken: 'ann1' }, ['bob', 'carl', 'zoe'], undefined],
    [
      'from where one was that has gone',
      { continuationToken: 'b' },
      ['bob', 'carl', 'zoe'],
      undefined,
    ],
    ['to the end of what is wanted', { top: 2 }, ['Zoe', 'ann1'], undefined],
    ['not beyond a page', { top: 4, maxPageSize: 3 }, ['Zoe', 'ann1', 'bob'], 'bob'],
    ['in pages that fit', { maxPageSize: 5 }, ['Zoe', 'ann1', 'bob', 'carl', 'zoe'], undefined],
    ['past the end', { continuationToken: '~' }, [], undefined],
  ])('%s', async (_, options, found, token) => {
    expect(await ids(options)).toEqual([found, token]);
  });

  it('with the users, where there are some', async () => {
    const { members } = await hub.listConnectionsInGroup('g', { maxPageSize: 2 });
    expect(members).toEqual([
      { connectionId: 'Zoe', userId: undefined },
      { connectionId: 'ann1', userId: 'ann' },
    ]);
  });

  it('when there are none', async () => {
    const page = await hub.listConnectionsInGroup('nobody');
    expect(page).toEqual({ members: [], continuationToken: undefined });
  });
});
