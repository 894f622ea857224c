import { getHubToken, WebPubSubError, type WebPubSubHub } from 'nestjs-web-pubsub';
import { startStage, type Stage } from '../../support/stage.js';

let stage: Stage;
let chat: WebPubSubHub;

beforeAll(async () => {
  stage = await startStage('fastify');
  chat = stage.host.app.get<WebPubSubHub>(getHubToken('chat'));
});

afterEach(async () => {
  await stage.clear();
});

afterAll(async () => {
  await stage.close();
});

describe('sends reach their clients', () => {
  it.each<[string, (id: string) => Promise<void>, object]>([
    [
      'sendToAll',
      () => chat.sendToAll({ n: 1 }),
      { from: 'server', dataType: 'json', data: { n: 1 } },
    ],
    [
      'sendToGroup',
      () => chat.sendToGroup('lobby', 'hi', { contentType: 'text/plain' }),
      { from: 'group', group: 'lobby', fromUserId: null, dataType: 'text', data: 'hi' },
    ],
    [
      'sendToUser',
      () => chat.sendToUser('ann', Buffer.from([1, 2, 3])),
      { from: 'server', dataType: 'binary', data: 'AQID' },
    ],
    [
      'sendToConnection, with metadata',
      (id) => chat.sendToConnection(id, 'x', { metadata: { Trace: 't' } }),
      { from: 'server', dataType: 'json', data: 'x', metadata: { Trace: 't' } },
    ],
    [
      'group().sendToAll',
      () => chat.group('lobby').sendToAll([1]),
      { from: 'group', group: 'lobby', fromUserId: null, dataType: 'json', data: [1] },
    ],
  ])('%s', async (_method, send, expected) => {
    const ann = await stage.json({ groups: ['lobby'] });
    await send(ann.id);
    expect(JSON.parse(String(await ann.hear()))).toEqual({ type: 'message', ...expected });
  });

  it('except to excluded connections', async () => {
    const [ann, bob] = [await stage.json(), await stage.json({ userId: 'bob' })];
    await chat.sendToAll('first', { excludedConnections: [ann.id] });
    await chat.sendToAll('second');
    expect(String(await ann.hear())).toContain('second');
    expect(String(await bob.hear())).toContain('first');
  });
});

it('knows who is there and who is where', async () => {
  const ann = await stage.json();
  const facts = async (): Promise<boolean[]> => [
    await chat.connectionExists(ann.id),
    await chat.userExists('ann'),
    await chat.groupExists('lobby'),
    await chat.userExistsInGroup('ann', 'lobby'),
  ];
  expect(await facts()).toEqual([true, true, false, false]);
  await chat.group('lobby').addUser('ann');
  expect(await facts()).toEqual([true, true, true, true]);
  await chat.removeUserFromAllGroups('ann');
  expect(await facts()).toEqual([true, true, false, false]);
  await chat.addConnectionToGroup('lobby', ann.id);
  await chat.removeConnectionFromGroup('lobby', ann.id);
  expect(await facts()).toEqual([true, true, false, false]);
  await chat.closeConnection(ann.id, { reason: 'late' });
  expect(await facts()).toEqual([false, false, false, false]);
  expect(String(await ann.hear())).toContain('Reason: late');
});

it('remembers a user who is not there, as api-version 2020-10-01 does', async () => {
  await chat.addUserToGroup('lobby', 'zoe', { remember: true });
  expect(await chat.userExistsInGroup('zoe', 'lobby')).toBe(true);
  const zoe = await stage.json({ userId: 'zoe' });
  await chat.sendToGroup('lobby', 'welcome');
  expect(String(await zoe.hear())).toContain('welcome');
  await chat.removeUserFromGroup('lobby', 'zoe');
  expect(await chat.userExistsInGroup('zoe', 'lobby')).toBe(false);
});

it('grants and revokes, for one group and for all', async () => {
  const { id } = await stage.json({ roles: [] });
  const may = (targetName: string): Promise<boolean> =>
    chat.hasPermission(id, 'sendToGroup', { targetName });
  await chat.grantPermission(id, 'sendToGroup', { targetName: 'a' });
  expect([await may('a'), await may('b')]).toEqual([true, false]);
  await chat.grantPermission(id, 'sendToGroup', { allGroups: true });
  await chat.revokePermission(id, 'sendToGroup', { targetName: 'a' });
  expect([await may('a'), await may('b')]).toEqual([false, true]);
  expect(await chat.hasPermission(id, 'sendToGroup', { allGroups: true })).toBe(true);
});

describe('refuses, before anything happens', () => {
  it.each<[string, () => Promise<unknown>, Partial<WebPubSubError>]>([
    ['a blank group', () => chat.sendToGroup(' ', 1), { statusCode: 400, target: 'group' }],
    ['a group of 1025', () => chat.groupExists('g'.repeat(1025)), { statusCode: 400 }],
    ['a blank user', () => chat.sendToUser('', 1), { statusCode: 400, target: 'userId' }],
    [
      'a blank connection',
      () => chat.closeConnection(' '),
      { statusCode: 400, target: 'connectionId' },
    ],
    [
      'a time to live of 301',
      () => chat.sendToAll(1, { messageTtlSeconds: 301 }),
      { statusCode: 400 },
    ],
    [
      'metadata with a space in its key',
      () => chat.sendToAll(1, { metadata: { 'a b': '' } }),
      { statusCode: 400 },
    ],
    [
      'a permission without a group',
      () => chat.grantPermission('c', 'sendToGroup'),
      { statusCode: 400 },
    ],
    [
      'an unknown connection',
      () => chat.addConnectionToGroup('g', 'nobody'),
      { statusCode: 404, code: 'Error.Connection.NotExisted' },
    ],
    [
      'an unknown user',
      () => chat.addUserToGroup('g', 'nobody'),
      { statusCode: 404, code: 'Warning.User.NotExisted' },
    ],
    [
      'a grant to nobody',
      () => chat.grantPermission('nobody', 'sendToGroup', { targetName: 'g' }),
      { statusCode: 404, code: 'Info.Connection.NotExisted' },
    ],
    [
      'a token of no life',
      () => chat.getClientAccessToken({ expirationTimeInMinutes: 0 }),
      { statusCode: 400 },
    ],
    [
      'a token for a blank group',
      () => chat.getClientAccessToken({ groups: [' '] }),
      { statusCode: 400 },
    ],
  ])('%s', async (_what, call, expected) => {
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WebPubSubError);
    expect(error).toMatchObject(expected);
  });

  it('what the caller has given up', async () => {
    const abortSignal = AbortSignal.abort(new Error('too late'));
    await expect(chat.sendToAll(1, { abortSignal })).rejects.toThrow('too late');
  });
});

it('takes removals of what is not there', async () => {
  await chat.removeConnectionFromGroup('g', 'nobody');
  await chat.removeUserFromGroup('g', 'nobody');
  await chat.revokePermission('nobody', 'sendToGroup', { targetName: 'g' });
  await chat.closeConnection('nobody');
  expect(await chat.hasPermission('nobody', 'sendToGroup', { targetName: 'g' })).toBe(false);
});
