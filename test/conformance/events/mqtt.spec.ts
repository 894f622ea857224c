import { startEventStage, type EventStage } from '../../support/event-target.js';
import type { ReceivedRequest, ScriptedAnswer } from '../../support/webhook.receiver.js';
import type { MqttPeer } from '../mqtt/mqtt.peer.js';
import { MqttScene, VERSIONS, type Version } from '../mqtt/mqtt.scene.js';

const TOPIC = '$webpubsub/server/events/sum';

function json(status: number, body: object): ScriptedAnswer {
  return {
    status,
    headers: [['Content-Type', 'application/json; charset=utf-8']],
    body: JSON.stringify(body),
  };
}

function bodyOf(post: ReceivedRequest): unknown {
  return JSON.parse(post.body.toString());
}

describe('MQTT clients (events.md 9, 15.9)', () => {
  let stage: EventStage;
  let scene: MqttScene;
  beforeAll(async () => {
    stage = await startEventStage();
    scene = new MqttScene(stage);
  });
  beforeEach(() => stage.begin());
  afterEach(() => scene.clear());
  afterAll(() => stage.close());

  function codeOf(connack: Awaited<ReturnType<MqttPeer['connect']>>): number | undefined {
    return connack.reasonCode ?? connack.returnCode;
  }

  describe('connect', () => {
    it.each(VERSIONS)('Q6 version %i: has the CONNECT packet', async (version) => {
      const peer = await scene.open(version, { userId: 'ana' });
      const properties =
        version === 5 ? { properties: { userProperties: { site: ['a', 'b'] } } } : {};
      const password = Buffer.from('p@ss');
      await peer.connect({ clientId: 'c1', username: 'ann', password, ...properties });
      const post = await stage.post('connect');
      expect(post.target).toBe('/e/chat/connect');
      expect(post.header('ce-type')).toBe('azure.webpubsub.sys.connect');
      expect(post.header('ce-id')).toBe('0');
      expect(post.header('ce-userId')).toBe('ana');
      expect(post.header('ce-connectionId')).toBe('c1');
      expect(post.header('ce-subprotocol')).toBe('mqtt');
      const physical = post.header('ce-physicalConnectionId');
      expect(physical).toMatch(/./);
      expect(post.header('ce-source')).toBe(`/hubs/chat/client/c1/${physical}`);
      expect(post.header('ce-sessionId')).toBeUndefined();
      const body = bodyOf(post) as { mqtt: object };
      expect(body).toMatchObject({ subprotocols: ['mqtt'], claims: { sub: ['ana'] }, query: {} });
      expect(body.mqtt).toMatchObject({
        protocolVersion: version,
        cleanStart: true,
        username: 'ann',
        password: 'cEBzcw==',
        ...(version === 5 && {
          userProperties: [
            { name: 'site', value: 'a' },
            { name: 'site', value: 'b' },
          ],
        }),
      });
    });

    it('9.3 a success may set user, groups and roles, and say something', async () => {
      stage.answer({
        connect: json(200, {
          userId: 'bo',
          groups: ['room'],
          roles: [],
          subprotocol: null,
          mqtt: { userProperties: [{ name: 'a', value: '1' }] },
        }),
      });
      const peer = await scene.open(5);
      const connack = await peer.connect();
      expect(connack.reasonCode).toBe(0);
      expect(connack.properties?.userProperties).toMatchObject({ a: '1' });
      expect((await stage.post('connected')).header('ce-userId')).toBe('bo');
      await stage.operate('POST', '/groups/room/:send', { text: 'hi' });
      expect((await peer.take('publish')).topic).toBe('room');
      expect(await peer.subscribe('other')).toEqual([0x87]);
    });

    it.each<[string, ScriptedAnswer]>([
      ['204', { status: 204 }],
      ['202', { status: 202 }],
      ['200 with null', { status: 200, body: 'null' }],
      ["subprotocol 'mqtt'", json(200, { subprotocol: 'mqtt' })],
    ])('9.3 %s lets it in', async (_, answer) => {
      stage.answer({ connect: answer });
      expect(codeOf(await (await scene.open(5)).connect())).toBe(0);
    });

    it.each<[string, Version, ScriptedAnswer, number]>([
      ['a code of 5.0', 5, json(401, { mqtt: { code: 135 } }), 135],
      ['a code of 3.1.1', 4, json(401, { mqtt: { code: 5, reason: 'no' } }), 5],
      ['a code of 3.1.1 for 5.0', 5, json(401, { mqtt: { code: 5 } }), 0x80],
      ['a code of 5.0 for 3.1.1', 4, json(401, { mqtt: { code: 135 } }), 3],
      ['400 without a body', 5, { status: 400 }, 134],
      ['400 without a body', 4, { status: 400 }, 4],
      ['401 with a text', 5, { status: 401, body: 'no' }, 135],
      ['401 with a text', 4, { status: 401, body: 'no' }, 5],
      ['403 with half an object', 5, { status: 403, body: '{"mqtt":' }, 0x80],
      ['403 without a body', 4, { status: 403 }, 3],
      ['503, four times', 5, { status: 503 }, 0x80],
    ])('9.3 %s refuses version %i', async (_, version, answer, code) => {
      stage.answer({ connect: answer });
      const peer = await scene.open(version);
      const connack = await peer.connect();
      expect(codeOf(connack)).toBe(code);
      expect(stage.posts('connect')).toHaveLength(answer.status === 503 ? 4 : 1);
      await peer.closed;
      expect(stage.sink.connecteds).toEqual([]);
      expect(stage.sink.disconnecteds).toEqual([]);
    });

    it('9.3 a refusal of version 5 may say why', async () => {
      const userProperties = [{ name: 'help', value: 'desk 4' }];
      stage.answer({
        connect: json(403, { mqtt: { code: 138, reason: 'badge expired', userProperties } }),
      });
      const connack = await (await scene.open(5)).connect();
      expect(connack.reasonCode).toBe(138);
      expect(connack.properties?.reasonString).toBe('badge expired');
      expect(connack.properties?.userProperties).toMatchObject({ help: 'desk 4' });
    });

    it.each<[Version, number]>([
      [5, 0x88],
      [4, 3],
    ])('client-protocols.md 8.10 no answer at all refuses version %i', async (version, code) => {
      stage.answer({ connect: 'reset' });
      expect(codeOf(await (await scene.open(version)).connect())).toBe(code);
    });
  });

  it.each(VERSIONS)(
    'Q8 version %i: resuming a session raises connect, and connected only once',
    async (version) => {
      const kept =
        version === 4
          ? { clean: false }
          : { clean: false, properties: { sessionExpiryInterval: 30 } };
      const first = await scene.peer(version, kept);
      const connected = await stage.post('connected');
      expect(connected.body.toString()).toBe('{}');
      expect(connected.header('ce-sessionId')).toMatch(/./);
      first.socket.terminate();
      await first.closed;
      const second = await scene.open(version);
      expect(await second.connect(kept)).toMatchObject({ sessionPresent: true });
      await second.ping();
      const connects = stage.posts('connect');
      expect(connects.map((post) => post.header('ce-id'))).toEqual(['0', '0']);
      const sources = new Set(connects.map((post) => post.header('ce-source')));
      expect(sources.size).toBe(2);
      expect(stage.posted).toEqual(['connect', 'connected', 'connect']);
    },
  );

  describe('disconnected', () => {
    it('9.4 has the DISCONNECT of the client', async () => {
      const peer = await scene.peer(5);
      const session = (await stage.post('connected')).header('ce-sessionId');
      peer.send({
        cmd: 'disconnect',
        reasonCode: 4,
        properties: { reasonString: 'client left', userProperties: { battery: '3' } },
      });
      const post = await stage.post('disconnected');
      expect(bodyOf(post)).toMatchObject({
        mqtt: {
          initiatedByClient: true,
          disconnectPacket: { code: 4, userProperties: [{ name: 'battery', value: '3' }] },
        },
      });
      expect(post.header('ce-sessionId')).toBe(session);
      expect(post.header('ce-connectionId')).toBe('c1');
    });

    it.each(VERSIONS)('Q7 version %i: has null when nobody sent one', async (version) => {
      (await scene.peer(version)).socket.terminate();
      expect(bodyOf(await stage.post('disconnected'))).toMatchObject({
        mqtt: { initiatedByClient: false, disconnectPacket: null },
      });
    });
  });

  describe('user events', () => {
    const publish = {
      cmd: 'publish' as const,
      topic: TOPIC,
      payload: Buffer.from([1, 2]),
      dup: false,
      retain: false,
    };

    it('Q9 have the media type and the user properties of the packet', async () => {
      const peer = await scene.peer(5);
      peer.send({
        ...publish,
        qos: 0,
        properties: { contentType: 'image/png', userProperties: { k: 'v', K2: 'a, b' } },
      });
      const post = await stage.post('sum');
      expect(post.target).toBe('/e/chat/sum');
      expect(post.header('ce-type')).toBe('azure.webpubsub.user.sum');
      expect(post.header('Content-Type')).toBe('image/png');
      expect(post.header('mqtt-k')).toBe('v');
      expect(post.header('mqtt-k2')).toBe('a, b');
      expect(post.header('ce-sessionId')).toMatch(/./);
      expect(post.header('ce-physicalConnectionId')).toMatch(/./);
      expect(post.body).toEqual(Buffer.from([1, 2]));
    });

    it('9.5 are bytes when the packet does not say', async () => {
      const peer = await scene.peer(4);
      peer.send({ ...publish, qos: 0 });
      expect((await stage.post('sum')).header('Content-Type')).toBe('application/octet-stream');
    });

    it.each<[string, ScriptedAnswer, string, string | undefined, object]>([
      [
        'Q10 404 is a failure with its status',
        {
          status: 404,
          headers: [
            ['Content-Type', 'text/plain'],
            ['mqtt-why', 'gone'],
          ],
          body: 'no',
        },
        'no',
        'text/plain',
        { 'azure-status-code': '404', why: 'gone' },
      ],
      [
        '9.5 JSON',
        {
          status: 200,
          headers: [
            ['Content-Type', 'application/json'],
            ['mqtt-b', '2'],
          ],
          body: '3',
        },
        '3',
        'application/json',
        { 'azure-status-code': '200', b: '2' },
      ],
      ['9.5 nothing', { status: 204 }, '', undefined, { 'azure-status-code': '204' }],
      [
        '9.5 a status of its own',
        { status: 202, headers: [['Content-Type', 'text/plain']], body: 'later' },
        'later',
        'text/plain',
        { 'azure-status-code': '202' },
      ],
      [
        '9.5 a picture',
        { status: 200, headers: [['Content-Type', 'image/png']], body: 'png' },
        'png',
        'image/png',
        { 'azure-status-code': '200' },
      ],
    ])('%s', async (_, answer, payload, contentType, userProperties) => {
      stage.answer({ sum: answer });
      const peer = await scene.peer(5);
      const correlationData = Buffer.from('c');
      peer.send({ ...publish, qos: 1, messageId: 7, properties: { correlationData } });
      await peer.take('puback');
      const reply = await peer.take('publish');
      const end = answer.status < 300 ? 'succeeded' : 'failed';
      expect(reply).toMatchObject({ topic: `${TOPIC}/${end}`, qos: 1 });
      expect(String(reply.payload)).toBe(payload);
      expect(reply.properties?.contentType).toBe(contentType);
      expect(reply.properties?.correlationData).toEqual(correlationData);
      expect(reply.properties?.userProperties).toEqual(userProperties);
    });

    it('2.8 their state lives as long as the session', async () => {
      stage.answer({ sum: { status: 204, headers: [['ce-connectionState', 'S']] } });
      const kept = { clean: false, properties: { sessionExpiryInterval: 30 } };
      const first = await scene.peer(5, kept);
      first.send({ ...publish, qos: 0 });
      await first.take('publish');
      first.socket.terminate();
      await first.closed;
      const second = await scene.open(5);
      await second.connect(kept);
      second.send({ ...publish, qos: 0 });
      expect((await stage.post('sum', 2)).header('ce-connectionState')).toBe('S');
    });
  });
});
