import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../support/deferred.js';
import {
  failure,
  INVALID,
  invoke,
  PROTOCOLS,
  says,
  Scene,
  type Actor,
} from './newer-families.actors.js';

describe.each(PROTOCOLS)('invocation over $protocol', ({ reliable }) => {
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

  async function connect(): Promise<Actor> {
    return await scene.connect(reliable);
  }

  it('N01 is answered once by invokeResponse, without an ack or a number', async () => {
    scene.handle((text) => says(text));
    const ann = await connect();
    ann.send(invoke('1'));
    expect(await ann.hearExactly()).toEqual({
      type: 'invokeResponse',
      invocationId: '1',
      success: true,
      dataType: 'text',
      data: 'hi',
    });
    await ann.expectQuiet();
    expect(scene.stage.sink.userEvents).toMatchObject([{ event: 'echo', invocation: true }]);
  });

  it('N01 carries metadata both ways', async () => {
    scene.stage.sink.onUserEvent = ({ payload, metadata }) => ({
      handled: true,
      replies: [{ payload, ...(metadata && { metadata }) }],
    });
    const ann = await connect();
    ann.send(invoke('1', { data: { a: 1 }, metadata: { k: 'v' } }));
    expect(JSON.stringify(await ann.hearExactly())).toBe(
      '{"type":"invokeResponse","invocationId":"1","success":true,"dataType":"json","data":{"a":1},"metadata":{"k":"v"}}',
    );
  });

  it('N02 without a handler is answered NotFound', async () => {
    const ann = await connect();
    ann.send(invoke('2'));
    expect(await ann.hear()).toEqual({
      type: 'invokeResponse',
      invocationId: '2',
      success: false,
      error: failure('NotFound'),
    });
  });

  it.each([
    ['BadRequest', { handled: false, failure: 'BadRequest' }],
    ['Forbidden', { handled: false, failure: 'Forbidden' }],
    ['Timeout', { handled: false, failure: 'Timeout' }],
    ['InternalServerError', { handled: false }],
  ] as const)('a failing handler is answered %s', async (name, outcome) => {
    scene.handle(() => outcome);
    const ann = await connect();
    ann.send(invoke('1'));
    expect(await ann.hear()).toMatchObject({ success: false, error: { name } });
  });

  it('a handler that throws is answered InternalServerError', async () => {
    scene.handle(async () => await Promise.reject(new Error('boom')));
    const ann = await connect();
    ann.send(invoke('1'));
    expect(await ann.hear()).toMatchObject({
      error: { name: 'InternalServerError', message: 'Internal server error' },
    });
  });

  it('N03 answers come in the order the handlers finish, and hold up nothing', async () => {
    const slow = deferred<UserEventOutcome>();
    scene.handle(async (text) => (text === 'slow' ? await slow.promise : says(text)));
    const ann = await connect();
    ann.send(invoke('1', { dataType: 'text', data: 'slow' }));
    ann.send(invoke('2', { dataType: 'text', data: 'fast' }));
    expect(await ann.hear()).toMatchObject({ invocationId: '2', data: 'fast' });
    await ann.expectQuiet();
    slow.resolve(says('slow'));
    expect(await ann.hear()).toMatchObject({ invocationId: '1', data: 'slow' });
  });

  it('N04 a cancelled call is aborted and not answered; its id is free again', async () => {
    const slow = deferred<UserEventOutcome>();
    const aborted = deferred<void>();
    scene.stage.sink.onUserEvent = async (_event, signal) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return await slow.promise;
    };
    const ann = await connect();
    ann.send(invoke('1'), { type: 'cancelInvocation', invocationId: '1' });
    await aborted.promise;
    slow.resolve(says('late'));
    await ann.expectQuiet();
    scene.handle((text) => says(text));
    ann.send(invoke('1'));
    expect(await ann.hear()).toMatchObject({ invocationId: '1', data: 'hi' });
  });

  it('N05 an unknown cancellation and an answer to nothing are ignored', async () => {
    const ann = await connect();
    ann.send(
      { type: 'cancelInvocation', invocationId: '9' },
      { type: 'invokeResponse', invocationId: '9', success: true },
    );
    await ann.expectQuiet();
  });

  it('N06 a handler without an answer', async () => {
    scene.handle(() => ({ handled: true, replies: [] }));
    const ann = await connect();
    ann.send(invoke('1', {}));
    expect(await ann.hear()).toEqual({
      type: 'invokeResponse',
      invocationId: '1',
      success: true,
    });
    expect(scene.stage.sink.userEvents[0]?.payload.bytes).toHaveLength(0);
  });

  it.each([
    ['another target', invoke('1', { target: 'group' })],
    ['an id that is in use', invoke('busy')],
  ])('%s is answered BadRequest', async (_what, frame) => {
    const slow = deferred<UserEventOutcome>();
    scene.handle(async () => await slow.promise);
    const ann = await connect();
    ann.send(invoke('busy'), frame);
    expect(await ann.hear()).toMatchObject({ success: false, error: { name: 'BadRequest' } });
    slow.resolve(says('x'));
    expect(await ann.hear()).toMatchObject({ invocationId: 'busy', success: true });
  });

  it('U29 a hundred calls may be pending, one more is answered BadRequest', async () => {
    const slow = deferred<UserEventOutcome>();
    scene.handle(async () => await slow.promise);
    const ann = await connect();
    for (let id = 1; id <= 101; id += 1) ann.send(invoke(String(id)));
    expect(await ann.hear()).toMatchObject({
      invocationId: '101',
      error: { name: 'BadRequest' },
    });
    slow.resolve(says('x'));
    for (let id = 1; id <= 100; id += 1) {
      expect(await ann.hear()).toMatchObject({ invocationId: String(id), success: true });
    }
  });

  it.each([
    ['no id', { type: 'invoke', target: 'event', event: 'e' }],
    ['an empty id', invoke('')],
    ['no target', { type: 'invoke', invocationId: '1', event: 'e' }],
    ['a bad event name', invoke('1', { event: '1x' })],
    ['a dataType alone', invoke('1', { dataType: 'text' })],
    ['a stream', invoke('1', { stream: { streamId: 's' } })],
    ['an event with a stream', { type: 'event', event: 'e', stream: { streamId: 's' }, data: 1 }],
    ['a cancellation without id', { type: 'cancelInvocation' }],
  ])('%s closes with 1007', async (_what, frame) => {
    const ann = await connect();
    ann.send(frame);
    expect(await ann.wire.closed).toEqual(INVALID);
  });
});
