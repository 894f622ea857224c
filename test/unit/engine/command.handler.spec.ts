import type { Target, Verdict } from '../../../lib/backplane/backplane.message.js';
import type { Hub } from '../../../lib/engine/hub.js';
import { Message } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { nextTurn } from './support/fake.channel.js';
import { EngineRig, lines, type Client } from './support/engine.rig.js';
import { bareLineProtocol } from './support/line.protocol.js';

const ALL: Target = { kind: 'all' };
const group = (name: string): Target => ({ kind: 'group', group: name });
const user = (userId: string): Target => ({ kind: 'user', userId });
const connection = (connectionId: string): Target => ({ kind: 'connection', connectionId });

const message = (text: string): Message =>
  new Message({ origin: { from: 'server' }, payload: textPayload(text) });

let rig: EngineRig;
let clients: Record<'ann1' | 'ann2' | 'bob' | 'anonymous', Client>;

beforeEach(async () => {
  rig = await EngineRig.started({ limits: { groupsPerConnection: 3 } });
  clients = {
    ann1: await rig.connect({ id: 'ann1', userId: 'ann', groups: ['g', 'h'] }),
    ann2: await rig.connect({ id: 'ann2', userId: 'ann', groups: ['g'] }),
    bob: await rig.connect({ id: 'bob', userId: 'bob', groups: ['h'], roles: [] }),
    anonymous: await rig.connect({ id: 'anonymous' }),
  };
  await nextTurn();
});

afterEach(async () => {
  await rig.engine.stop();
});

function hub(): Hub {
  return rig.engine.hub('chat');
}

function groupsOf(id: keyof typeof clients): string[] {
  return Array.from(clients[id].connection.groups, ({ name }) => name).toSorted();
}

/** Who was sent the line. */
async function receivers(line: string): Promise<string[]> {
  await nextTurn();
  return Object.entries(clients)
    .filter(([, client]) => lines(client).includes(line))
    .map(([id]) => id);
}

const TARGETS: readonly [target: Target, excluded: string[], selected: string[]][] = [
  [ALL, [], ['ann1', 'ann2', 'bob', 'anonymous']],
  [ALL, ['bob', 'nobody'], ['ann1', 'ann2', 'anonymous']],
  [group('g'), [], ['ann1', 'ann2']],
  [group('h'), ['ann1'], ['bob']],
  [group('g'), ['ann1', 'ann2'], []],
  [group('empty'), [], []],
  [user('ann'), [], ['ann1', 'ann2']],
  [user('ann'), ['ann2'], ['ann1']],
  [user('nobody'), [], []],
  [connection('anonymous'), [], ['anonymous']],
  [connection('anonymous'), ['anonymous'], []],
  [connection('no-such'), [], []],
];

describe('the command to deliver', () => {
  it.each(TARGETS)('to %j without %j reaches %j', async (target, excluded, selected) => {
    await hub().deliver(target, message('hi'), new Set(excluded));
    expect(await receivers('server hi')).toEqual(selected);
  });

  it('reaches everybody without a list of exceptions', async () => {
    await hub().deliver(group('g'), message('hi'));
    expect(await receivers('server hi')).toEqual(['ann1', 'ann2']);
  });

  it('gives all receivers the very same bytes', async () => {
    const before = clients.ann1.channel.writes.length;
    void hub().deliver(ALL, message('one'));
    void hub().deliver(ALL, message('two'));
    await nextTurn();
    const last = Object.values(clients).map(({ channel }) => channel.writes.slice(before));
    expect(last[0]?.map(String)).toEqual(['server one\nserver two\n']);
    expect(new Set(last.flat()).size).toBe(1);
  });

  it('stays in its hub', async () => {
    await rig.engine.hub('other').deliver(ALL, message('hi'));
    expect(await receivers('server hi')).toEqual([]);
  });

  it('ends members whose queue overflows, once, and not while it walks over them', async () => {
    for (const name of ['slow1', 'slow2', 'slow3']) {
      const slow = await rig.connectBlocked({
        id: name,
        groups: ['g'],
        protocol: bareLineProtocol,
      });
      slow.channel.takes = false;
    }
    for (let count = 0; count <= 1000; count += 1) {
      void hub().deliver(group('g'), message(String(count)));
    }
    expect(rig.events.disconnecteds).toEqual([]);
    await nextTurn();
    expect(
      rig.events.disconnecteds.map(({ connection: c, reason }) => [c.connectionId, reason]),
    ).toEqual(['slow1', 'slow2', 'slow3'].map((id) => [id, 'The outbound message queue is full.']));
    expect(lines(clients.ann2)).toHaveLength(1002);
  });
});

