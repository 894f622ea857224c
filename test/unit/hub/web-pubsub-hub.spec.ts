import { getHubToken, WebPubSubError, WebPubSubGroup, WebPubSubHub } from 'nestjs-web-pubsub';
import { HubRegistry } from '../../../lib/hub/hub.registry.js';
import { RecordingDriver, type HubOperation } from '../../support/recording.driver.js';

const INVALID_GROUP_NAME =
  'Invalid group name. Valid group name should be in between 1 and 1024 characters long.';

let driver: RecordingDriver;
let chat: WebPubSubHub;

beforeEach(() => {
  driver = new RecordingDriver();
  chat = new HubRegistry(driver, ['chat'], 64).get('chat');
});

describe('a call that is not awaited', () => {
  it('is with the driver before it returns, so that calls keep their order', async () => {
    const calls = [
      chat.sendToAll('x'),
      chat.sendToGroup('g', Buffer.from('y')),
      chat.sendToUser('u', 1),
    ];
    expect(driver.sent).toEqual(['"x"', 'y', '1']);
    await Promise.all(calls);
  });
});

describe('an operation of the hub', () => {
  const lobby = (): WebPubSubGroup => chat.group('lobby');

  it.each<[HubOperation, () => Promise<unknown>, unknown[]]>([
    ['sendToAll', () => chat.sendToAll('x'), ['"x"', {}]],
    ['sendToAll', () => chat.sendToAll('x', { contentType: 'text/plain' }), ['x', {}]],
    [
      'sendToAll',
      () => chat.sendToAll(1, { excludedConnections: ['c'], messageTtlSeconds: 0 }),
      ['1', { excluded: ['c'], messageTtlSeconds: 0 }],
    ],
    [
      'sendToGroup',
      () => chat.sendToGroup('lobby', 1, { metadata: { a: 'b' }, messageTtlSeconds: 300 }),
      ['lobby', '1', { messageTtlSeconds: 300, metadata: new Map([['a', 'b']]) }],
    ],
    ['sendToGroup', () => lobby().sendToAll([1]), ['lobby', '[1]', {}]],
    ['sendToUser', () => chat.sendToUser('ann', null), ['ann', 'null', {}]],
    ['sendToConnection', () => chat.sendToConnection('c', false), ['c', 'false', {}]],
    ['connectionExists', () => chat.connectionExists('c'), ['c']],
    ['groupExists', () => chat.groupExists('lobby'), ['lobby']],
    ['groupExists', () => lobby().exists(), ['lobby']],
    ['userExists', () => chat.userExists('ann'), ['ann']],
    ['userExistsInGroup', () => chat.userExistsInGroup('ann', 'lobby'), ['ann', 'lobby']],
    ['closeConnection', () => chat.closeConnection('c'), ['c', undefined]],
    ['closeConnection', () => chat.closeConnection('c', { reason: 'bye' }), ['c', 'bye']],
    ['addConnectionToGroup', () => chat.addConnectionToGroup('lobby', 'c'), ['lobby', 'c']],
    ['addConnectionToGroup', () => lobby().addConnection('c'), ['lobby', 'c']],
    ['removeConnectionFromGroup', () => lobby().removeConnection('c'), ['lobby', 'c']],
    ['addUserToGroup', () => lobby().addUser('ann'), ['lobby', 'ann']],
    ['rememberUserInGroup', () => lobby().addUser('ann', { remember: true }), ['lobby', 'ann']],
    ['removeUserFromGroup', () => lobby().removeUser('ann'), ['lobby', 'ann']],
    ['removeUserFromAllGroups', () => chat.removeUserFromAllGroups('ann'), ['ann']],
    ['sendToAll', () => chat.sendToAll(1, { filter: 'x' }), ['1', { filter: 'x' }]],
    ['sendToAll', () => chat.sendToAll(1, { filter: '' }), ['1', {}]],
    ['sendToUser', () => chat.sendToUser('ann', 1, { filter: 'x' }), ['ann', '1', { filter: 'x' }]],
    ['closeAllConnections', () => chat.closeAllConnections(), [{}]],
    [
      'closeUserConnections',
      () => chat.closeUserConnections('ann', { reason: 'bye', excludedConnections: ['c'] }),
      ['ann', { reason: 'bye', excluded: ['c'] }],
    ],
    ['closeGroupConnections', () => chat.closeGroupConnections('lobby'), ['lobby', {}]],
    [
      'closeGroupConnections',
      () => lobby().closeAllConnections({ reason: 'bye' }),
      ['lobby', { reason: 'bye' }],
    ],
    ['removeConnectionFromAllGroups', () => chat.removeConnectionFromAllGroups('c'), ['c']],
    ['addConnectionsToGroups', () => chat.addConnectionsToGroups(['lobby'], 'x'), [['lobby'], 'x']],
    [
      'removeConnectionsFromGroups',
      () => chat.removeConnectionsFromGroups(['lobby', 'a'], ''),
      [['lobby', 'a'], ''],
    ],
    ['explainFilter', () => chat.explainFilter('x'), ['x']],
    [
      'grantPermission',
      () => chat.grantPermission('c', 'sendToGroup', { targetName: '*' }),
      ['sendToGroup', 'c', '*'],
    ],
    [
      'revokePermission',
      () => chat.revokePermission('c', 'joinLeaveGroup', { allGroups: true }),
      ['joinLeaveGroup', 'c', undefined],
    ],
    [
      'checkPermission',
      () => chat.hasPermission('c', 'sendToGroup', { targetName: 'lobby' }),
      ['sendToGroup', 'c', 'lobby'],
    ],
  ])('%s reaches the driver once, as it was asked', async (operation, call, args) => {
    await call();
    expect(driver.operations).toEqual([{ hub: 'chat', operation, args }]);
  });

  it.each([
    ['allowed', true],
    ['denied', false],
    ['absent', false],
  ])('hasPermission reads %s as %s', async (answer, expected) => {
    driver.willAnswer('checkPermission', () => answer);
    expect(await chat.hasPermission('c', 'sendToGroup', { targetName: 'g' })).toBe(expected);
  });

  it.each([true, false])('getServiceStatus says %s', async (isUp) => {
    driver.isUp = isUp;
    expect(await chat.getServiceStatus()).toBe(isUp);
  });
});

