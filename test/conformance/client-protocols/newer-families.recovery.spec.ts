import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../support/deferred.js';
import { data, end, invoke, start, streamAck, Scene } from './newer-families.actors.js';

describe('newer families across sockets', () => {
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

  it('S13 a publisher that comes back repeats what was not acked, and goes on', async () => {
    const ann = await scene.reliable({});
    const bob = await scene.reliable();
    for (const frame of [start(), data(1, 'a'), data(2, 'b')]) ann.send(frame);
    expect((await bob.hearMany(2)).map(([, text]) => text)).toEqual(['a', 'b']);
    await ann.cut();
    await ann.recover();
    for (const frame of [data(1, 'a'), data(2, 'b'), data(3, 'c')]) ann.send(frame);
    expect(await ann.wire.hearJson()).toEqual(streamAck(3));
    expect(await ann.wire.hearJson()).toEqual(streamAck(3));
    expect(await ann.wire.hearJson()).toEqual(streamAck(4));
    expect((await bob.hearMany(1)).map(([, text]) => text)).toEqual(['c']);
    await bob.wire.expectQuiet();
  });

  it('S14 a subscriber that comes back gets the same fragments again', async () => {
    const ann = await scene.reliable({});
    const bob = await scene.reliable();
    for (const frame of [start(), data(1, 'a'), end()]) ann.send(frame);
    const frames = [await bob.wire.hear(), await bob.wire.hear()];
    await bob.cut();
    await bob.recover();
    expect([await bob.wire.hear(), await bob.wire.hear()]).toEqual(frames);
  });

  it('9.3 a call does not outlive its socket', async () => {
    const slow = deferred<UserEventOutcome>();
    const aborted = deferred<void>();
    scene.stage.sink.onUserEvent = async (_event, signal) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return await slow.promise;
    };
    const ann = await scene.reliable({});
    ann.send(invoke('1'));
    await scene.stage.sink.until('userEvents');
    await ann.cut();
    await aborted.promise;
    await ann.recover();
    slow.resolve({ handled: true, replies: [] });
    await ann.wire.expectQuiet();
  });

  it('9.5 a detached member keeps its state and its subscription', async () => {
    const ann = await scene.reliable();
    const bob = await scene.reliable();
    const subscription = { type: 'subscribeGroupState', group: 'room' };
    ann.send({ type: 'setGroupState', group: 'room', state: { a: 'b' }, ackId: 1 });
    await ann.wire.hear();
    ann.send(subscription);
    const snapshot = await ann.wire.hear();
    await ann.cut();
    bob.send(subscription);
    expect(await bob.wire.hearJson()).toMatchObject({
      sequenceId: 1,
      items: [{ connectionId: ann.id, state: { a: 'b' } }],
    });
    bob.send({ type: 'setGroupState', group: 'room', state: { c: 'd' } });
    await bob.hear();
    await ann.recover();
    expect(await ann.wire.hear()).toBe(snapshot);
    expect(await ann.wire.hearJson()).toMatchObject({
      type: 'groupStateUpdate',
      sequenceId: 2,
      items: [{ connectionId: bob.id, state: { c: 'd' } }],
    });
  });

  it('9.5 a client that confirms no states is not given up', async () => {
    const ann = await scene.reliable();
    const bob = await scene.reliable();
    bob.send({ type: 'subscribeGroupState', group: 'room' });
    await bob.hear();
    for (let count = 0; count < 1200; count += 1) {
      ann.send({ type: 'setGroupState', group: 'room', state: { n: String(count) } });
    }
    await ann.wire.expectQuiet();
    for (let count = 0; count < 1200; count += 1) await bob.hear();
    await bob.wire.expectQuiet();
  });

  it.each([
    ['N07', 1, ['later']],
    ['N08', 0, ['sent', 'later']],
  ])('%s a message with ttlSeconds %i, and a later one', async (_case, ttlSeconds, texts) => {
    const ann = await scene.reliable({});
    const bob = await scene.reliable();
    await bob.cut();
    const message = { type: 'sendToGroup', group: 'room', dataType: 'text' };
    ann.send({ ...message, data: 'sent', ttlSeconds });
    await ann.wire.expectQuiet();
    // The life of a message is a matter of time: there is no event to wait for.
    await new Promise((resolve) => setTimeout(resolve, ttlSeconds * 1000 + 100));
    ann.send({ ...message, data: 'later' });
    await ann.wire.expectQuiet();
    await bob.recover();
    expect((await bob.hearMany(texts.length)).map(([, text]) => text)).toEqual(texts);
    await bob.wire.expectQuiet();
  });
});
