import { once } from 'node:events';
import type { EventEnvelope, WebPubSubEventListenerOptions } from 'nestjs-web-pubsub';
import { deferred } from '../../support/deferred.js';
import { startEventStage, type EventStage } from '../../support/event-target.js';

function event(more: object = {}): string {
  const frame = { type: 'event', event: 'e1', dataType: 'text', data: 'x', ackId: 1, ...more };
  return JSON.stringify(frame);
}

describe('listeners (events.md 15.6)', () => {
  let stage: EventStage;
  let copies: EventEnvelope[];
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(async () => {
    await stage.begin();
    copies = [];
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  function listener(
    filter: WebPubSubEventListenerOptions['filter'],
    deliver: (envelope: EventEnvelope) => unknown = (envelope) => copies.push(envelope),
  ): WebPubSubEventListenerOptions {
    return { filter, listener: deliver };
  }

  function ids(): (string | undefined)[] {
    return copies.map(({ applicationProperties }) => applicationProperties['cloudEvents:id']);
  }

  it('L10 two listeners and a handler have the same event', async () => {
    stage.use({
      eventListeners: [
        listener({ userEventPattern: '*' }),
        listener({ userEventPattern: 'other,E1' }),
        listener({ userEventPattern: 'other' }),
      ],
    });
    const client = await stage.json();
    client.send(event());
    expect(await client.hearJson()).toMatchObject({ success: true });
    expect(stage.posts('e1').map((post) => post.header('ce-id'))).toEqual(['2']);
    expect(ids()).toEqual(['2', '2']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broker is down');
      },
    ],
    ['rejects', async () => await Promise.reject(new Error('broker is down'))],
  ])('L11 one that %s is no concern of the event, nor of the others', async (_, deliver) => {
    const filter = { userEventPattern: '*' };
    stage.use({ eventListeners: [listener(filter, deliver), listener(filter)] });
    const client = await stage.json();
    client.send(event());
    expect(await client.hearJson()).toMatchObject({ success: true });
    expect(copies).toHaveLength(1);
    expect(stage.log.join()).toContain('broker is down');
  });

  it('L11 one that takes long holds nothing up', async () => {
    const done = deferred<void>();
    const filter = { userEventPattern: '*' };
    stage.use({ eventListeners: [listener(filter, () => done.promise), listener(filter)] });
    const client = await stage.json();
    client.send(event());
    expect(await client.hearJson()).toMatchObject({ success: true });
    expect(copies).toHaveLength(1);
    done.resolve();
  });

  describe('without a handler', () => {
    beforeEach(() => {
      const eventListeners = [listener({ userEventPattern: '*' })];
      stage.use({ eventHandlers: [], eventListeners });
    });

    it('L12 an event succeeds, without a reply', async () => {
      const client = await stage.json();
      client.send(event());
      expect(await client.hearJson()).toEqual({ type: 'ack', ackId: 1, success: true });
      await client.expectQuiet();
      expect(copies).toHaveLength(1);
    });

    it('L12 a raw client stays', async () => {
      const client = await stage.raw();
      client.send('x');
      const answered = once(client.socket, 'pong');
      client.socket.ping();
      await answered;
      client.close(1000, 'bye');
      expect((await stage.sink.until('disconnecteds')).reason).toBe('bye');
      expect(copies).toHaveLength(1);
      expect(copies[0]?.body.toString()).toBe('x');
    });

    it('10.1 with a handler that fails the event fails, though there is a copy', async () => {
      stage.use({ eventListeners: [listener({ userEventPattern: '*' })] });
      stage.answer({ e1: { status: 400 } });
      const client = await stage.json();
      client.send(event());
      expect(await client.hearJson()).toMatchObject({ success: false });
      expect(copies).toHaveLength(1);
    });
  });

  it('L13 nobody gets a copy of connect', async () => {
    const systemEvents = ['connect' as 'connected', 'connected' as const];
    stage.use({ eventListeners: [listener({ systemEvents })] });
    await stage.json();
    await stage.post('connect');
    expect(ids()).toEqual(['1']);
  });

  it('10.1 without names there are no copies', async () => {
    stage.use({ eventListeners: [listener({})] });
    const client = await stage.json();
    client.send(event());
    await client.hear();
    expect(copies).toEqual([]);
  });

  it('L14 a copy of a user event has the fields of a broker, and the state of before', async () => {
    stage.use({ eventListeners: [listener({ userEventPattern: '*' })] });
    stage.answer({
      connect: { status: 204, headers: [['ce-connectionState', 'before']] },
      e1: { status: 204, headers: [['ce-connectionState', 'after']] },
    });
    const client = await stage.json({ userId: '用户' });
    client.send(event({ metadata: { Trace: ' a, b ', empty: '' } }));
    await client.hear();
    const time = (await stage.post('e1')).header('ce-time');
    expect(copies).toEqual([
      {
        body: Buffer.from('x'),
        contentType: 'text/plain',
        messageId: `${client.id}/2`,
        partitionKey: client.id,
        applicationProperties: {
          'cloudEvents:specversion': '1.0',
          'cloudEvents:awpsversion': '1.0',
          'cloudEvents:type': 'azure.webpubsub.user.e1',
          'cloudEvents:source': `/hubs/chat/client/${client.id}`,
          'cloudEvents:id': '2',
          'cloudEvents:time': time,
          'cloudEvents:hub': 'chat',
          'cloudEvents:eventname': 'e1',
          'cloudEvents:connectionid': client.id,
          'cloudEvents:userid': '用户',
          'cloudEvents:subprotocol': 'json.webpubsub.azure.v1',
          'cloudEvents:connectionstate': 'before',
          'x-webpubsub-metadata-trace': ' a, b ',
          'x-webpubsub-metadata-empty': '',
        },
      },
    ]);
  });

  it.each<[string, object, string, string]>([
    ['JSON', { dataType: 'json', data: { a: 1 } }, 'application/json', '{"a":1}'],
    ['binary', { dataType: 'binary', data: 'AAE=' }, 'application/octet-stream', '\u0000\u0001'],
    ['protobuf', { dataType: 'protobuf', data: 'CgFh' }, 'application/x-protobuf', '\n\u0001a'],
  ])('10.2 %s has its media type', async (_, data, contentType, body) => {
    stage.use({ eventListeners: [listener({ userEventPattern: '*' })] });
    const client = await stage.json();
    client.send(event(data));
    await client.hear();
    expect(copies[0]).toMatchObject({ contentType, body: Buffer.from(body) });
  });

  it('10.2 connected and disconnected have the bodies of the webhook', async () => {
    const systemEvents = ['connected', 'disconnected'] as const;
    stage.use({ eventListeners: [listener({ type: 'EventName', systemEvents })] });
    const client = await stage.json();
    client.close(1000, 'bye');
    await stage.post('disconnected');
    expect(copies.map(({ contentType, body }) => [contentType, body.toString()])).toEqual([
      ['application/json', '{}'],
      ['application/json', '{"reason":"bye"}'],
    ]);
    expect(ids()).toEqual(['1', '2']);
    for (const { applicationProperties } of copies) {
      expect(Object.keys(applicationProperties).join()).not.toMatch(/signature|cookie|auth/i);
    }
  });

  it('16.4 the hub of a copy is spelled as the one of the webhook', async () => {
    stage.settings.configure('Chat', {
      eventHandlers: [stage.handler()],
      eventListeners: [listener({ userEventPattern: '*' })],
    });
    const client = await stage.json();
    client.send(event());
    await client.hear();
    const post = await stage.post('e1');
    expect(copies[0]?.applicationProperties).toMatchObject({
      'cloudEvents:hub': post.header('ce-hub'),
      'cloudEvents:source': post.header('ce-source'),
    });
  });
});