describe('the command to close', () => {
  it.each(TARGETS)('%j without %j closes %j', async (target, excluded, selected) => {
    await hub().close(target, undefined, new Set(excluded));
    expect(await receivers('disconnected Application server closed the connection.')).toEqual(
      selected,
    );
    for (const [id, { channel, connection: closed }] of Object.entries(clients)) {
      expect(closed.isOpen).toBe(!selected.includes(id));
      const close = { code: 1000, reason: '', graceMs: 5000 };
      expect(channel.closes).toEqual(selected.includes(id) ? [close] : []);
    }
  });

  it('writes what was sent before, then the reason, and nothing after it (10.2)', async () => {
    await hub().deliver(ALL, message('before'));
    await hub().close(ALL, 'maintenance');
    await hub().deliver(ALL, message('after'));
    await nextTurn();
    expect(lines(clients.bob)).toEqual([
      'connected bob',
      'server before',
      'disconnected Application server closed the connection. Reason: maintenance',
    ]);
  });

  it('closes everybody once, whatever the handlers do meanwhile', async () => {
    rig.events.disconnected = (event) => {
      rig.events.disconnecteds.push(event);
      void hub().deliver(ALL, message('somebody left'));
      void hub().close(ALL, 'again');
      void hub().ask({ type: 'changeGroups', change: 'leave', target: ALL, groups: 'all' });
    };
    await hub().close(ALL, undefined);
    const ids = rig.events.disconnecteds.map(({ connection: closed }) => closed.connectionId);
    expect(ids.toSorted()).toEqual(['ann1', 'ann2', 'anonymous', 'bob']);
    for (const { channel } of Object.values(clients)) expect(channel.closes).toHaveLength(1);
    expect([...rig.backplane.subjects]).toEqual(['nodes']);
  });
});

describe('the request to change groups', () => {
  function change(
    what: 'join' | 'leave',
    target: Target,
    groups: readonly string[] | 'all',
  ): Promise<Verdict> {
    return hub().ask({ type: 'changeGroups', change: what, target, groups });
  }

  it('joins every connection of the target', async () => {
    expect(await change('join', user('ann'), ['x', 'g'])).toBe('yes');
    expect([groupsOf('ann1'), groupsOf('ann2'), groupsOf('bob')]).toEqual([
      ['g', 'h', 'x'],
      ['g', 'x'],
      ['h'],
    ]);
  });

  it.each<['join' | 'leave', Target]>([
    ['join', user('nobody')],
    ['join', connection('no-such')],
    ['leave', user('nobody')],
    ['leave', group('empty')],
  ])('to %s is answered "absent" for %j', async (what, target) => {
    expect(await change(what, target, ['g'])).toBe('absent');
  });

  it('joins nobody when one of them has no room', async () => {
    expect(await change('join', user('ann'), ['x', 'y'])).toBe('limit');
    expect([groupsOf('ann1'), groupsOf('ann2')]).toEqual([['g', 'h'], ['g']]);
    expect(rig.backplane.subjects).not.toContain('chat/group/x');
    expect(await change('join', connection('ann2'), ['x', 'y'])).toBe('yes');
    expect(await change('join', connection('ann2'), ['g', 'x', 'y'])).toBe('yes');
    expect(await change('join', connection('ann2'), ['z'])).toBe('limit');
  });

  it.each<[Target, readonly string[] | 'all', string[][]]>([
    [user('ann'), ['g'], [['h'], [], ['h']]],
    [user('ann'), ['h', 'nobody-is-here'], [['g'], ['g'], ['h']]],
    [user('ann'), 'all', [[], [], ['h']]],
    [connection('bob'), 'all', [['g', 'h'], ['g'], []]],
    // The members of a group that is walked over and emptied at the same time.
    [group('g'), ['g'], [['h'], [], ['h']]],
    [group('h'), 'all', [[], ['g'], []]],
    [ALL, 'all', [[], [], []]],
  ])('takes %j out of %j', async (target, groups, left) => {
    expect(await change('leave', target, groups)).toBe('yes');
    expect([groupsOf('ann1'), groupsOf('ann2'), groupsOf('bob')]).toEqual(left);
  });
});

