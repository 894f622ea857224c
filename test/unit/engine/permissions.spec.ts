import { Permissions } from '../../../lib/engine/permissions.js';
import type { PermissionKind } from '../../../lib/backplane/backplane.message.js';

const JOIN = 'joinLeaveGroup';
const SEND = 'sendToGroup';

interface RoleCase {
  readonly id: string;
  readonly roles: readonly string[];
  readonly kind: PermissionKind;
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

const ROLE_CASES: readonly RoleCase[] = [
  { id: 'P01', roles: [], kind: JOIN, allowed: [], denied: ['room'] },
  { id: 'P03', roles: [], kind: SEND, allowed: [], denied: ['room'] },
  {
    id: 'P05',
    roles: ['webpubsub.joinLeaveGroup.room'],
    kind: JOIN,
    allowed: ['room'],
    denied: ['Room', 'room2', 'roo', 'room.x'],
  },
  {
    id: 'P06',
    roles: ['webpubsub.sendToGroup.a*'],
    kind: SEND,
    allowed: ['a*'],
    denied: ['ab', 'a'],
  },
  {
    id: 'P07',
    roles: ['webpubsub.sendToGroups.a*'],
    kind: SEND,
    allowed: ['ab', 'a'],
    denied: ['a.b', 'b'],
  },
  {
    id: 'P08',
    roles: ['webpubsub.joinLeaveGroups.a?c'],
    kind: JOIN,
    allowed: ['abc'],
    denied: ['a.c', 'ac'],
  },
  {
    id: 'P09',
    roles: ['webpubsub.joinLeaveGroups.org.**'],
    kind: JOIN,
    allowed: ['org.x.y'],
    denied: ['org'],
  },
  {
    id: 'P10',
    roles: ['webpubsub.joinLeaveGroups.a\\*'],
    kind: JOIN,
    allowed: ['a*'],
    denied: ['ab', 'a\\*'],
  },
  {
    id: 'P11',
    roles: ['webpubsub.joinLeaveGroups.a\\b'],
    kind: JOIN,
    allowed: [],
    denied: ['a\\b', 'ab'],
  },
  {
    id: 'P12',
    roles: ['webpubsub.joinLeaveGroups.**'],
    kind: JOIN,
    allowed: ['x.y z'],
    denied: [],
  },
  {
    id: '1.8 the role alone',
    roles: ['webpubsub.sendToGroup'],
    kind: SEND,
    allowed: ['a', 'a.b'],
    denied: [],
  },
  {
    id: '1.8 a dot in a literal',
    roles: ['webpubsub.sendToGroup.a.b'],
    kind: SEND,
    allowed: ['a.b'],
    denied: ['a', 'b'],
  },
  {
    id: 'U15 a plural without a pattern',
    roles: ['webpubsub.sendToGroups', 'webpubsub.sendToGroups.'],
    kind: SEND,
    allowed: [],
    denied: ['', 'a', 's'],
  },
  {
    id: '1.8 another case',
    roles: ['WebPubSub.sendToGroup', 'webpubsub.sendtogroup'],
    kind: SEND,
    allowed: [],
    denied: ['a'],
  },
  {
    id: '1.8 unknown roles beside a known one',
    roles: ['admin', '', 'webpubsub.', 'webpubsub.sendToGroup.a', 'webpubsub.sendToGroupX'],
    kind: SEND,
    allowed: ['a'],
    denied: ['X', 'b'],
  },
  {
    id: '7.6 the other kind',
    roles: ['webpubsub.sendToGroup', 'webpubsub.sendToGroups.**'],
    kind: JOIN,
    allowed: [],
    denied: ['a'],
  },
  {
    id: '1.8 names every object has',
    roles: ['webpubsub.sendToGroup.__proto__'],
    kind: SEND,
    allowed: ['__proto__'],
    denied: ['constructor', 'toString'],
  },
  {
    id: '1.8 an invalid literal',
    roles: ['webpubsub.sendToGroup.', 'webpubsub.sendToGroup.  '],
    kind: SEND,
    allowed: [],
    denied: ['', '  ', 'a'],
  },
];

/** `count` different groups, in ordinal order. */
function groups(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `g${String(index).padStart(5, '0')}`);
}

