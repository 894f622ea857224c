import { PLATFORMS } from '../../../support/platforms.js';
import { startReceiver, type EventInit, type ReceiverApp } from './support/receiver.app.js';
import { ScriptedHandler } from './support/scripted.handler.js';

const MQTT_HEADERS = {
  'ce-subprotocol': 'mqtt',
  'ce-physicalConnectionId': 'phys-1',
  'ce-sessionId': 'session-1',
};
const typed = (contentType: string, body: string | Buffer): EventInit => ({
  headers: { 'Content-Type': contentType },
  body,
});

describe.each(PLATFORMS)('what handlers get from a receiver on %s', (platform) => {
  const handler = new ScriptedHandler();
  let app: ReceiverApp;

  beforeAll(async () => {
    app = await startReceiver(platform, { handler });
  });
  beforeEach(() => {
    handler.connects.length = 0;
    handler.userEvents.length = 0;
    handler.notifications.length = 0;
    handler.eventCalls.length = 0;
    handler.script = {};
  });
  afterAll(() => app.host.close());

  describe('of user events', () => {
    it.each<[string, EventInit, string, string]>([
      ['R17: text', typed('text/plain', 'hé'), 'text', 'hé'],
      [
        'R17: JSON as it was written',
        typed('application/json', ' {"n":1.0} '),
        'json',
        ' {"n":1.0} ',
      ],
      [
        'U2: large numbers',
        typed('application/json', '12345678901234567890'),
        'json',
        '12345678901234567890',
      ],
      ['R17: bytes', typed('application/octet-stream', Buffer.from([0, 1])), 'binary', '\x00\x01'],
      [
        'R18: a media type in other letter case',
        typed('Application/JSON; charset=utf-8', '1'),
        'json',
        '1',
      ],
      ['R19: protobuf', typed('application/x-protobuf', 'any'), 'protobuf', 'any'],
      ['an empty text', typed('text/plain; charset=utf-8', ''), 'text', ''],
      ['text that is none', typed('text/plain', Buffer.from([0xff])), 'text', '\ufffd'],
    ])('%s', async (_, init, dataType, data) => {
      expect((await app.event(init)).status).toBe(204);
      const { payload } = handler.userEvents[0] ?? {};
      expect(payload?.dataType).toBe(dataType);
      expect(payload?.bytes.toString('utf8')).toBe(data);
    });

    it('who it comes from (R28, R30)', async () => {
      await app.event({
        id: '17',
        body: Buffer.from('{}'),
        headers: {
          'ce-userId': Buffer.from('用户').toString('latin1'),
          'ce-subprotocol': 'json.webpubsub.azure.v1',
          'ce-connectionState': 'eyJhIjoxfQ==',
          'x-webpubsub-metadata-Trace': 't, 42',
          'x-webpubsub-metadata-': 'nobody',
        },
      });
      const [event] = handler.userEvents;
      expect(event).toMatchObject({
        id: 17,
        event: 'order',
        metadata: new Map([['trace', 't, 42']]),
        connection: {
          hub: 'chat',
          connectionId: 'conn-0001',
          userId: '用户',
          subprotocol: 'json.webpubsub.azure.v1',
          state: 'eyJhIjoxfQ==',
          identity: {},
        },
      });
      expect(event?.connection.mqtt).toBeUndefined();
      expect(event?.mqtt).toBeUndefined();
      expect(handler.calls[0]?.raisedAt).toEqual(new Date('2031-05-04T10:00:00Z'));
    });

    it('nothing where nothing was said', async () => {
      await app.event({ id: 'abc', headers: { 'ce-time': 'soon', 'ce-userId': '' } });
      const [event] = handler.userEvents;
      expect(event?.id).toBe(0);
      expect(event?.metadata).toBeUndefined();
      expect(event?.connection).toMatchObject({
        userId: undefined,
        subprotocol: undefined,
        state: undefined,
      });
      expect(Math.abs(Date.now() - Number(handler.calls[0]?.raisedAt))).toBeLessThan(60_000);
    });

    it('R15: a state that is none of ours, as it is; an empty one too', async () => {
      await app.event({ headers: { 'ce-connectionState': 'W10=' } });
      await app.event({ headers: { 'ce-connectionState': '' } });
      expect(handler.userEvents.map(({ connection }) => connection.state)).toEqual(['W10=', '']);
    });

    it('an event that a client has named connected, as what it is', async () => {
      await app.event({ type: 'azure.webpubsub.user.connected' });
      expect(handler.userEvents[0]?.event).toBe('connected');
      expect(handler.notifications).toEqual([]);
    });

    it.each<[string, EventInit, object, string]>([
      [
        'Q9: with a content type of its own and user properties',
        { headers: { ...MQTT_HEADERS, 'Content-Type': 'image/png', 'mqtt-k': 'v' }, body: 'png' },
        { contentType: 'image/png', userProperties: [{ name: 'k', value: 'v' }] },
        'binary',
      ],
      [
        'without a content type',
        { headers: { ...MQTT_HEADERS, 'Content-Type': undefined } },
        { contentType: undefined, userProperties: [] },
        'binary',
      ],
      [
        'with a label that is not true',
        {
          headers: { 'ce-physicalConnectionId': 'p', 'Content-Type': 'application/json' },
          body: '{',
        },
        { contentType: 'application/json', userProperties: [] },
        'binary',
      ],
      [
        'with user properties of the same name',
        { headers: { 'ce-subprotocol': 'MQTT', 'mqtt-k': ['b', 'a'] }, body: '1' },
        {
          contentType: 'application/json',
          userProperties: [
            { name: 'k', value: 'b' },
            { name: 'k', value: 'a' },
          ],
        },
        'json',
      ],
    ])('of an MQTT client, %s', async (_, init, mqtt, dataType) => {
      await app.event(init);
      expect(handler.userEvents[0]).toMatchObject({ mqtt, payload: { dataType } });
    });
  });

  describe('of connect', () => {
    const connect = (body: object, headers = {}): EventInit => ({
      type: 'azure.webpubsub.sys.connect',
      id: '0',
      headers,
      body: JSON.stringify(body),
    });

    it('what the client came with', async () => {
      await app.event(
        connect({
          claims: { sub: ['ana'], exp: ['1935741600'] },
          query: { room: ['7', '8'], Access_Token: ['T'] },
          headers: { Host: ['h'], Authorization: ['Bearer T'] },
          subprotocols: ['json.webpubsub.azure.v1', 'x-own'],
          clientCertificates: [],
        }),
      );
      const [event] = handler.connects;
      expect({ ...event, ...spread(event) }).toMatchObject({
        claims: { sub: ['ana'], exp: ['1935741600'] },
        query: { room: ['7', '8'] },
        headers: { Host: ['h'] },
        subprotocols: ['json.webpubsub.azure.v1', 'x-own'],
        connection: { subprotocol: undefined, state: undefined },
      });
      expect(JSON.stringify(event)).not.toContain('"T"');
      expect(event?.mqtt).toBeUndefined();
    });

    it('R34: no prototype but its own', async () => {
      const body =
        '{"claims":{"__proto__":{"x":1},"constructor":["c"]},"query":{"__proto__":["y"]}}';
      await app.event({ ...connect({}), body });
      const { claims, query } = handler.connects[0] ?? {};
      expect((claims as { x?: unknown }).x).toBeUndefined();
      expect(({} as { x?: unknown }).x).toBeUndefined();
      expect(Object.keys(claims ?? {})).toEqual(['__proto__', 'constructor']);
      expect(query?.['__proto__']).toEqual(['y']);
    });

    it.each([
      ['nothing', {}],
      [
        'values of other types',
        { claims: [], query: { a: 1 }, headers: 'x', subprotocols: [1, 'a'] },
      ],
    ])('only what it can use of %s', async (_, body) => {
      expect((await app.event(connect(body))).status).toBe(204);
      const [event] = handler.connects;
      expect({ ...event?.claims, ...event?.headers }).toEqual({});
    });

    it('Q1, Q6: the packet of an MQTT client', async () => {
      const userProperties = [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ];
      await app.event(
        connect(
          {
            mqtt: {
              protocolVersion: 5,
              cleanStart: true,
              username: 'u',
              password: 'cEBzcw==',
              userProperties,
            },
          },
          { 'ce-subprotocol': 'mqtt', 'ce-physicalConnectionId': 'phys-1' },
        ),
      );
      expect(handler.connects[0]).toMatchObject({
        connection: { subprotocol: 'mqtt', mqtt: { physicalConnectionId: 'phys-1' } },
        mqtt: {
          protocolVersion: 5,
          cleanStart: true,
          username: 'u',
          password: Buffer.from('p@ss'),
          userProperties,
        },
      });
      expect(handler.connects[0]?.connection.mqtt?.sessionId).toBeUndefined();
    });

    it.each<[string, object, object]>([
      ['the body', { mqtt: { protocolVersion: 4 } }, {}],
      ['the subprotocol', {}, { 'ce-subprotocol': 'mqtt' }],
      ['the physical connection', {}, { 'ce-physicalConnectionId': 'p' }],
    ])('an MQTT client by %s alone', async (_, body, headers) => {
      await app.event(connect(body, headers));
      expect(handler.connects[0]?.connection.mqtt).toBeDefined();
      expect(handler.connects[0]?.mqtt?.protocolVersion).toBe(4);
    });
  });

  describe('of notifications', () => {
    const CONNECTION = { hub: 'chat', connectionId: 'conn-0001' };
    const MQTT = { physicalConnectionId: 'phys-1', sessionId: 'session-1' };
    const packet = { code: 4, userProperties: [{ name: 'battery', value: '3' }] };

    it.each<[string, string, object, EventInit['headers'], object]>([
      ['connected', 'sys.connected', {}, {}, { connection: CONNECTION }],
      ['disconnected', 'sys.disconnected', { reason: 'bye' }, {}, { reason: 'bye' }],
      ['disconnected without a reason', 'sys.disconnected', { reason: null }, {}, { reason: '' }],
      ['R32: joined', 'gp.joined', { group: 'g' }, {}, { group: 'g', id: 3 }],
      ['left', 'gp.left', { group: 'g' }, {}, { group: 'g' }],
      ['connected of MQTT', 'sys.connected', {}, MQTT_HEADERS, { connection: { mqtt: MQTT } }],
      [
        'Q7: disconnected of MQTT without a packet',
        'sys.disconnected',
        { reason: 'x', mqtt: { initiatedByClient: true, disconnectPacket: null } },
        MQTT_HEADERS,
        { mqtt: { initiatedByClient: true, disconnectPacket: null } },
      ],
      [
        'disconnected of MQTT',
        'sys.disconnected',
        { reason: 'x', mqtt: { initiatedByClient: false, disconnectPacket: packet } },
        MQTT_HEADERS,
        { mqtt: { initiatedByClient: false, disconnectPacket: packet } },
      ],
      [
        'disconnected of MQTT with little in it',
        'sys.disconnected',
        { mqtt: { disconnectPacket: {} } },
        MQTT_HEADERS,
        { mqtt: { initiatedByClient: false, disconnectPacket: { code: 0, userProperties: null } } },
      ],
    ])('%s', async (_, type, body, headers, event) => {
      const answer = await app.event({
        type: `azure.webpubsub.${type}`,
        ...(headers && { headers }),
        body: JSON.stringify(body),
      });
      expect(answer).toMatchObject({ status: 200, body: Buffer.alloc(0) });
      expect(handler.notifications).toMatchObject([{ name: type.split('.')[1], event }]);
    });

    it('R32: 200 without a handler', async () => {
      const keys: unknown[] = [];
      handler.script = { handles: (key) => keys.push(key) === 0 };
      const init = { type: 'azure.webpubsub.gp.left', body: '{"group":"g"}' };
      expect((await app.event(init)).status).toBe(200);
      expect(keys).toEqual([{ kind: 'group', name: 'left', group: 'g' }]);
      expect(handler.notifications).toEqual([]);
    });
  });
});

/** Lists of values have no prototype, which `toMatchObject` minds. */
function spread(event: ScriptedHandler['connects'][number] | undefined) {
  return {
    claims: { ...event?.claims },
    query: { ...event?.query },
    headers: { ...event?.headers },
  };
}