describe('what is not there', () => {
  it.each<[HubOperation, () => Promise<unknown>, string, string]>([
    [
      'addConnectionToGroup',
      () => chat.addConnectionToGroup('g', 'c'),
      'Error.Connection.NotExisted',
      'Connection `c` is not found.',
    ],
    [
      'addUserToGroup',
      () => chat.addUserToGroup('g', 'ann'),
      'Warning.User.NotExisted',
      'User `ann` is not found.',
    ],
    [
      'grantPermission',
      () => chat.grantPermission('c', 'sendToGroup', { targetName: 'g' }),
      'Info.Connection.NotExisted',
      'Connection `c` is not found.',
    ],
  ])('%s says so with the 404 of the service', async (operation, call, code, message) => {
    driver.willAnswer(operation, () => false);
    const error = await refusal(call);
    expect(error).toMatchObject({ statusCode: 404, code, message });
  });

  it.each<[HubOperation, () => Promise<unknown>]>([
    ['removeConnectionFromGroup', () => chat.removeConnectionFromGroup('g', 'c')],
    ['revokePermission', () => chat.revokePermission('c', 'sendToGroup', { targetName: 'g' })],
  ])('%s does not mind', async (operation, call) => {
    driver.willAnswer(operation, () => false);
    await expect(call()).resolves.toBeUndefined();
  });
});

