import type { MqttPeer } from './mqtt.peer.js';
import { MqttScene, VERSIONS, type Version } from './mqtt.scene.js';

const publish = {
  cmd: 'publish',
  topic: 'room',
  payload: 'hi',
  qos: 0,
  dup: false,
  retain: false,
} as const;
const NO_ROLES = { roles: [] };

function code(packet: { reasonCode?: number | undefined }): number {
  return packet.reasonCode ?? 0;
}

describe('MQTT messages (client-protocols.md 8.6 to 8.9)', () => {
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

  async function member(version: Version, qos: 0 | 1 | 2 = 1, id = 'member'): Promise<MqttPeer> {
    const peer = await scene.peer(version, { clientId: id });
    await peer.subscribe('room', qos);
    return peer;
  }

  describe('SUBSCRIBE and UNSUBSCRIBE', () => {
    it.each(VERSIONS)('version %i: a subscription is a membership (M09)', async (version) => {
      const peer = await scene.peer(version);
      expect(await peer.subscribe('room', 1)).toEqual([1]);
      expect((await scene.stage.api('HEAD', '/groups/room')).status).toBe(200);
    });

    it.each([
      ['a/+', 0xa2],
      ['#', 0xa2],
      ['$share/g/t', 0x9e],
      ['   ', 0x8f],
      ['t'.repeat(1025), 0x8f],
      ['$webpubsub/other', 0x8f],
      ['$webpubsub/server/events/a/b/failed', 0x8f],
      ['$webpubsub/server/messages', 1],
      ['$webpubsub/server/events/sum/succeeded', 1],
      ['$webpubsub/server/events/sum/failed', 1],
    ])('answers the filter %s (M11)', async (filter, granted) => {
      const five = await scene.peer(5, { clientId: 'five' }, NO_ROLES);
      expect(await five.subscribe(filter, 1)).toEqual([granted]);
      const four = await scene.peer(4, { clientId: 'four' }, NO_ROLES);
      expect(await four.subscribe(filter, 1)).toEqual([granted === 1 ? 1 : 0x80]);
    });

    it.each([
      [4, 0x80],
      [5, 0x87],
    ] as const)('version %i: refuses without a role, and stays (M10)', async (version, granted) => {
      const peer = await scene.peer(version, {}, NO_ROLES);
      expect(await peer.subscribe('room')).toEqual([granted]);
      await peer.ping();
    });

    it('answers each filter on its own (M12)', async () => {
      const peer = await scene.peer(5, {}, { roles: ['webpubsub.joinLeaveGroup.room'] });
      const subscriptions = ['room', 'other'].map((topic) => ({ topic, qos: 1 as const }));
      peer.send({ cmd: 'subscribe', messageId: 1, subscriptions });
      expect((await peer.take('suback')).granted).toEqual([1, 0x87]);
    });

    it('unsubscribes once (M36)', async () => {
      const peer = await scene.peer(5);
      await peer.subscribe('room');
      for (const messageId of [1, 2]) {
        peer.send({ cmd: 'unsubscribe', messageId, unsubscriptions: ['room'] });
      }
      expect((await peer.take('unsuback')).granted).toEqual([0]);
      expect((await peer.take('unsuback')).granted).toEqual([0x11]);
      expect((await scene.stage.api('HEAD', '/groups/room')).status).toBe(404);
    });

    it('subscribes again with other options', async () => {
      const peer = await member(5, 1);
      await peer.subscribe('room', 0);
      await scene.stage.operate('POST', '/groups/room/:send', { text: 'once' });
      expect(await peer.take('publish')).toMatchObject({ qos: 0 });
    });

    it('forgets options with the membership that REST takes away', async () => {
      const peer = await member(5, 1);
      await scene.stage.operate('DELETE', '/groups/room/connections/member');
      await scene.stage.operate('PUT', '/groups/room/connections/member');
      await scene.stage.operate('POST', '/groups/room/:send', { text: 'default' });
      expect(await peer.take('publish')).toMatchObject({ qos: 0 });
    });
  });

  describe('PUBLISH of a client', () => {
    it('reaches other protocols by its content type (M13, M15)', async () => {
      const json = await scene.stage.json({ groups: ['room'] });
      const raw = await scene.stage.raw({ groups: ['room'] });
      const peer = await scene.peer(5);
      const typed = (contentType: string | undefined, payload: string | Buffer) => ({
        ...publish,
        payload,
        properties: { contentType },
      });
      peer.send({ ...typed('text/plain; charset=utf-8', 'hi'), qos: 1, messageId: 7 });
      expect(await peer.take('puback')).toMatchObject({ messageId: 7, reasonCode: 0 });
      peer.send(typed('Application/JSON', '{"a":1}'));
      peer.send(typed('application/json', '{broken'));
      peer.send(typed('application/x-unknown', 'x'));
      peer.send(typed(undefined, 'x'));
      const heard = [];
      for (let at = 0; at < 5; at += 1) heard.push(JSON.parse(String(await json.hear())));
      const common = { type: 'message', from: 'group', fromUserId: 'ann', group: 'room' };
      expect(heard).toEqual([
        { ...common, dataType: 'text', data: 'hi' },
        { ...common, dataType: 'json', data: { a: 1 } },
        { ...common, dataType: 'binary', data: Buffer.from('{broken').toString('base64') },
        { ...common, dataType: 'binary', data: 'eA==' },
        { ...common, dataType: 'binary', data: 'eA==' },
      ]);
      expect(await raw.hear()).toBe('hi');
      expect(await raw.hear()).toBe('{"a":1}');
    });

    it('is binary when it comes from MQTT 3.1.1 (M14)', async () => {
      const json = await scene.stage.json({ groups: ['room'] });
      (await scene.peer(4)).send(publish);
      expect(JSON.parse(String(await json.hear()))).toMatchObject({
        dataType: 'binary',
        data: 'aGk=',
      });
    });

    it('goes untouched to subscribers of MQTT 5.0, properties in order', async () => {
      const receiver = await member(5, 1);
      const properties = {
        payloadFormatIndicator: true,
        contentType: 'application/x-own; v=1',
        responseTopic: 'answers',
        correlationData: Buffer.from([0, 1, 255]),
        userProperties: { b: ['1', '2'], a: '3' },
        messageExpiryInterval: 60,
      };
      (await scene.peer(5)).send({ ...publish, qos: 2, messageId: 1, properties });
      const got = await receiver.take('publish');
      expect(got).toMatchObject({ topic: 'room', qos: 1, retain: false, dup: false, properties });
      expect(String(got.payload)).toBe('hi');
    });

    it.each(VERSIONS)('version %i: QoS 2 is published once (M17)', async (version) => {
      const receiver = await member(version, 2);
      const sender = await scene.peer(version);
      const packet = { ...publish, qos: 2, messageId: 9 } as const;
      sender.send(packet, { ...packet, dup: true });
      await sender.take('pubrec');
      await sender.take('pubrec');
      sender.send({ cmd: 'pubrel', messageId: 9 });
      expect(await sender.take('pubcomp')).toMatchObject({ messageId: 9 });
      const { messageId, qos } = await receiver.take('publish');
      expect(qos).toBe(2);
      receiver.send({ cmd: 'pubrec', messageId });
      expect(await receiver.take('pubrel')).toMatchObject({ messageId });
      receiver.send({ cmd: 'pubcomp', messageId });
      await receiver.ping();
      sender.send(packet);
      expect(await receiver.take('publish')).toMatchObject({ qos: 2 });
    });

    it('does not come back to a subscription with No Local', async () => {
      const peer = await scene.peer(5);
      await peer.subscribe('room', 1, { nl: true });
      const other = await member(5);
      peer.send(publish);
      await other.take('publish');
      other.send({ ...publish, payload: 'theirs' });
      expect(String((await peer.take('publish')).payload)).toBe('theirs');
    });

    it.each([
      ['without a role (M18)', { ...publish }, 0x87, NO_ROLES],
      ['to a wildcard', { ...publish, topic: 'a/+' }, 0x90, {}],
      ['to a blank topic', { ...publish, topic: ' ' }, 0x90, {}],
      ['to a reserved topic', { ...publish, topic: '$webpubsub/server/messages' }, 0x90, {}],
      ['with RETAIN (M20)', { ...publish, retain: true }, 0x9a, {}],
      ['with a topic alias (M21)', { ...publish, properties: { topicAlias: 1 } }, 0x94, {}],
    ])('with QoS 0 %s ends the connection', async (_, packet, reasonCode, persona) => {
      const peer = await scene.peer(5, {}, persona);
      peer.send(packet);
      expect(await peer.take('disconnect')).toMatchObject({ reasonCode });
      expect((await peer.closed).code).toBe(1000);
    });

    it.each([
      ['without a role (M18)', { ...publish }, NO_ROLES],
      ['to a wildcard', { ...publish, topic: 'a/+', qos: 1 as const, messageId: 1 }, {}],
    ])('of MQTT 3.1.1 %s is a closed socket', async (_, packet, persona) => {
      const peer = await scene.peer(4, {}, persona);
      peer.send(packet);
      expect(await peer.next()).toBeUndefined();
    });

    it.each([
      [4, 1, 'puback', 0, 'room'],
      [4, 2, 'pubrec', 0, 'room'],
      [5, 1, 'puback', 0x87, 'room'],
      [5, 2, 'pubrec', 0x87, 'room'],
      [5, 1, 'puback', 0x90, 'a/#'],
      [5, 2, 'pubrec', 0x90, 'a/#'],
    ] as const)('version %i, QoS %i: forbidden gives %s %i (M19)', async (...row) => {
      const [version, qos, answer, reasonCode, topic] = row;
      const json = await scene.stage.json({ groups: ['room'] });
      const peer = await scene.peer(version, {}, NO_ROLES);
      peer.send({ ...publish, topic, qos, messageId: 3 });
      expect(code(await peer.take(answer))).toBe(reasonCode);
      await peer.ping();
      expect(json.unheard).toEqual([]);
    });

    it('drops the RETAIN flag of MQTT 3.1.1', async () => {
      const receiver = await member(5);
      (await scene.peer(4)).send({ ...publish, retain: true });
      expect(await receiver.take('publish')).toMatchObject({ retain: false });
    });
  });

  describe('PUBLISH of the service', () => {
    it('brings a JSON client to both versions with min(1, granted) (M16)', async () => {
      const five = await member(5, 2, 'five');
      const four = await member(4, 0, 'four');
      const json = await scene.stage.json();
      json.send('{"type":"sendToGroup","group":"room","dataType":"json","data":{"a": 1}}');
      const toFive = await five.take('publish');
      expect(toFive).toMatchObject({
        topic: 'room',
        qos: 1,
        properties: { contentType: 'application/json' },
      });
      const toFour = await four.take('publish');
      expect(toFour.qos).toBe(0);
      expect(String(toFour.payload)).toBe('{"a": 1}');
    });

    it.each([
      ['text', { text: 'hi' }, 'text/plain'],
      ['binary', { bytes: Buffer.from('hi') }, 'application/octet-stream'],
    ])('labels %s, and invents nothing else', async (_, request, contentType) => {
      const peer = await member(5);
      await scene.stage.operate('POST', '/groups/room/:send', request);
      expect((await peer.take('publish')).properties).toEqual({ contentType });
    });

    it.each([
      ['/:send', {}],
      ['/users/ann/:send', {}],
      ['/connections/c1/:send', {}],
    ])('arrives on the topic of the server without a subscription: %s (M33)', async (path) => {
      const peer = await scene.peer(5);
      await scene.stage.operate('POST', path, { text: 'hi' });
      expect(await peer.take('publish')).toMatchObject({
        topic: '$webpubsub/server/messages',
        qos: 1,
      });
    });

    it('takes the QoS of a subscription to that topic', async () => {
      const peer = await scene.peer(5);
      await peer.subscribe('$webpubsub/server/messages', 0);
      await scene.stage.operate('POST', '/:send', { text: 'hi' });
      expect(await peer.take('publish')).toMatchObject({ qos: 0 });
    });

    it('carries the Subscription Identifier (M38)', async () => {
      const peer = await scene.peer(5);
      peer.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'room', qos: 1 }],
        properties: { subscriptionIdentifier: 7 },
      });
      await peer.take('suback');
      await scene.stage.operate('POST', '/groups/room/:send', { text: 'hi' });
      const { properties } = await peer.take('publish');
      expect(properties?.subscriptionIdentifier).toBe(7);
    });

    it('keeps to Receive Maximum (M39)', async () => {
      const peer = await scene.peer(5, { properties: { receiveMaximum: 1 } });
      await peer.subscribe('room', 1);
      for (const text of ['1', '2']) {
        await scene.stage.operate('POST', '/groups/room/:send', { text });
      }
      const first = await peer.take('publish');
      await peer.ping();
      peer.send({ cmd: 'puback', messageId: first.messageId });
      expect(String((await peer.take('publish')).payload)).toBe('2');
    });

    it('leaves out what is larger than the client takes', async () => {
      const peer = await scene.peer(5, { properties: { maximumPacketSize: 100 } });
      await peer.subscribe('room', 1);
      await peer.subscribe('low', 0);
      await scene.stage.operate('POST', '/groups/room/:send', { text: 'x'.repeat(100) });
      await scene.stage.operate('POST', '/groups/low/:send', { text: 'x'.repeat(100) });
      await scene.stage.operate('POST', '/groups/room/:send', { text: 'small' });
      expect(String((await peer.take('publish')).payload)).toBe('small');
    });

    it.each(VERSIONS)('version %i: reaches token groups with QoS 0', async (version) => {
      const peer = await scene.peer(version, {}, { groups: ['room'] });
      await scene.stage.operate('POST', '/groups/room/:send', { text: 'hi' });
      expect(await peer.take('publish')).toMatchObject({ topic: 'room', qos: 0 });
    });
  });

  describe('user events (8.11)', () => {
    const event = {
      ...publish,
      topic: '$webpubsub/server/events/sum',
      properties: {
        contentType: 'application/json',
        correlationData: Buffer.from('c'),
        userProperties: { a: '1' },
      },
    };

    it.each([0, 1, 2] as const)('are answered with QoS %i (M30, M32)', async (qos) => {
      const payload = { dataType: 'json', bytes: Buffer.from('3') } as const;
      scene.sink.onUserEvent = () => ({
        handled: true,
        replies: [{ payload, metadata: new Map([['b', '2']]) }],
      });
      const peer = await scene.peer(5, {}, NO_ROLES);
      peer.send({ ...event, payload: '[1,2]', qos, ...(qos > 0 && { messageId: 5 }) });
      if (qos > 0) await peer.take(qos === 1 ? 'puback' : 'pubrec');
      const answer = await peer.take('publish');
      expect(answer).toMatchObject({
        topic: '$webpubsub/server/events/sum/succeeded',
        qos,
        properties: {
          contentType: 'application/json',
          correlationData: Buffer.from('c'),
          userProperties: { 'azure-status-code': '200', b: '2' },
        },
      });
      expect(String(answer.payload)).toBe('3');
      expect(scene.sink.userEvents[0]).toMatchObject({
        event: 'sum',
        payload: { dataType: 'json', bytes: Buffer.from('[1,2]') },
        mqtt: { contentType: 'application/json', userProperties: [{ name: 'a', value: '1' }] },
      });
    });

    it.each([
      ['nobody listens', undefined, '404'],
      ['the handler fails', () => ({ handled: false }) as const, '500'],
      ['it says so', () => ({ handled: false, mqtt: { status: 409 } }) as const, '409'],
      [
        'it throws',
        async () => await Promise.reject<{ readonly handled: false }>(new Error('no')),
        '500',
      ],
    ])('fail when %s (M31)', async (_, handler, status) => {
      scene.sink.onUserEvent = handler;
      const peer = await scene.peer(5);
      peer.send(event);
      expect(await peer.take('publish')).toMatchObject({
        topic: '$webpubsub/server/events/sum/failed',
        properties: { userProperties: { 'azure-status-code': status } },
      });
    });

    it('give MQTT 3.1.1 topic and payload', async () => {
      const payload = { dataType: 'text', bytes: Buffer.from('ok') } as const;
      scene.sink.onUserEvent = () => ({ handled: true, replies: [{ payload }] });
      const peer = await scene.peer(4);
      peer.send({ ...publish, topic: event.topic });
      const answer = await peer.take('publish');
      expect(answer.topic).toBe('$webpubsub/server/events/sum/succeeded');
      expect(String(answer.payload)).toBe('ok');
    });

    it('refuse what is no media type', async () => {
      const peer = await scene.peer(5);
      const bad = { ...event, properties: { contentType: 'no type' } };
      peer.send({ ...bad, qos: 1, messageId: 1 });
      expect(code(await peer.take('puback'))).toBe(0x99);
      peer.send(bad);
      expect(await peer.take('disconnect')).toMatchObject({ reasonCode: 0x99 });
    });

    it('do not hold back what comes behind them', async () => {
      let release: (() => void) | undefined;
      scene.sink.onUserEvent = async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return { handled: true, replies: [] };
      };
      const peer = await scene.peer(5);
      peer.send({ ...event, qos: 1, messageId: 1 });
      await peer.take('puback');
      await peer.ping();
      release?.();
      expect(await peer.take('publish')).toMatchObject({
        topic: '$webpubsub/server/events/sum/succeeded',
      });
    });
  });
});