describe('the question for a member', () => {
  it.each<[Target, string, Verdict]>([
    [connection('ann1'), 'h', 'yes'],
    [connection('ann2'), 'h', 'no'],
    [connection('no-such'), 'h', 'absent'],
    // One connection of the user is enough, whichever comes first.
    [user('ann'), 'h', 'yes'],
    [user('ann'), 'g', 'yes'],
    [user('ann'), 'x', 'no'],
    [user('nobody'), 'g', 'absent'],
  ])('whether %j is in %j is answered %j', async (target, name, verdict) => {
    expect(await hub().ask({ type: 'isInGroup', target, group: name })).toBe(verdict);
  });
});

describe('the requests about permissions', () => {
  const permission = 'sendToGroup';

  it('change and check those of one connection', async () => {
    const target = connection('bob');
    const check = { type: 'checkPermission', target, permission, group: 'g' } as const;
    const grant = { ...check, type: 'changePermission', allow: true } as const;
    expect(await hub().ask(check)).toBe('no');
    expect(await hub().ask(grant)).toBe('yes');
    expect(await hub().ask(check)).toBe('yes');
    expect(clients.bob.connection.permissions.allows(permission, 'g')).toBe(true);
    expect(await hub().ask({ ...grant, allow: false })).toBe('yes');
    expect(await hub().ask(check)).toBe('no');
  });

  it.each([true, false])('are answered "absent" for nobody (allow: %s)', async (allow) => {
    const target = connection('no-such');
    const request = { target, permission, group: 'g' } as const;
    expect(await hub().ask({ type: 'changePermission', allow, ...request })).toBe('absent');
    expect(await hub().ask({ type: 'checkPermission', ...request })).toBe('absent');
  });

  it('are answered "limit" when a connection has too many exceptions', async () => {
    const target = connection('bob');
    const grant = { type: 'changePermission', target, permission, allow: true } as const;
    for (let count = 0; count < 1000; count += 1) {
      await hub().ask({ ...grant, group: `g${count}` });
    }
    expect(await hub().ask({ ...grant, group: 'more' })).toBe('limit');
    expect(await hub().ask({ ...grant, group: undefined })).toBe('yes');
    expect(clients.bob.connection.permissions.allows(permission, 'more')).toBe(true);
  });
});

describe('the requests about remembered groups (rest.md 5.7)', () => {
  it('K4 remember and forget a pair without any connection', async () => {
    const pair = { userId: 'nobody', group: 'g1' };
    expect(await hub().askEveryNode({ type: 'recallsGroup', ...pair })).toBe('no');
    expect(await hub().askEveryNode({ type: 'rememberGroup', ...pair })).toBe('yes');
    expect(await hub().askEveryNode({ type: 'recallsGroup', ...pair })).toBe('yes');
    expect(await hub().askEveryNode({ type: 'forgetGroup', ...pair })).toBe('yes');
    expect(await hub().askEveryNode({ type: 'recallsGroup', ...pair })).toBe('no');
  });

  it('are answered "limit" when the hub remembers too much', async () => {
    await rig.engine.stop();
    rig = await EngineRig.started({ limits: { rememberedGroupsPerHub: 1 } });
    const remember = { type: 'rememberGroup', userId: 'ann' } as const;
    expect(await hub().askEveryNode({ ...remember, group: 'g' })).toBe('yes');
    expect(await hub().askEveryNode({ ...remember, group: 'h' })).toBe('limit');
    expect(await hub().askEveryNode({ ...remember, group: 'g' })).toBe('yes');
  });
});
