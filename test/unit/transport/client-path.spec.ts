import { ClientPath } from '../../../lib/transport/client-path.js';

const path = new ClientPath('');
const below = new ClientPath('/realtime/v1');

describe('ClientPath.parse (client-protocols.md 1.1)', () => {
  it.each([
    ['the canonical form', '/client/hubs/chat', 'chat'],
    ['a slash behind it', '/client/hubs/chat/', 'chat'],
    ['a query', '/client/hubs/chat?access_token=t', 'chat'],
    ['an empty query', '/client/hubs/chat?', 'chat'],
    ['capitals (H12)', '/client/hubs/CHAT', 'chat'],
    ['every kind of character', '/client/hubs/aZ09_%60,.[]', 'az09_`,.[]'],
    ['escapes', '/client/hubs/%63hat', 'chat'],
    ['the legacy form (H02)', '/client/?hub=chat', 'chat'],
    ['the legacy form without a slash', '/client?hub=chat', 'chat'],
    ['the legacy form with the name in capitals', '/client/?HUB=Chat&x=1', 'chat'],
    ['a path and a query: the path wins', '/client/hubs/chat?hub=other', 'chat'],
    ['a valid path and an invalid query', '/client/hubs/chat?hub=1', 'chat'],
    ['128 characters', `/client/hubs/${'a'.repeat(128)}`, 'a'.repeat(128)],
  ])('reads the hub of %s', (_what, target, hub) => {
    expect(path.parse(target).hub).toBe(hub);
  });

  it.each([
    ['a digit in front (H14)', '/client/hubs/1chat'],
    ['nothing', '/client/hubs/'],
    ['an escaped slash', '/client/hubs/a%2Fb'],
    ['a path below', '/client/hubs/chat/more'],
    ['two slashes behind it', '/client/hubs/chat//'],
    ['a broken escape', '/client/hubs/%'],
    ['an escape that is not UTF-8', '/client/hubs/%FF'],
    ['129 characters', `/client/hubs/${'a'.repeat(129)}`],
    ['no hub in the legacy form', '/client/'],
    ['an empty hub in the legacy form', '/client/?hub='],
    ['an invalid hub in the legacy form', '/client/?hub=1'],
    ['an invalid path and a valid query', '/client/hubs/1?hub=chat'],
    ['another path', '/clients/mqtt/hubs/chat'],
  ])('finds no hub in %s', (_what, target) => {
    expect(path.parse(target).hub).toBeUndefined();
  });

  it('knows query parameters by their names in lower case (H04), with their values as sent', () => {
    const { query } = path.parse('/client/hubs/chat?ACCESS_TOKEN=Abc&noEcho=TRUE&x=1&X=2&p=a%20b');
    expect([...query]).toEqual([
      ['access_token', 'Abc'],
      ['noecho', 'TRUE'],
      ['x', '1'],
      ['x', '2'],
      ['p', 'a b'],
    ]);
  });

  it.each(['/client/hubs/Chat', '/client/?hub=Chat'])(
    'accepts tokens for all forms of %s (U26)',
    (target) => {
      expect(path.parse(target).audiencePaths).toEqual([
        '/client/hubs/chat',
        '/client/?hub=chat',
        '/client?hub=chat',
      ]);
    },
  );

  it('accepts no token for a hub it cannot read', () => {
    expect(path.parse('/client/hubs/1').audiencePaths).toEqual([]);
  });

  it('works below a prefix', () => {
    expect(below.parse('/realtime/v1/client/hubs/chat')).toMatchObject({
      hub: 'chat',
      audiencePaths: [
        '/realtime/v1/client/hubs/chat',
        '/realtime/v1/client/?hub=chat',
        '/realtime/v1/client?hub=chat',
      ],
    });
    expect(below.parse('/realtime/v1/client?hub=chat').hub).toBe('chat');
    expect(below.parse('/client/hubs/chat').hub).toBeUndefined();
  });
});

/** What an upgrade and a plain request to a path are taken for. */
const TARGETS: readonly [target: string, servesUpgrade: boolean, expectsUpgrade: boolean][] = [
  ['/client/hubs/chat', true, true],
  ['/client/hubs/chat?x', true, true],
  ['/client/hubs/', true, true],
  ['/client/hubs/1', true, true],
  ['/client/?hub=chat', true, true],
  ['/client?hub=chat', true, true],
  ['/client?x=1&HUB=chat', true, true],
  // What a plain request to these wants belongs to the application.
  ['/client', true, false],
  ['/client/', true, false],
  ['/client?nohub=1', true, false],
  ['/client?x=hub=1', true, false],
  ['/client/hubs', false, false],
  ['/client/other', false, false],
  ['/clients?hub=chat', false, false],
  ['/clientele', false, false],
  ['/', false, false],
  ['', false, false],
  ['*', false, false],
  ['/api/client/hubs/chat', false, false],
  ['/x?/client/hubs/chat', false, false],
];

describe('ClientPath', () => {
  it.each(TARGETS)('takes an upgrade of %j: %s', (target, servesUpgrade) => {
    expect(path.servesUpgrade(target)).toBe(servesUpgrade);
  });

  it.each(TARGETS)('takes a plain request to %j: %s, %s', (target, _upgrade, expectsUpgrade) => {
    expect(path.expectsUpgrade(target)).toBe(expectsUpgrade);
  });

  it.each([
    ['/realtime/v1/client/hubs/chat', true],
    ['/realtime/v1/client?hub=chat', true],
    ['/client/hubs/chat', false],
    ['/realtime/v1client/hubs/chat', false],
    ['/realtime/v1', false],
  ])('takes %j below a prefix: %s', (target, verdict) => {
    expect(below.servesUpgrade(target)).toBe(verdict);
    expect(below.expectsUpgrade(target)).toBe(verdict);
  });
});