describe('a bad argument is refused before anything happens', () => {
  const long = 'g'.repeat(1025);

  it.each<[string, () => unknown, string]>([
    ['a blank group', () => chat.sendToGroup(' ', 1), INVALID_GROUP_NAME],
    ['a long group', () => chat.groupExists(long), INVALID_GROUP_NAME],
    ['a group that is none', () => chat.groupExists(untyped(5)), INVALID_GROUP_NAME],
    ['a handle on a blank group', () => chat.group(''), INVALID_GROUP_NAME],
    ['a blank user', () => chat.sendToUser('\t', 1), 'Invalid user ID.'],
    ['a blank connection', () => chat.connectionExists(''), 'Invalid connection ID.'],
    ['no permission target', () => chat.grantPermission('c', 'sendToGroup'), INVALID_GROUP_NAME],
    [
      'a permission target of null',
      () => chat.hasPermission('c', 'sendToGroup', { targetName: untyped(null) }),
      INVALID_GROUP_NAME,
    ],
    [
      'two permission targets',
      () => chat.grantPermission('c', 'sendToGroup', { targetName: 'g', allGroups: true }),
      'Name either targetName or allGroups.',
    ],
    [
      'an unknown permission',
      () => chat.grantPermission('c', 'publish' as 'sendToGroup', { targetName: 'g' }),
      "The permission 'publish' is not valid: joinLeaveGroup or sendToGroup.",
    ],
    ...[-1, 301, 1.5, Number.NaN].map((messageTtlSeconds): [string, () => unknown, string] => [
      `a time to live of ${messageTtlSeconds}`,
      () => chat.sendToAll(1, { messageTtlSeconds }),
      'Invalid messageTtlSeconds.',
    ]),
    [
      'a metadata key with a space',
      () => chat.sendToConnection('c', 1, { metadata: { 'a b': '' } }),
      "Metadata key 'a b' is not a valid header name.",
    ],
    [
      'metadata of more than 8192 bytes',
      () => chat.sendToUser('ann', 1, { metadata: manyEntries(9) }),
      'Metadata exceeds 8192 bytes.',
    ],
    [
      'metadata that is no text',
      () => chat.sendToAll(1, { metadata: untyped({ key: { nested: 1 } }) }),
      'Invalid metadata: only strings are allowed.',
    ],
    [
      'one excluded connection without a list',
      () => chat.sendToAll(1, { excludedConnections: untyped('c') }),
      'Invalid excludedConnections: only strings are allowed.',
    ],
    [
      'one group without a list',
      () => chat.addConnectionsToGroups(untyped('g'), ''),
      'Invalid groups: only strings are allowed.',
    ],
    [
      'no groups',
      () => chat.removeConnectionsFromGroups(untyped(undefined), ''),
      INVALID_GROUP_NAME,
    ],
    ['a list of no groups', () => chat.addConnectionsToGroups([], ''), INVALID_GROUP_NAME],
    ['a blank group of many', () => chat.addConnectionsToGroups(['g', ''], ''), INVALID_GROUP_NAME],
    [
      'no filter, which would mean everybody',
      () => chat.addConnectionsToGroups(['g'], untyped(undefined)),
      'Invalid filter: it must be a string.',
    ],
    [
      'a filter that is no text',
      () => chat.sendToAll(1, { filter: untyped(null) }),
      'Invalid filter: it must be a string.',
    ],
    [
      'a filter to explain that is no text',
      () => chat.explainFilter(untyped(['a'])),
      'Invalid filter: it must be a string.',
    ],
    [
      'connections to keep without a list',
      () => chat.closeAllConnections({ excludedConnections: untyped('c') }),
      'Invalid excludedConnections: only strings are allowed.',
    ],
    ...[0, 201, 1.5, untyped('5')].map((maxPageSize): [string, () => unknown, string] => [
      `a page of ${maxPageSize}`,
      () => chat.listConnectionsInGroup('g', { maxPageSize }),
      'Invalid maxPageSize: a whole number from 1 to 200.',
    ]),
    ...[0, 2 ** 31, Number.NaN].map((top): [string, () => unknown, string] => [
      `a top of ${top}`,
      () => chat.group('g').listConnections({ top }),
      'Invalid top: a whole number from 1 to 2147483647.',
    ]),
    ...[' ', 'x'.repeat(2049), untyped(1)].map(
      (continuationToken): [string, () => unknown, string] => [
        `a continuation token of ${JSON.stringify(continuationToken).slice(0, 3)}`,
        () => chat.listConnectionsInGroup('g', { continuationToken }),
        'Invalid continuationToken.',
      ],
    ),
    ['a message over the limit', () => chat.sendToAll('x'.repeat(63)), 'larger than 64 bytes'],
    [
      'a blank group of a token',
      () => chat.getClientAccessToken({ groups: ['a', ' '] }),
      INVALID_GROUP_NAME,
    ],
    [
      'a user of a token that was named twice in a query',
      () => chat.getClientAccessUrl({ userId: untyped(['ann', 'bob']) }),
      'Invalid user ID.',
    ],
    [
      'a role of a token that is no string',
      () => chat.getClientAccessToken({ roles: untyped([1]) }),
      'Invalid roles: only strings are allowed.',
    ],
  ])('%s', async (_what, call, message) => {
    const error = await refusal(call);
    expect(error).toBeInstanceOf(WebPubSubError);
    expect(error).toMatchObject({ statusCode: 400, message: expect.stringContaining(message) });
    expect(driver.operations).toEqual([]);
  });

  function manyEntries(count: number): Record<string, string> {
    return Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`k${index}`, 'v'.repeat(1024)]),
    );
  }
});

