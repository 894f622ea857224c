import type { Backplane } from '../../../lib/backplane/backplane.interface.js';
import { MemoryBackplane } from '../../../lib/backplane/memory/memory.backplane.js';
import type { LocalHub } from '../../../lib/engine/local-hub.js';
import { Message } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { deferred, type Deferred } from '../../support/deferred.js';
import { EngineRig, lines } from './support/engine.rig.js';
import { nextTurn } from './support/fake.channel.js';

const message = (text: string): Message =>
  new Message({ origin: { from: 'server' }, payload: textPayload(text) });

let rig: EngineRig;

beforeEach(async () => {
  rig = await EngineRig.started();
});

afterEach(async () => {
  await rig.engine.stop();
});

function local(): LocalHub {
  return rig.engine.serve('chat').local;
}

function members(group: string): string[] {
  return Array.from(local().select({ kind: 'group', group }), ({ id }) => id);
}

describe('LocalHub.add', () => {
  it('makes a connection addressable in every way', async () => {
    const { connection } = await rig.connect({ id: 'c1', userId: 'ann', groups: ['g', 'h'] });
    for (const target of [
      { kind: 'all' },
      { kind: 'group', group: 'g' },
      { kind: 'group', group: 'h' },
      { kind: 'user', userId: 'ann' },
      { kind: 'connection', connectionId: 'c1' },
    ] as const) {
      expect([...local().select(target)]).toEqual([connection]);
    }
    expect(local().connection('c1')).toBe(connection);
    expect(local().size).toBe(1);
  });

  it.each([
    { kind: 'group', group: 'other' },
    { kind: 'user', userId: 'bob' },
    { kind: 'connection', connectionId: 'c2' },
  ] as const)('does not confuse it with %j', async (target) => {
    await rig.connect({ id: 'c1', userId: 'ann', groups: ['g'] });
    expect([...local().select(target)]).toEqual([]);
  });

  it('knows an anonymous connection by no user', async () => {
    await rig.connect({ id: 'c1' });
    expect([...rig.backplane.subjects].toSorted()).toEqual([
      'chat/all',
      'chat/connection/c1',
      'nodes',
    ]);
  });

  it('knows a user whose id is empty', async () => {
    const { connection } = await rig.connect({ userId: '' });
    expect([...local().select({ kind: 'user', userId: '' })]).toEqual([connection]);
  });

  it('sends nothing before the connected frame, however early', async () => {
    const adding = rig.connectBlocked({ id: 'c1', groups: ['g'] });
    await rig.engine.hub('chat').deliver({ kind: 'group', group: 'g' }, message('early'));
    const client = await adding;
    expect(lines(client)).toEqual([]);
    client.connection.drained(client.channel);
    expect(lines(client)).toEqual(['connected c1', 'server early']);
  });

  it('joins a group that is named twice once', async () => {
    await rig.connect({ id: 'c1', groups: ['g', 'g'] });
    expect(members('g')).toEqual(['c1']);
  });

  it('joins what is remembered of its user, and of nobody else', async () => {
    local().remembered.add('ann', 'g');
    local().remembered.add('bob', 'h');
    const { connection } = await rig.connect({ userId: 'ann', groups: ['i'] });
    await rig.connect();
    expect(Array.from(connection.groups, ({ name }) => name).toSorted()).toEqual(['g', 'i']);
    expect(members('h')).toEqual([]);
    expect(members('g')).toEqual([connection.id]);
  });
});

describe('LocalHub.join and leave', () => {
  it('are idempotent', async () => {
    const { connection } = await rig.connect({ id: 'c1' });
    for (let count = 0; count < 2; count += 1) await local().join(connection, 'g');
    expect(members('g')).toEqual(['c1']);
    expect(local().isMember(connection, 'g')).toBe(true);
    for (let count = 0; count < 2; count += 1) local().leave(connection, 'g');
    expect(members('g')).toEqual([]);
    expect(local().isMember(connection, 'g')).toBe(false);
    expect(connection.groups.size).toBe(0);
  });

  it('keep the interest in a group as long as it has a member', async () => {
    const [one, other] = [await rig.connect(), await rig.connect()];
    await local().join(one.connection, 'g');
    await local().join(other.connection, 'g');
    local().leave(one.connection, 'g');
    expect(rig.backplane.subjects).toContain('chat/group/g');
    local().leave(other.connection, 'g');
    expect(rig.backplane.subjects).not.toContain('chat/group/g');
  });

  it('do not take away a group from a connection that is not in it', async () => {
    const [one, other] = [await rig.connect({ groups: ['g'] }), await rig.connect()];
    local().leave(other.connection, 'g');
    local().leave(other.connection, 'nobody-is-here');
    expect(members('g')).toEqual([one.connection.id]);
  });

  it.each([
    [2, [], true],
    [2, ['a', 'b'], true],
    [3, [], true],
    [3, ['a', 'b', 'c'], true],
    [3, ['d'], false],
    [3, ['a', 'd'], false],
    [2, ['c', 'd'], false],
    [2, ['c'], true],
  ])('in %d of 3 groups, know whether there is room for %j: %s', async (count, groups, verdict) => {
    await rig.engine.stop();
    rig = await EngineRig.started({ limits: { groupsPerConnection: 3 } });
    const { connection } = await rig.connect({ groups: ['a', 'b', 'c'].slice(0, count) });
    expect(local().hasRoomFor(connection, groups)).toBe(verdict);
  });
});

