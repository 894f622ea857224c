import { once } from 'node:events';
import type { ErrorWithReasonCode, IClientOptions } from 'mqtt';
import { WebSocket } from 'ws';
import { MqttApp } from './mqtt.app.js';

describe.each([4, 5] as const)('MQTT.js, protocol version %i', (version) => {
  let app: MqttApp;
  beforeAll(async () => {
    app = await MqttApp.start();
  });
  afterEach(() => {
    app.stage.sink.reset();
  });
  afterAll(async () => {
    await app.close();
  });

  /** A CONNECT whose session is kept. */
  function kept(clientId: string): IClientOptions {
    return {
      clientId,
      clean: false,
      ...(version === 5 && { properties: { sessionExpiryInterval: 30 } }),
    };
  }

  it.each([0, 1, 2] as const)('publishes and receives with QoS %i', async (qos) => {
    const topic = `quality/${String(qos)}`;
    const receiver = await app.connect(version);
    const [grant] = await receiver.client.subscribeAsync(topic, { qos });
    expect(grant).toMatchObject({ topic, qos });
    const sender = await app.connect(version);
    for (const text of ['one', 'two', 'three']) {
      await sender.client.publishAsync(topic, text, { qos });
    }
    for (const text of ['one', 'two', 'three']) {
      const message = await receiver.next();
      expect(message).toMatchObject({ topic, text, packet: { qos, retain: false } });
    }
  });

  it('is in one group with JSON and raw clients, and with the application', async () => {
    const member = await app.connect(version, { clientId: 'member' });
    await member.client.subscribeAsync('mixed', { qos: 1 });
    const json = await app.stage.json({ groups: ['mixed'] });
    const raw = await app.stage.raw({ groups: ['mixed'] });

    json.send('{"type":"sendToGroup","group":"mixed","dataType":"text","data":"from json"}');
    expect(await member.next()).toMatchObject({ topic: 'mixed', text: 'from json' });
    await app.stage.operate('POST', '/groups/mixed/:send', { json: '{"from":"REST"}' });
    expect((await member.next()).text).toBe('{"from":"REST"}');
    await app.hub.group('mixed').sendToAll('from the hub', { contentType: 'text/plain' });
    expect((await member.next()).text).toBe('from the hub');
    await json.hear();
    await json.hear();
    await json.hear();
    for (let count = 0; count < 3; count += 1) await raw.hear();

    const properties = version === 5 ? { contentType: 'text/plain' } : undefined;
    await member.client.publishAsync('mixed', 'from MQTT', { qos: 1, properties });
    const dataType = version === 5 ? 'text' : 'binary';
    expect(JSON.parse(String(await json.hear()))).toMatchObject({ group: 'mixed', dataType });
    expect(String(await raw.hear())).toBe('from MQTT');
  });

  it('is known by its client id while it is there', async () => {
    const { client } = await app.connect(version, { clientId: 'known' });
    expect(await app.hub.connectionExists('known')).toBe(true);
    await client.endAsync();
    await app.stage.sink.until('disconnecteds');
    expect(await app.hub.connectionExists('known')).toBe(false);
  });

  it('gets what the application sends to its connection', async () => {
    const subscriber = await app.connect(version, { clientId: 'direct' });
    await app.hub.sendToConnection('direct', { a: 1 });
    expect(await subscriber.next()).toMatchObject({
      topic: '$webpubsub/server/messages',
      text: '{"a":1}',
    });
  });

  it('gets its messages after it was away', async () => {
    const first = await app.connect(version, kept('away'));
    await first.client.subscribeAsync('news', { qos: 1 });
    const closed = first.closed();
    first.client.stream.destroy();
    await closed;
    await app.hub.group('news').sendToAll('missed', { contentType: 'text/plain' });
    const second = await app.connect(version, kept('away'));
    expect(await second.next()).toMatchObject({ topic: 'news', text: 'missed' });
    const connected = app.stage.sink.connecteds.filter(
      ({ connection }) => connection.connectionId === 'away',
    );
    expect(connected).toHaveLength(1);
  });

  it('leaves a will', async () => {
    const watcher = await app.connect(version);
    await watcher.client.subscribeAsync('wills', { qos: 1 });
    const mortal = await app.connect(version, {
      will: { topic: 'wills', payload: Buffer.from('bye'), qos: 1, retain: false },
    });
    mortal.client.stream.destroy();
    expect(await watcher.next()).toMatchObject({ topic: 'wills', text: 'bye' });
  });

  it('asks the application, and gets its answer', async () => {
    app.stage.sink.onUserEvent = ({ payload }) => ({
      handled: true,
      replies: [
        { payload: { dataType: 'text', bytes: Buffer.from(`${payload.bytes.toString()}!`) } },
      ],
    });
    const subscriber = await app.connect(version);
    await subscriber.client.publishAsync('$webpubsub/server/events/shout', 'hey', { qos: 1 });
    expect(await subscriber.next()).toMatchObject({
      topic: '$webpubsub/server/events/shout/succeeded',
      text: 'hey!',
    });
  });

  it('may not subscribe to wildcards and what is reserved', async () => {
    const { client } = await app.connect(version);
    for (const filter of ['a/+', '#', '$share/g/t', '$webpubsub/secret']) {
      await expect(client.subscribeAsync(filter)).rejects.toThrow('');
    }
    expect(client.connected).toBe(true);
  });

  it('is told that its password is wrong', async () => {
    app.stage.sink.onConnect = ({ mqtt }) =>
      mqtt?.password?.toString() === 'right'
        ? { accepted: true }
        : { accepted: false, status: 400 };
    const wrong = app.connect(version, { username: 'ann', password: 'wrong' });
    const code = version === 5 ? 0x86 : 4;
    await expect(wrong).rejects.toMatchObject({ code } satisfies Partial<ErrorWithReasonCode>);
    const right = await app.connect(version, { username: 'ann', password: 'right' });
    expect(right.client.connected).toBe(true);
  });

  it('does not come in with the token of another endpoint', async () => {
    const { token } = await app.hub.getClientAccessToken();
    const [address] = (await app.url()).split('?');
    const url = `${address ?? ''}?access_token=${token}`;
    await expect(app.connect(version, { url })).rejects.toThrow('closed before it was connected');
  });

  it('is cut off when it sends too much, and nobody else is', async () => {
    const neighbour = await app.connect(version);
    await neighbour.client.subscribeAsync('calm', { qos: 1 });
    const loud = await app.connect(version);
    const closed = loud.closed();
    loud.client.publish('calm', Buffer.alloc(2 * 1024 * 1024), { qos: 0 });
    await closed;
    await app.hub.group('calm').sendToAll('still here', { contentType: 'text/plain' });
    expect((await neighbour.next()).text).toBe('still here');
  });
});

