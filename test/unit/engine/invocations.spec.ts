import type { Connection } from '../../../lib/engine/connection.js';
import { Invocations } from '../../../lib/engine/invocations.js';
import { textPayload } from '../../../lib/engine/payload.js';
import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import type { InvokeResponse } from '../../../lib/engine/ports/frame-encoder.interface.js';
import { deferred, type Deferred } from '../../support/deferred.js';
import { RecordingSink } from '../../support/recording.sink.js';

const DONE: UserEventOutcome = { handled: true, replies: [] };

/** The calls of one client, and handlers that finish when the test says so. */
class Scene {
  readonly sink = new RecordingSink();
  readonly answers: InvokeResponse[] = [];
  readonly errors: string[] = [];
  readonly signals: AbortSignal[] = [];
  readonly handlers: Deferred<UserEventOutcome>[] = [];
  readonly connection = {
    id: 'c1',
    state: undefined as string | undefined,
    info: {},
    nextEventId: () => 1,
    reply: () => {},
    protocol: {
      encoder: { invokeResponse: (response: InvokeResponse) => this.answers.push(response) },
    },
  };
  readonly invocations: Invocations;

  constructor(limit = 2) {
    this.sink.onUserEvent = async (_event, signal) => {
      this.signals.push(signal);
      const handler = deferred<UserEventOutcome>();
      this.handlers.push(handler);
      return await handler.promise;
    };
    this.invocations = new Invocations(this.connection as unknown as Connection, {
      events: this.sink,
      diagnostics: { debug: () => {}, warn: () => {}, error: (text) => this.errors.push(text) },
      limit,
    });
  }

  invoke(invocationId: string, event: string | undefined = 'e'): void {
    this.invocations.start({ type: 'invoke', invocationId, event });
  }

  async finish(index: number, outcome: UserEventOutcome = DONE): Promise<void> {
    this.handlers[index]?.resolve(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('Invocations', () => {
  it('answers each call once, in the order the handlers finish', async () => {
    const scene = new Scene();
    scene.invoke('1');
    scene.invoke('2');
    await scene.finish(1);
    await scene.finish(0);
    expect(scene.answers).toEqual([
      { invocationId: '2', success: true },
      { invocationId: '1', success: true },
    ]);
  });

  it('answers with the last reply, and keeps the state the handler sets', async () => {
    const scene = new Scene();
    scene.invoke('1');
    const replies = [{ payload: textPayload('a') }, { payload: textPayload('b') }];
    await scene.finish(0, { handled: true, replies, state: 'new' });
    expect(scene.answers).toEqual([
      { invocationId: '1', success: true, payload: textPayload('b') },
    ]);
    expect(scene.connection.state).toBe('new');
  });

  it('counts cancelled handlers until they are done', async () => {
    const scene = new Scene(1);
    scene.invoke('1');
    scene.invocations.cancel('1');
    expect(scene.signals[0]?.aborted).toBe(true);
    scene.invoke('2');
    expect(scene.answers).toMatchObject([
      { invocationId: '2', success: false, error: { name: 'BadRequest' } },
    ]);
    await scene.finish(0);
    scene.invoke('3');
    await scene.finish(1);
    expect(scene.answers.slice(1)).toEqual([{ invocationId: '3', success: true }]);
  });

  it('does not take the late answer of a cancelled call for that of a new one', async () => {
    const scene = new Scene();
    scene.invoke('1');
    scene.invocations.cancel('1');
    scene.invoke('1');
    await scene.finish(0, {
      handled: true,
      replies: [{ payload: textPayload('late') }],
      state: 's',
    });
    expect(scene.answers).toEqual([]);
    expect(scene.connection.state).toBeUndefined();
    await scene.finish(1);
    expect(scene.answers).toEqual([{ invocationId: '1', success: true }]);
  });

  it('aborts everything when the socket is gone, and answers nothing', async () => {
    const scene = new Scene();
    scene.invoke('1');
    scene.invoke('2');
    scene.invocations.abort();
    expect(scene.signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await scene.finish(0);
    await scene.finish(1);
    expect(scene.answers).toEqual([]);
  });

  it('reports a handler that throws, but not one that stops because it was told to', async () => {
    const scene = new Scene();
    scene.sink.onUserEvent = async (_event, signal) =>
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        if (scene.answers.length === 0) setImmediate(() => reject(new Error('boom')));
      });
    scene.invoke('1');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(scene.answers).toMatchObject([{ error: { name: 'InternalServerError' } }]);
    expect(scene.errors).toHaveLength(1);
    scene.invoke('2');
    scene.invocations.cancel('2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(scene.errors).toHaveLength(1);
  });

  it('does not ask handlers about another target', () => {
    const scene = new Scene();
    scene.invocations.start({ type: 'invoke', invocationId: '1', event: undefined });
    expect(scene.sink.userEvents).toEqual([]);
    expect(scene.answers).toMatchObject([{ error: { name: 'BadRequest' } }]);
  });
});