describe('LocalHub.remove', () => {
  it('takes a connection out of everything', async () => {
    const one = await rig.connect({ id: 'c1', userId: 'ann', groups: ['g', 'h'] });
    const other = await rig.connect({ id: 'c2', userId: 'ann', groups: ['g'] });
    one.connection.ended('gone');
    expect(Array.from(local().select({ kind: 'all' }))).toEqual([other.connection]);
    expect(Array.from(local().select({ kind: 'user', userId: 'ann' }))).toEqual([other.connection]);
    expect(members('g')).toEqual(['c2']);
    expect(members('h')).toEqual([]);
    expect(local().connection('c1')).toBeUndefined();
    expect(one.connection.groups.size).toBe(0);
    expect([...rig.backplane.subjects].toSorted()).toEqual([
      'chat/all',
      'chat/connection/c2',
      'chat/group/g',
      'chat/user/ann',
      'nodes',
    ]);
  });

  it('tells the event handlers once, who the connection was and why', async () => {
    const { connection } = await rig.connect({ id: 'c1', userId: 'ann' });
    connection.state = 'state';
    expect(connection.nextEventId()).toBe(1);
    for (const reason of ['first', 'second']) connection.ended(reason);
    connection.close(1000, 'third');
    connection.closeByApplication('fourth');
    expect(rig.events.disconnecteds).toEqual([
      {
        connection: {
          hub: 'chat',
          connectionId: 'c1',
          userId: 'ann',
          subprotocol: undefined,
          state: 'state',
          identity: expect.any(Object),
        },
        id: 2,
        reason: 'first',
      },
    ]);
  });

  it('has a reason where nobody gave one (10.4)', async () => {
    const { connection } = await rig.connect();
    connection.ended('');
    expect(rig.events.disconnecteds.map(({ reason }) => reason)).toEqual(['The connection ended.']);
  });

  it('has everything in order before a handler asks', async () => {
    await rig.connect({ id: 'c1', userId: 'ann', groups: ['g'] });
    const seen: unknown[] = [];
    rig.events.disconnected = ({ connection }) => {
      seen.push(connection.connectionId, local().size, members('g'));
    };
    local().connection('c1')?.ended('gone');
    expect(seen).toEqual(['c1', 0, []]);
  });

  it('leaves nothing behind when the last one has gone', async () => {
    const before = local();
    const clients = [
      await rig.connect({ userId: 'ann', groups: ['g', 'h'] }),
      await rig.connect({ userId: 'bob', groups: ['g'] }),
      await rig.connect(),
    ];
    for (const { connection } of clients) connection.ended('gone');
    await nextTurn();
    expect([...rig.backplane.subjects]).toEqual(['nodes']);
    expect(local()).not.toBe(before);
  });
});

describe('LocalHub.endAll', () => {
  it('ends everybody once, whatever the handlers do meanwhile', async () => {
    for (let count = 0; count < 5; count += 1) await rig.connect({ groups: ['g'] });
    rig.events.disconnected = (event) => {
      rig.events.disconnecteds.push(event);
      void rig.engine.hub('chat').close({ kind: 'all' }, 'everybody out');
    };
    local().endAll('The service is reloading.');
    expect(rig.events.disconnecteds).toHaveLength(5);
    expect(new Set(rig.events.disconnecteds.map(({ connection: c }) => c.connectionId)).size).toBe(
      5,
    );
  });
});

describe('LocalHub.isFull', () => {
  it('says when there is no room for one more connection', async () => {
    await rig.engine.stop();
    rig = await EngineRig.started({ limits: { connectionsPerHub: 2 } });
    const { connection } = await rig.connect();
    expect(local().isFull).toBe(false);
    await rig.connect();
    expect(local().isFull).toBe(true);
    connection.ended('');
    expect(local().isFull).toBe(false);
  });
});

describe('on a backplane that takes its time', () => {
  it('a connection is not added before all its subjects are subscribed', async () => {
    const backplane: Backplane = new MemoryBackplane();
    const pending = new Map<string, Deferred<void>>();
    backplane.subscribe = (subject) => {
      const subscribed = deferred<void>();
      pending.set(subject, subscribed);
      return subscribed.promise;
    };
    const adding = new EngineRig({ backplane }).connect({ id: 'c1', userId: 'ann', groups: ['g'] });
    let isAdded = false;
    void adding.then(() => (isAdded = true));
    const subjects = ['chat/all', 'chat/connection/c1', 'chat/user/ann', 'chat/group/g'];
    for (const subject of subjects) {
      await nextTurn();
      expect(isAdded).toBe(false);
      pending.get(subject)?.resolve();
    }
    await adding;
    expect([...pending.keys()]).toEqual(subjects);
  });
});
