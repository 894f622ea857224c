import type { Backplane } from '../../../lib/backplane/backplane.interface.js';
import { deferred, type Deferred } from '../../support/deferred.js';
import { EngineRig, StrictBackplane } from './support/engine.rig.js';

/** A backplane on the other side of a network: interest is declared when the test says so. */
class SlowBackplane extends StrictBackplane implements Pick<Backplane, 'stop'> {
  readonly pending = new Map<string, Deferred<Error | undefined>>();

  /** Subjects whose declaration waits. */
  constructor(private readonly slow: readonly string[]) {
    super();
  }

  override subscribe(subject: string): undefined {
    super.subscribe(subject);
    if (!this.slow.includes(subject)) return undefined;
    const declared = deferred<Error | undefined>();
    this.pending.set(subject, declared);
    const wait = declared.promise.then((error) => {
      if (error !== undefined) throw error;
    });
    // The in-memory type says that it never waits; the port says that it may.
    return wait as unknown as undefined;
  }
}

async function start(...slow: string[]): Promise<{ rig: EngineRig; backplane: SlowBackplane }> {
  const backplane = new SlowBackplane(slow);
  return { rig: await EngineRig.started({ backplane }), backplane };
}

/** Whether a promise has settled after a turn of the loop. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(() => resolve('turn')));
  return (await Promise.race([promise.then(() => 'done'), turn])) === 'done';
}

describe('interest that is declared later', () => {
  it.each([
    ['chat/group/g', { groups: ['g'] }],
    ['chat/user/ann', { userId: 'ann' }],
    ['chat/all', {}],
  ])('both the first and the second of %s wait for it', async (subject, visitor) => {
    const { rig, backplane } = await start(subject);
    const first = rig.connect(visitor);
    const second = rig.connect(visitor);
    expect([await isDone(first), await isDone(second)]).toEqual([false, false]);
    backplane.pending.get(subject)?.resolve(undefined);
    await Promise.all([first, second]);
    const third = rig.connect(visitor);
    expect(await isDone(third)).toBe(true);
    await rig.engine.stop();
  });

  it('a connection whose interest cannot be declared leaves nothing behind', async () => {
    const { rig, backplane } = await start('chat/group/g');
    const connecting = rig.connect({ id: 'c1', userId: 'ann', groups: ['g'] });
    backplane.pending.get('chat/group/g')?.resolve(new Error('no link'));
    await expect(connecting).rejects.toThrow('no link');
    expect([...backplane.subjects]).toEqual(['nodes']);
    await rig.engine.stop();
  });
});

describe('what throws at once', () => {
  it.each(['connected', 'disconnected'] as const)('a sink in %s harms nobody', async (event) => {
    const rig = await EngineRig.started();
    rig.events[event] = () => {
      throw new Error('broken sink');
    };
    const { connection } = await rig.connect();
    rig.engine.events.connected({ connection: connection.info, id: 1 });
    connection.ended('');
    expect(rig.diagnostics.errors).toEqual([
      { message: `a handler of ${event} failed`, cause: new Error('broken sink') },
    ]);
    await rig.engine.stop();
  });

  it('a sink that is asked harms the request it was asked for, and nothing else', async () => {
    const rig = await EngineRig.started();
    const { connection } = await rig.connect();
    rig.events.userEvent = () => {
      throw new Error('broken sink');
    };
    const { processor } = rig.engine.serve('chat');
    const payload = { dataType: 'text' as const, bytes: Buffer.from('x') };
    await processor.process(connection, { type: 'event', event: 'e', payload });
    expect(rig.diagnostics.errors).toEqual([
      expect.objectContaining({ cause: new Error('broken sink') }),
    ]);
    expect(connection.isOpen).toBe(true);
    await rig.engine.stop();
  });
});