describe('an application with MQTT clients', () => {
  it('closes, and tells them why', async () => {
    const app = await MqttApp.start();
    const subscriber = await app.connect(5);
    const told = subscriber.told();
    const closed = subscriber.closed();
    await app.stage.close();
    expect(await told).toBe(0x8b);
    await closed;
    expect(app.stage.sink.disconnecteds).toHaveLength(1);
  });

  it('closes at once, whatever its clients are at', async () => {
    const app = await MqttApp.start();
    let isAsked: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    app.stage.sink.onConnect = async ({ connection }) => {
      if (connection.connectionId !== 'waiting') return { accepted: true };
      isAsked?.();
      return await new Promise(() => {});
    };
    // One is silent, one waits for a handler, one is away and has left a will that waits.
    const silent = new WebSocket(await app.url(), 'mqtt');
    await once(silent, 'open');
    const waiting = app.connect(5, { clientId: 'waiting' }).catch(() => 'closed');
    const away = await app.connect(5, {
      clientId: 'away',
      clean: false,
      properties: { sessionExpiryInterval: 30 },
      will: {
        topic: 'wills',
        payload: Buffer.from('bye'),
        qos: 1,
        retain: false,
        properties: { willDelayInterval: 20 },
      },
    });
    await asked;
    away.client.stream.destroy();
    const closed = once(silent, 'close');
    const started = performance.now();
    await app.stage.close();
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await waiting).toBe('closed');
    await closed;
    expect(app.stage.sink.disconnecteds.map((e) => e.connection.connectionId)).toEqual(['away']);
  });

  it.each([undefined, 'default', 'mqtt'] as const)(
    'makes tokens for clients of the protocol %s',
    async (clientProtocol) => {
      const app = await MqttApp.start();
      const { baseUrl, token } = await app.hub.getClientAccessToken({ clientProtocol });
      const path = clientProtocol === 'mqtt' ? '/clients/mqtt/hubs/chat' : '/client/hubs/chat';
      expect(new URL(baseUrl).pathname).toBe(path);
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
        aud: string;
      };
      expect(claims.aud).toBe(baseUrl.replace('ws:', 'http:'));
      await app.close();
    },
  );
});
