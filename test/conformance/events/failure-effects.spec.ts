import { WebPubSubClient, WebPubSubJsonProtocol } from '@azure/web-pubsub-client';
import { Hub, OnUserEvent } from 'nestjs-web-pubsub';
import { inTurn, startEventStage, type EventStage } from '../../support/event-target.js';
import { RAISERS } from './raisers.js';

function event(more: object = {}): string {
  return JSON.stringify({ type: 'event', event: 'e1', dataType: 'text', data: 'x', ...more });
}

describe('events that fail (events.md 15.5)', () => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it.each(RAISERS)('F9 a %s client, no handler and no listener', async (_kind, start) => {
    stage.use({ eventHandlers: [] });
    const client = await start(stage);
    client.raise();
    await client.expectFailure('404');
    expect(stage.hook.requests).toEqual([]);
  });

  it('F12 a state outside ASCII fails the next event at once', async () => {
    stage.answer({ e1: { status: 204, headers: [['ce-connectionState', 'zustand-\u00fc']] } });
    const client = await stage.json();
    client.send(event({ ackId: 1 }));
    expect(await client.hearJson()).toMatchObject({ success: true });
    client.send(event({ ackId: 2 }));
    expect(await client.hearJson()).toMatchObject({
      success: false,
      error: { name: 'InternalServerError' },
    });
    expect(stage.posts('e1')).toHaveLength(1);
    expect(stage.log.join()).toContain('ce-connectionState');
  });

  it('F3 disconnected of a raw client says why', async () => {
    stage.answer({ message: { status: 400 } });
    const client = await stage.raw();
    client.send('x');
    const { body } = await stage.post('disconnected');
    expect(body.toString()).toBe('{"reason":"Internal server error"}');
  });

  it.each(['raw', 'json'] as const)(
    'F10 a %s client that closes meanwhile keeps its reason, and what it sent before counts',
    async (kind) => {
      stage.answer({
        message: inTurn('hang', { status: 204 }),
        e1: inTurn('hang', { status: 204 }),
      });
      const client = await stage[kind]();
      const name = kind === 'raw' ? 'message' : 'e1';
      client.send(event());
      await stage.post(name);
      client.send(event());
      client.close(1000, 'bye');
      expect((await stage.post('disconnected')).body.toString()).toBe('{"reason":"bye"}');
      // The second event was given up like the first, but it was raised.
      expect((await stage.post('disconnected')).header('ce-id')).toBe('4');
    },
  );

  it('F14 the second handler is not asked when the first has failed', async () => {
    stage.use({
      eventHandlers: [stage.handler({}, '/first'), stage.handler({}, '/second')],
    });
    stage.answer({ e1: { status: 400 } });
    const client = await stage.json();
    client.send(event({ ackId: 1 }));
    expect(await client.hearJson()).toMatchObject({ success: false });
    expect(new Set(stage.hook.requests.map(({ target }) => target))).toEqual(new Set(['/first']));
  });

  it('F1 an official client learns of success and failure, and stays', async () => {
    stage.answer({ bad: { status: 400 } });
    const client = new WebPubSubClient(stage.clientUrl(), {
      protocol: WebPubSubJsonProtocol(),
      autoReconnect: false,
      messageRetryOptions: { maxRetries: 0 },
      keepAliveIntervalInMs: 0,
      keepAliveTimeoutInMs: 0,
    });
    await client.start();
    await expect(client.sendEvent('bad', 'x', 'text')).rejects.toMatchObject({
      errorDetail: { name: 'InternalServerError', message: 'Internal server error' },
    });
    await expect(client.sendEvent('good', 'x', 'text')).resolves.toMatchObject({
      isDuplicated: false,
    });
    client.stop();
    await stage.post('disconnected');
  });

  it('5.7 an invocation is told what went wrong, and its end ends the request', async () => {
    const invoke = (event: string): string =>
      JSON.stringify({
        type: 'invoke',
        invocationId: event,
        target: 'event',
        event,
        dataType: 'text',
        data: 'x',
      });
    const headers = [['Content-Type', 'application/json']] as const;
    stage.answer({
      good: { status: 200, headers, body: '[1.0]' },
      bad: { status: 400 },
      secret: { status: 403 },
      slow: 'hang',
    });
    const client = await stage.json();
    const response = { type: 'invokeResponse', success: false };
    client.send(invoke('good'));
    expect(await client.hear()).toBe(
      '{"type":"invokeResponse","invocationId":"good","success":true,"dataType":"json","data":[1.0]}',
    );
    client.send(invoke('bad'));
    expect(await client.hearJson()).toMatchObject({ ...response, error: { name: 'BadRequest' } });
    client.send(invoke('secret'));
    expect(await client.hearJson()).toMatchObject({ ...response, error: { name: 'Forbidden' } });
    client.send(invoke('slow'));
    const post = await stage.post('slow');
    client.send('{"type":"cancelInvocation","invocationId":"slow"}');
    expect(await post.aborted).toBe(true);
    await client.expectQuiet();
  });
});

@Hub('chat')
class Thrower {
  @OnUserEvent('e1')
  custom(): never {
    throw new Error('of no concern');
  }

  @OnUserEvent('message')
  async message(): Promise<never> {
    return await Promise.reject(new Error('of no concern'));
  }
}

describe('F13 a class that throws (events.md 7.7)', () => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage({ providers: [Thrower] })));
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it.each(RAISERS)('looks to a %s client as a webhook that fails', async (_kind, start) => {
    const client = await start(stage);
    client.raise();
    await client.expectFailure();
    expect(stage.posts(client.event)).toEqual([]);
  });
});

describe("F15 userEventFailure: 'close'", () => {
  let stage: EventStage;
  beforeAll(async () => {
    stage = await startEventStage({ module: { events: { userEventFailure: 'close' } } });
  });
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it.each([
    [{ ackId: 1 }, ['ack']],
    [{}, []],
  ])('with %j: a failed ack if it asks for one, then 1011', async (more, types) => {
    stage.answer({ e1: { status: 400 } });
    const client = await stage.json();
    client.send(event(more));
    expect(await client.closed).toEqual({ code: 1011, reason: 'Internal server error' });
    const frames = client.unheard.map((frame) => JSON.parse(String(frame)) as { type: string });
    expect(frames.map(({ type }) => type)).toEqual(types);
    expect((await stage.post('disconnected')).body.toString()).toBe(
      '{"reason":"Internal server error"}',
    );
  });
});
