import { MqttScene, VERSIONS, type Version } from './mqtt.scene.js';
import type { ConnectOptions, MqttPeer } from './mqtt.peer.js';

const will = { topic: 'room', payload: Buffer.from('bye'), qos: 1 as const, retain: false };

/** A CONNECT whose session is kept. */
function kept(version: Version): ConnectOptions {
  return version === 4
    ? { clean: false }
    : { clean: false, properties: { sessionExpiryInterval: 30 } };
}

describe('MQTT sessions (client-protocols.md 8.4, 8.12)', () => {
  let scene: MqttScene;
  beforeAll(async () => {
    scene = await MqttScene.start();
  });
  afterEach(async () => {
    await scene.clear();
  });
  afterAll(async () => {
    await scene.close();
  });

  async function send(text: string): Promise<void> {
    await scene.stage.operate('POST', '/groups/room/:send', { text });
  }

  async function abort(peer: MqttPeer): Promise<void> {
    peer.socket.terminate();
    await peer.closed;
    // The service has seen it once it answers somebody who came later.
    await (await scene.peer(5, { clientId: 'later' })).ping();
  }

  async function watcher(): Promise<MqttPeer> {
    const peer = await scene.peer(5, { clientId: 'watcher' });
    await peer.subscribe('room', 1);
    return peer;
  }

  it.each(VERSIONS)('version %i: a kept session gets what it missed (M25)', async (version) => {
    const first = await scene.peer(version, kept(version));
    await first.subscribe('room', 1);
    await first.subscribe('$webpubsub/server/messages', 0);
    await abort(first);
    await send('missed');
    await scene.stage.operate('POST', '/connections/c1/:send', { text: 'QoS 0' });
    expect((await scene.stage.api('HEAD', '/connections/c1')).status).toBe(200);
    const second = await scene.open(version);
    expect(await second.connect(kept(version))).toMatchObject({ sessionPresent: true });
    const message = await second.take('publish');
    expect(message).toMatchObject({ topic: 'room', qos: 1, dup: false });
    await second.ping();
    const connected = scene.sink.connecteds.filter((e) => e.connection.connectionId === 'c1');
    expect(connected).toHaveLength(1);
    expect(scene.sink.connects.filter((e) => e.connection.connectionId === 'c1')).toHaveLength(2);
  });

  it.each(VERSIONS)('version %i: sends again what was not acknowledged', async (version) => {
    const first = await scene.peer(version, kept(version));
    await first.subscribe('room', 2);
    const json = await scene.stage.json();
    await send('one');
    const { messageId } = await first.take('publish');
    await abort(first);
    json.send('{"type":"sendToGroup","group":"room","dataType":"text","data":"two","ackId":1}');
    await json.hear();
    const second = await scene.open(version);
    await second.connect(kept(version));
    expect(await second.take('publish')).toMatchObject({ messageId, dup: true });
    const next = await second.take('publish');
    expect(next).toMatchObject({ dup: false });
    expect(next.messageId).not.toBe(messageId);
  });

  it.each([
    [4, { clean: true }],
    [5, { clean: false }],
    [5, { clean: true, properties: { sessionExpiryInterval: 0 } }],
  ] as const)('version %i: %j keeps nothing (M26)', async (version, options) => {
    await abort(await scene.peer(version, options));
    const event = await scene.sink.until('disconnecteds');
    expect(event.mqtt).toEqual({ initiatedByClient: false, disconnectPacket: null });
    const second = await scene.open(version);
    expect(await second.connect({ ...options, clean: false })).toMatchObject({
      sessionPresent: false,
    });
  });

  it('starts clean over a session that was kept', async () => {
    const first = await scene.peer(5, kept(5));
    await first.subscribe('room', 1);
    await abort(first);
    const second = await scene.open(5);
    expect(await second.connect({ clean: true })).toMatchObject({ sessionPresent: false });
    expect((await scene.stage.api('HEAD', '/groups/room')).status).toBe(404);
    expect(scene.sink.connecteds.filter((e) => e.connection.connectionId === 'c1')).toHaveLength(2);
    const [before, after] = scene.sink.connecteds
      .filter((e) => e.connection.connectionId === 'c1')
      .map((e) => e.connection.mqtt);
    expect(before?.sessionId).not.toBe(after?.sessionId);
  });

  it('keeps user and roles of the session, whatever a later token says', async () => {
    await abort(await scene.peer(5, kept(5), { roles: ['webpubsub.joinLeaveGroup.room'] }));
    const second = await scene.peer(5, kept(5), { roles: [], groups: ['other'] });
    expect(await second.subscribe('room')).toEqual([0]);
    expect((await scene.stage.api('HEAD', '/groups/other')).status).toBe(404);
  });

  it.each([
    [4, true],
    [5, true],
    [5, false],
  ] as const)('version %i, clean %s: takes over (M24)', async (version, clean) => {
    const options = { ...kept(version), clean };
    const first = await scene.peer(version, options);
    const second = await scene.open(version);
    expect(await second.connect(options)).toMatchObject({ sessionPresent: !clean });
    expect(await first.farewell()).toBe(version === 5 ? 0x8e : undefined);
    expect((await first.closed).code).toBe(1000);
    await second.ping();
  });

  it.each([
    [4, { returnCode: 5 }],
    [5, { reasonCode: 0x87 }],
  ] as const)('version %i: another user does not take over', async (version, refusal) => {
    const first = await scene.peer(version, {}, { userId: 'ann' });
    const second = await scene.open(version, { userId: 'bob' });
    expect(await second.connect()).toMatchObject(refusal);
    await first.ping();
  });

  it('ends a session at once when the client says so', async () => {
    const peer = await scene.peer(5, kept(5));
    peer.send({
      cmd: 'disconnect',
      reasonCode: 0,
      properties: { sessionExpiryInterval: 0, userProperties: { battery: '3' } },
    });
    const event = await scene.sink.until('disconnecteds');
    expect(event.mqtt).toEqual({
      initiatedByClient: true,
      disconnectPacket: { code: 0, userProperties: [{ name: 'battery', value: '3' }] },
    });
    expect((await peer.closed).code).toBe(1000);
  });

  it('does not let a DISCONNECT revive a session that was to end', async () => {
    const peer = await scene.peer(5);
    peer.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 9 } });
    expect(await peer.take('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it.each(VERSIONS)('version %i: keeps a session over a DISCONNECT', async (version) => {
    const peer = await scene.peer(version, kept(version));
    peer.send({ cmd: 'disconnect' });
    await peer.closed;
    expect((await scene.stage.api('HEAD', '/connections/c1')).status).toBe(200);
    expect(scene.sink.disconnecteds).toEqual([]);
  });

  it('does not deliver what has expired meanwhile (M37)', async () => {
    const first = await scene.peer(5, kept(5));
    await first.subscribe('room', 1);
    await abort(first);
    const sender = await scene.peer(5, { clientId: 'sender' });
    const packet = { cmd: 'publish', topic: 'room', dup: false, retain: false } as const;
    const short = { messageExpiryInterval: 0 };
    sender.send({ ...packet, payload: 'a', qos: 1, messageId: 1, properties: short });
    sender.send({ ...packet, payload: 'b', qos: 1, messageId: 2 });
    await sender.take('puback');
    await sender.take('puback');
    const second = await scene.peer(5, kept(5));
    expect(String((await second.take('publish')).payload)).toBe('b');
  });

  it.each(VERSIONS)('version %i: ends a silent client (M23)', async (version) => {
    const peer = await scene.peer(version, { keepalive: 1 });
    expect(await peer.farewell()).toBe(version === 5 ? 0x8d : undefined);
    expect((await peer.closed).code).toBe(1000);
    const { reason, mqtt } = await scene.sink.until('disconnecteds');
    expect(reason).toBe('No packet has been received for 1.5 times the Keepalive time.');
    const disconnectPacket = version === 5 ? { code: 141, userProperties: null } : null;
    expect(mqtt).toEqual({ initiatedByClient: false, disconnectPacket });
  });

  it.each(VERSIONS)('version %i: REST closes with its reason (M34)', async (version) => {
    const peer = await scene.peer(version, kept(version));
    await scene.stage.operate('DELETE', '/connections/c1', { query: { reason: 'lunch' } });
    const packet = await peer.next();
    const told = packet?.cmd === 'disconnect' ? packet : undefined;
    expect(told?.reasonCode).toBe(version === 5 ? 0x98 : undefined);
    expect(told?.properties?.reasonString).toBe(version === 5 ? 'lunch' : undefined);
    expect((await peer.closed).code).toBe(1000);
    expect((await scene.stage.api('HEAD', '/connections/c1')).status).toBe(404);
  });

  describe('wills', () => {
    it.each(VERSIONS)(
      'version %i: are published when the client is lost (M28)',
      async (version) => {
        const peer = await watcher();
        await abort(await scene.peer(version, { will }));
        expect(String((await peer.take('publish')).payload)).toBe('bye');
      },
    );

    it.each([
      ['a DISCONNECT (M29)', { cmd: 'disconnect', reasonCode: 0 }, false],
      ['a DISCONNECT that asks for it', { cmd: 'disconnect', reasonCode: 4 }, true],
    ] as const)('after %s', async (_, packet, isPublished) => {
      const peer = await watcher();
      const gone = await scene.peer(5, { will });
      gone.send(packet);
      await gone.closed;
      await send('end');
      const first = String((await peer.take('publish')).payload);
      expect(first).toBe(isPublished ? 'bye' : 'end');
    });

    it('are published when REST ends the session', async () => {
      const peer = await watcher();
      await scene.peer(5, { ...kept(5), will: { ...will, properties: { willDelayInterval: 9 } } });
      await scene.stage.operate('DELETE', '/connections/c1');
      expect(String((await peer.take('publish')).payload)).toBe('bye');
    });

    it('wait for their delay, and not at all when the client is back', async () => {
      const peer = await watcher();
      const options = { ...kept(5), will: { ...will, properties: { willDelayInterval: 1 } } };
      await abort(await scene.peer(5, options));
      await (await scene.peer(5, kept(5))).ping();
      const started = performance.now();
      await abort(await scene.peer(5, { ...options, clientId: 'other' }));
      expect(String((await peer.take('publish')).payload)).toBe('bye');
      expect(performance.now() - started).toBeGreaterThan(900);
      expect(peer.unheard).toEqual([]);
    });

    it('need the permission to send', async () => {
      const peer = await watcher();
      await abort(await scene.peer(5, { will }, { roles: [] }));
      await send('end');
      expect(String((await peer.take('publish')).payload)).toBe('end');
    });
  });
});

describe('MQTT sessions that are kept for half a second', () => {
  it('end once, and not before (M27)', async () => {
    const scene = await MqttScene.start({
      module: { websocket: { recoveryWindowSeconds: 0.5 } },
    });
    const first = await scene.peer(5, { ...kept(5), will: { ...will } });
    first.socket.terminate();
    await first.closed;
    await scene.sink.until('disconnecteds');
    const second = await scene.open(5);
    expect(await second.connect(kept(5))).toMatchObject({ sessionPresent: false });
    expect(scene.sink.disconnecteds).toHaveLength(1);
    await scene.close();
  });
});
