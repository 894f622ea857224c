import { EngineRig } from './support/engine.rig.js';
import { bareLineProtocol, lineProtocol, reliableLineProtocol } from './support/line.protocol.js';

let rig: EngineRig;

beforeEach(async () => {
  rig = await EngineRig.started();
});

afterEach(async () => {
  await rig.engine.stop();
});

const PAIR = { userId: 'ann', group: 'g' };

/** Whether the engine still knows the hub it knew. */
function knows(hub: object): boolean {
  return rig.engine.serve('chat') === hub;
}

describe('Engine.serve', () => {
  it('keeps a hub while it has a connection', async () => {
    const hub = rig.engine.serve('chat');
    const { connection } = await rig.connect();
    expect(knows(hub)).toBe(true);
    connection.ended('');
    expect(knows(hub)).toBe(false);
  });

  it('keeps a hub while it remembers a group of a user', async () => {
    const hub = rig.engine.serve('chat');
    await rig.engine.hub('chat').askEveryNode({ type: 'rememberGroup', ...PAIR });
    const { connection } = await rig.connect();
    connection.ended('');
    expect(knows(hub)).toBe(true);
    await rig.engine.hub('chat').askEveryNode({ type: 'forgetGroup', ...PAIR });
    expect(knows(hub)).toBe(false);
  });

  it('keeps a hub that is asked for a pair while its last connection leaves', async () => {
    const hub = rig.engine.serve('chat');
    const { connection } = await rig.connect();
    const remembering = rig.engine
      .hub('chat')
      .askEveryNode({ type: 'rememberGroup', userId: 'ann', group: 'g' });
    connection.ended('');
    expect(await remembering).toBe('yes');
    expect(knows(hub)).toBe(true);
  });

  it('keeps nothing of a hub that is only asked', async () => {
    await rig.engine.hub('chat').askEveryNode({ type: 'recallsGroup', ...PAIR });
    await rig.engine.hub('chat').askEveryNode({ type: 'forgetGroup', ...PAIR });
    await rig.engine.hub('chat').ask({
      type: 'isInGroup',
      target: { kind: 'user', userId: 'ann' },
      group: 'g',
    });
    const hub = rig.engine.serve('chat');
    await rig.engine.request('chat', { type: 'recallsGroup', ...PAIR });
    expect(knows(hub)).toBe(false);
    expect([...rig.backplane.subjects]).toEqual(['nodes']);
  });

  it('is not confused by a hub that was released before', async () => {
    const { local: first } = rig.engine.serve('chat');
    const old = await rig.connect();
    old.connection.ended('');
    const second = rig.engine.serve('chat');
    await rig.connect();
    first.releaseIfEmpty();
    expect(knows(second)).toBe(true);
  });
});

describe('Engine.hub', () => {
  it.each([
    [{ kind: 'connection', connectionId: 'c1' }, true],
    [{ kind: 'user', userId: 'ann' }, true],
    [{ kind: 'group', group: 'g' }, true],
    [{ kind: 'connection', connectionId: 'c2' }, false],
    [{ kind: 'user', userId: 'g' }, false],
    [{ kind: 'group', group: 'ann' }, false],
  ] as const)('knows whether %j exists: %s', async (target, verdict) => {
    const { connection } = await rig.connect({ id: 'c1', userId: 'ann', groups: ['g'] });
    expect(await rig.engine.hub('chat').exists(target)).toBe(verdict);
    expect(await rig.engine.hub('other').exists(target)).toBe(false);
    connection.ended('');
    expect(await rig.engine.hub('chat').exists(target)).toBe(false);
  });
});

describe('Engine.recoverable', () => {
  it('finds a reliable connection of the hub with its own token', async () => {
    const { connection } = await rig.connect({ id: 'r', protocol: reliableLineProtocol });
    expect(rig.engine.recoverable('chat', 'r', 'token')).toBe(connection);
  });

  it.each([
    ['another hub', 'other', 'r', 'token'],
    ['an id that nobody has', 'chat', 'x', 'token'],
    ['a token that is not valid', 'chat', 'r', 'forged'],
    ['a connection that is not reliable (R28)', 'chat', 'plain', 'token'],
    ['a connection without a protocol (R28)', 'chat', 'bare', 'token'],
  ])('refuses %s', async (_what, hub, id, token) => {
    await rig.connect({ id: 'r', protocol: reliableLineProtocol });
    await rig.connect({ id: 'plain', protocol: lineProtocol });
    await rig.connect({ id: 'bare', protocol: bareLineProtocol });
    expect(rig.engine.recoverable(hub, id, token)).toBeUndefined();
  });

  it('refuses a connection that has ended (R18, R21)', async () => {
    const { connection } = await rig.connect({ id: 'r', protocol: reliableLineProtocol });
    connection.closeByApplication(undefined);
    expect(rig.engine.recoverable('chat', 'r', 'token')).toBeUndefined();
  });
});

describe('Engine', () => {
  it('runs from start to stop', async () => {
    const other = new EngineRig();
    expect(other.engine.isRunning).toBe(false);
    await other.engine.start();
    expect(other.engine.isRunning).toBe(true);
    expect([...other.backplane.subjects]).toEqual(['nodes']);
    await other.engine.stop();
    expect(other.engine.isRunning).toBe(false);
  });

  it('ends every connection of every hub when it stops, detached ones too', async () => {
    const attached = await rig.connect();
    const detached = await rig.connect({ protocol: reliableLineProtocol });
    detached.connection.lost(detached.channel, 'broken');
    expect(detached.connection.isOpen).toBe(true);
    await rig.engine.stop();
    expect([attached, detached].map(({ connection }) => connection.isOpen)).toEqual([false, false]);
    expect(rig.events.disconnecteds.map(({ reason }) => reason)).toEqual([
      'The service is reloading.',
      'The service is reloading.',
    ]);
  });

  it('ignores commands for a hub that has nobody here', () => {
    rig.engine.command('chat', { type: 'close', target: { kind: 'all' }, reason: undefined });
    const hub = rig.engine.serve('chat');
    expect(hub.local.size).toBe(0);
  });

  it('takes its limits over the defaults', async () => {
    await rig.engine.stop();
    rig = await EngineRig.started({ limits: { outboundQueueMessages: 2 } });
    expect(rig.engine.limits).toMatchObject({ outboundQueueMessages: 2, ackMemory: 1000 });
  });
});