describe('Permissions from roles', () => {
  it.each(ROLE_CASES)('$id allows what it grants', ({ roles, kind, allowed }) => {
    const permissions = new Permissions(roles);
    expect(allowed.filter((group) => !permissions.allows(kind, group))).toEqual([]);
  });

  it.each(ROLE_CASES)('$id denies all else', ({ roles, kind, denied }) => {
    const permissions = new Permissions(roles);
    expect(denied.filter((group) => permissions.allows(kind, group))).toEqual([]);
  });

  it('takes 1000 groups of one kind and ignores the last in ordinal order (1.8)', () => {
    const ignored: string[] = [];
    const roles = groups(1001).map((group) => `webpubsub.sendToGroup.${group}`);
    const permissions = new Permissions(roles.toReversed(), undefined, (role) =>
      ignored.push(role),
    );
    expect(ignored).toEqual(['webpubsub.sendToGroup.g01000']);
    expect(permissions.allows(SEND, 'g00999')).toBe(true);
    expect(permissions.allows(SEND, 'g01000')).toBe(false);
  });

  it('takes 9 patterns of each kind and ignores the last in ordinal order (U13)', () => {
    const ignored: string[] = [];
    const letters = 'jihgfedcba'.split('');
    const roles = letters.flatMap((letter) => [
      `webpubsub.joinLeaveGroups.${letter}*`,
      `webpubsub.sendToGroups.${letter}*`,
    ]);
    const permissions = new Permissions(roles, undefined, (role) => ignored.push(role));
    expect(ignored).toEqual(['webpubsub.joinLeaveGroups.j*', 'webpubsub.sendToGroups.j*']);
    expect(permissions.allows(SEND, 'i1')).toBe(true);
    expect(permissions.allows(SEND, 'j1')).toBe(false);
  });

  it('counts a repeated role once', () => {
    const ignored: string[] = [];
    const roles = [
      ...Array.from({ length: 20 }, () => 'webpubsub.sendToGroups.a*'),
      'webpubsub.sendToGroups.b*',
    ];
    const permissions = new Permissions(roles, undefined, (role) => ignored.push(role));
    expect(ignored).toEqual([]);
    expect(permissions.allows(SEND, 'b')).toBe(true);
  });

  it('counts a pattern without a wildcard as a group, and ** as none of both', () => {
    const limits = { literalsPerPermission: 1, patternsPerPermission: 1 };
    const ignored: [string, string][] = [];
    const roles = ['a', 'b', 'x*', 'y*', '**'].map((text) => `webpubsub.sendToGroups.${text}`);
    const permissions = new Permissions(roles, limits, (...args) => ignored.push(args));
    expect(ignored).toEqual([
      ['webpubsub.sendToGroups.b', 'too many groups'],
      ['webpubsub.sendToGroups.y*', 'too many patterns'],
    ]);
    expect(permissions.check(SEND, undefined)).toBe(true);
  });

  it.each([
    ['webpubsub.sendToGroup.', 'not a group name'],
    ['webpubsub.sendToGroups.', 'the pattern is empty'],
    ['webpubsub.sendToGroups.a\\', 'the pattern has a lone backslash'],
    ['webpubsub.sendToGroups.******', 'more than 5 asterisks'],
  ])('says why %j grants nothing', (role, why) => {
    const ignored: [string, string][] = [];
    const permissions = new Permissions([role], undefined, (...args) => ignored.push(args));
    expect(ignored).toEqual([[role, why]]);
    expect(permissions.allows(SEND, 'a')).toBe(false);
  });

  it('leaves the list of roles as it was', () => {
    const roles = Object.freeze(['b', 'a']);
    expect(() => new Permissions(roles)).not.toThrow();
  });
});