describe('a caller that has given up', () => {
  const reason = new Error('too late');

  it.each<[string, AbortSignal, string]>([
    ['without a reason', AbortSignal.abort(), ''],
    ['with one', AbortSignal.abort(reason), 'too late'],
  ])('%s gets an AbortError', async (_what, abortSignal, message) => {
    const calls = [
      () => chat.sendToAll(1, { abortSignal }),
      () => chat.group('lobby').addUser('ann', { abortSignal }),
      () => chat.hasPermission('c', 'sendToGroup', { targetName: 'g', abortSignal }),
      () => chat.closeAllConnections({ abortSignal }),
      () => chat.closeUserConnections('ann', { abortSignal }),
      () => chat.closeGroupConnections('g', { abortSignal }),
      () => chat.removeConnectionFromAllGroups('c', { abortSignal }),
      () => chat.addConnectionsToGroups(['g'], '', { abortSignal }),
      () => chat.removeConnectionsFromGroups(['g'], '', { abortSignal }),
      () => chat.listConnectionsInGroup('g', { abortSignal }),
      () => chat.explainFilter('', { abortSignal }),
      () => chat.getClientAccessToken({ abortSignal }),
      () => chat.getServiceStatus({ abortSignal }),
    ];
    for (const call of calls) {
      const error = await refusal(call);
      expect(error).toMatchObject({
        name: 'AbortError',
        message: expect.stringContaining(message),
        cause: abortSignal.reason as unknown,
      });
    }
    expect(driver.operations).toEqual([]);
  });

  it('has nothing undone when it gives up later', async () => {
    const abort = new AbortController();
    driver.willAnswer('sendToAll', () => abort.abort());
    await chat.sendToAll(1, { abortSignal: abort.signal });
    expect(driver.sent).toEqual(['1']);
  });
});

describe('a hub', () => {
  it('is the same object under every spelling of its name', () => {
    const registry = new HubRegistry(driver, []);
    expect(registry.get('Chat')).toBe(registry.get('cHAT'));
    expect(registry.get('Chat').hubName).toBe('chat');
    expect(getHubToken('Chat')).toBe('webpubsub:hub:chat');
  });

  it.each([
    ['no letter first', '1chat'],
    ['a dash', 'chat-room'],
    ['129 characters', 'a'.repeat(129)],
    ['nothing', ''],
    ['an unset variable', untyped(undefined)],
  ])('is refused with %s', (_what, name) => {
    const registry = new HubRegistry(driver, []);
    expect(() => registry.get(name)).toThrow(WebPubSubError);
    expect(() => registry.get(name)).toThrow('a letter, then up to 127 of letters, digits');
  });

  it('takes a message of 1 MiB unless the application says otherwise', async () => {
    const hub = new HubRegistry(driver, []).get('chat');
    const largest = 'x'.repeat(1024 * 1024);
    await hub.sendToAll(largest, { contentType: 'text/plain' });
    const error = await refusal(() => hub.sendToAll(`${largest}x`, { contentType: 'text/plain' }));
    expect(error).toMatchObject({ code: 'InvalidPayload', statusCode: 400 });
    expect(driver.operations).toHaveLength(1);
  });

  it('that is the only one is the one an operation without a name means', () => {
    const registry = new HubRegistry(driver, ['chat']);
    expect(registry.resolve(undefined)).toBe(registry.get('chat'));
    expect(registry.resolve('game')).toBe(registry.get('game'));
  });
});

/** What comes from a request may have any type. */
function untyped(value: unknown): never {
  return value as never;
}

async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('The call was not refused.');
}
