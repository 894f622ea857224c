import type { Persona } from '../../support/stage.js';
import {
  ack,
  byId,
  INVALID,
  PROTOCOLS,
  refused,
  ROOM,
  Scene,
  type Actor,
  type Frame,
} from './newer-families.actors.js';

describe.each(PROTOCOLS)('group state over $protocol', ({ reliable }) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  });

  afterEach(async () => {
    await scene.clear();
  });

  afterAll(async () => {
    await scene.close();
  });

  async function connect(persona: Persona = {}): Promise<Actor> {
    return await scene.connect(reliable, persona);
  }

  const set = (ackId: number, state: unknown): Frame => ({
    type: 'setGroupState',
    group: 'room',
    ackId,
    state,
  });
  const subscribe = (ackId: number): Frame => ({
    type: 'subscribeGroupState',
    group: 'room',
    ackId,
  });
  const update = ({ id }: Actor, more: Frame = {}): Frame => ({
    type: 'groupStateUpdate',
    group: 'room',
    items: [{ connectionId: id, userId: 'ann', updatedAt: expect.any(Number), ...more }],
  });
  const snapshot = (...items: Frame[]): Frame => ({
    type: 'groupStateSnapshot',
    group: 'room',
    items,
  });

  async function watch(actor: Actor): Promise<Frame> {
    actor.send(subscribe(100));
    expect(await actor.hear()).toEqual(ack(100));
    return await actor.hear();
  }

  it('G01 subscribers hear of a state, the setter before its ack', async () => {
    const ann = await connect(ROOM);
    const bob = await connect(ROOM);
    expect(await watch(bob)).toEqual(snapshot());
    expect(await watch(ann)).toEqual(snapshot());
    ann.send(set(1, { mood: 'ok' }));
    expect(await ann.hear()).toEqual(update(ann, { state: { mood: 'ok' } }));
    expect(await ann.hear()).toEqual(ack(1));
    expect(await bob.hear()).toEqual(update(ann, { state: { mood: 'ok' } }));
  });

  it('G02 a snapshot is in the order of connection ids, and numbered where messages are', async () => {
    const actors = [await connect(ROOM), await connect(ROOM), await connect(ROOM)];
    for (const [index, actor] of actors.entries()) {
      actor.send(set(1, { n: String(index) }));
      await actor.hear();
    }
    const watcher = await connect({ groups: ['room'], userId: undefined });
    watcher.send(subscribe(2));
    expect(await watcher.hear()).toEqual(ack(2));
    const frame = await watcher.hearExactly();
    expect(frame).toEqual({
      type: 'groupStateSnapshot',
      group: 'room',
      items: [...actors]
        .toSorted(byId)
        .map(({ id }) => expect.objectContaining({ connectionId: id, state: expect.any(Object) })),
      ...(reliable && { sequenceId: 1 }),
    });
  });

  it.each<[string, Persona, Frame, string, string]>([
    ['G03 not a member', {}, set(1, {}), 'Forbidden', 'Not a member of group.'],
    [
      'G04 no role to set',
      { ...ROOM, roles: ['webpubsub.getGroupState'] },
      set(1, {}),
      'Forbidden',
      'Permission denied.',
    ],
    [
      'G05 513 bytes',
      {},
      set(1, { é: 'x'.repeat(511) }),
      'BadRequest',
      'State payload exceeds maximum size 512 bytes.',
    ],
    [
      'G07 no role to subscribe',
      { ...ROOM, roles: ['webpubsub.setGroupState'] },
      subscribe(1),
      'Forbidden',
      'No permission to get states of group room.',
    ],
    ['no member subscribes', {}, subscribe(1), 'Forbidden', 'Not a member of group room.'],
  ])('%s', async (_case, persona, frame, name, message) => {
    const ann = await connect(persona);
    ann.send(frame);
    expect(await ann.hear()).toEqual(refused(1, name, message));
  });

  it('512 bytes fit', async () => {
    const ann = await connect(ROOM);
    ann.send(set(1, { é: 'x'.repeat(510) }));
    expect(await ann.hear()).toEqual(ack(1));
  });

  it.each([
    ['role patterns', ['webpubsub.setGroupState.ro*', 'webpubsub.getGroupState.r**']],
    ['role names', ['webpubsub.setGroupState.room', 'webpubsub.getGroupState.room']],
  ])('U14 %s allow it', async (_what, roles) => {
    const ann = await connect({ ...ROOM, roles });
    await watch(ann);
    ann.send(set(1, { a: 'b' }));
    expect(await ann.hear()).toMatchObject({ type: 'groupStateUpdate' });
  });

  it('a repeated ackId is a duplicate, and changes nothing', async () => {
    const ann = await connect(ROOM);
    ann.send(set(1, { a: '1' }), set(1, { a: '2' }));
    expect(await ann.hear()).toEqual(ack(1));
    expect(await ann.hear()).toMatchObject({ error: { name: 'Duplicate' } });
    expect(await watch(ann)).toMatchObject({ items: [{ state: { a: '1' } }] });
  });

  it('replaces the whole map, at a later time', async () => {
    const ann = await connect(ROOM);
    await watch(ann);
    ann.send(set(1, { a: '1' }), set(2, { b: '2' }), set(3, {}));
    const times: number[] = [];
    for (const state of [{ a: '1' }, { b: '2' }, {}]) {
      const frame = await ann.hear();
      expect(frame).toEqual(update(ann, { state }));
      times.push((frame as { items: { updatedAt: number }[] }).items[0]?.updatedAt ?? 0);
      await ann.hear();
    }
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  });

  it.each([
    ['null', set(2, null)],
    ['absent', { type: 'setGroupState', group: 'room', ackId: 2 }],
  ])('G06 a state that is %s clears it', async (_what, frame) => {
    const ann = await connect(ROOM);
    ann.send(set(1, { a: 'b' }));
    await ann.hear();
    await watch(ann);
    ann.send(frame);
    expect(await ann.hear()).toEqual(update(ann));
    expect(await ann.hear()).toEqual(ack(2));
    expect(await watch(await connect(ROOM))).toEqual(snapshot());
  });

  it.each(['leaves', 'is taken out by REST', 'ends'])(
    'G08 a member with a state %s',
    async (how) => {
      const ann = await connect(ROOM);
      const bob = await connect(ROOM);
      await watch(bob);
      ann.send(set(1, { a: 'b' }));
      await ann.hear();
      await bob.hear();
      if (how === 'leaves') ann.send({ type: 'leaveGroup', group: 'room', ackId: 2 });
      else if (how === 'ends') ann.wire.close(1000);
      else await scene.stage.operate('DELETE', `/groups/room/connections/${ann.id}`);
      expect(await bob.hear()).toEqual(update(ann));
    },
  );

  it('a member without a state leaves without a word, and its subscription ends', async () => {
    const ann = await connect(ROOM);
    const bob = await connect(ROOM);
    await watch(ann);
    await watch(bob);
    ann.send({ type: 'leaveGroup', group: 'room', ackId: 1 });
    ann.send({ type: 'joinGroup', group: 'room', ackId: 2 });
    expect([await ann.hear(), await ann.hear()]).toEqual([ack(1), ack(2)]);
    bob.send(set(3, { a: 'b' }));
    expect(await bob.hear()).toMatchObject({ type: 'groupStateUpdate' });
    await ann.expectQuiet();
  });

  it.each([
    ['G09 a number', { a: 5 }],
    ['null', { a: null }],
    ['an array', ['a']],
    ['a text', 'a'],
  ])('%s in a state closes with 1007', async (_what, state) => {
    const ann = await connect(ROOM);
    ann.send(set(1, state));
    expect(await ann.wire.closed).toEqual(INVALID);
  });

  it('G10 after unsubscribing it is quiet; doing so twice is fine', async () => {
    const ann = await connect(ROOM);
    const bob = await connect({ ...ROOM, roles: ['webpubsub.getGroupState'] });
    await watch(bob);
    for (const ackId of [1, 2]) {
      bob.send({ type: 'unsubscribeGroupState', group: 'room', ackId });
      expect(await bob.hear()).toEqual(ack(ackId));
    }
    ann.send(set(1, { a: 'b' }));
    expect(await ann.hear()).toEqual(ack(1));
    await bob.expectQuiet();
  });

  it('keeps keys that objects treat apart', async () => {
    const ann = await connect(ROOM);
    await watch(ann);
    ann.wire.send(
      '{"type":"setGroupState","group":"room","state":{"b":"1","__proto__":"2","1":"3"}}',
    );
    expect(await ann.wire.hear()).toContain('"state":{"b":"1","__proto__":"2","1":"3"}');
  });
});