describe('Permissions at run time (rest.md 5.9)', () => {
  it('P13 allows what was granted and no more', () => {
    const permissions = new Permissions([]);
    expect(permissions.change(SEND, true, 'room')).toBe('done');
    expect(permissions.allows(SEND, 'room')).toBe(true);
    expect(permissions.allows(SEND, 'room2')).toBe(false);
    expect(permissions.allows(JOIN, 'room')).toBe(false);
  });

  it('P14 lets a revoked group win over the pattern that allows it', () => {
    const permissions = new Permissions(['webpubsub.sendToGroups.r*']);
    permissions.change(SEND, false, 'room');
    expect(permissions.allows(SEND, 'room')).toBe(false);
    expect(permissions.allows(SEND, 'rest')).toBe(true);
  });

  it('takes an asterisk literally', () => {
    const permissions = new Permissions([]);
    permissions.change(SEND, true, '*');
    expect(permissions.allows(SEND, '*')).toBe(true);
    expect(permissions.allows(SEND, 'a')).toBe(false);
  });

  it.each<[string, string[]]>([
    ['without a role', []],
    ['with a role for it', ['webpubsub.sendToGroup.room']],
  ])('does what was asked last, however often, %s', (_what, roles) => {
    const permissions = new Permissions(roles);
    for (const allow of [true, true, false, false, true, false, false, true]) {
      expect(permissions.change(SEND, allow, 'room')).toBe('done');
      expect(permissions.allows(SEND, 'room')).toBe(allow);
      expect(permissions.check(SEND, 'room')).toBe(allow);
    }
  });

  it('refuses the 1001st exception of a kind, and changes nothing', () => {
    const permissions = new Permissions([]);
    for (const group of groups(1000)) permissions.change(SEND, true, group);
    expect(permissions.change(SEND, true, 'more')).toBe('limit');
    expect(permissions.allows(SEND, 'more')).toBe(false);
    expect(permissions.change(JOIN, true, 'more')).toBe('done');
    expect(permissions.change(SEND, true, 'g00000')).toBe('done');
    expect(permissions.change(SEND, false, 'another')).toBe('done');
    permissions.change(SEND, false, 'g00000');
    expect(permissions.change(SEND, true, 'more')).toBe('done');
  });

  it('does not count what the roles say anyway', () => {
    const limits = { literalsPerPermission: 1, patternsPerPermission: 9 };
    const permissions = new Permissions(['webpubsub.sendToGroup'], limits);
    expect(permissions.change(SEND, true, 'a')).toBe('done');
    expect(permissions.change(SEND, false, 'b')).toBe('done');
    expect(permissions.change(SEND, false, 'c')).toBe('limit');
    expect(permissions.allows(SEND, 'c')).toBe(true);
  });

  describe('for every group (2020-10-01)', () => {
    it.each<[string, string[], boolean]>([
      ['no role', [], false],
      ['the role alone', ['webpubsub.sendToGroup'], true],
      ['the pattern **', ['webpubsub.sendToGroups.**'], true],
      ['a pattern', ['webpubsub.sendToGroups.*'], false],
      ['a group', ['webpubsub.sendToGroup.a'], false],
    ])('checks an arbitrary group with %s', (_what, roles, verdict) => {
      expect(new Permissions(roles).check(SEND, undefined)).toBe(verdict);
    });

    it.each([true, false])('sets all to %s, single exceptions too', (allow) => {
      const permissions = new Permissions(['webpubsub.sendToGroup.role']);
      permissions.change(SEND, !allow, 'a');
      permissions.change(SEND, allow, undefined);
      for (const group of ['a', 'b', 'role']) expect(permissions.allows(SEND, group)).toBe(allow);
      expect(permissions.check(SEND, undefined)).toBe(allow);
      expect(permissions.check(JOIN, undefined)).toBe(false);
    });

    it.each([true, false])('makes exceptions from all being %s', (allow) => {
      const permissions = new Permissions([]);
      permissions.change(SEND, allow, undefined);
      permissions.change(SEND, !allow, 'a');
      expect(permissions.allows(SEND, 'a')).toBe(!allow);
      expect(permissions.allows(SEND, 'b')).toBe(allow);
      expect(permissions.check(SEND, undefined)).toBe(allow);
    });

    it('does not count what all says anyway', () => {
      const limits = { literalsPerPermission: 0, patternsPerPermission: 9 };
      const permissions = new Permissions([], limits);
      permissions.change(SEND, true, undefined);
      expect(permissions.change(SEND, true, 'a')).toBe('done');
      expect(permissions.change(SEND, false, 'a')).toBe('limit');
    });
  });
});
