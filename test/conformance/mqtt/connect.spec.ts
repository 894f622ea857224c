import { MQTT_VECTORS } from '../../support/mqtt.vectors.js';
import { MqttPeer, type ConnectOptions } from './mqtt.peer.js';
import { MqttScene, VERSIONS, type Version } from './mqtt.scene.js';

describe('MQTT connect (client-protocols.md 8.2, 8.3)', () => {
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

  function vector(start: string): string {
    const found = MQTT_VECTORS.find(({ name, version }) => `${version} ${name}`.startsWith(start));
    if (found === undefined) throw new Error(`No vector ${start}.`);
    return found.hex;
  }

  it('answers the CONNECT of MQTT 5.0 with what the service does not have (M01)', async () => {
    const peer = await scene.open(5);
    peer.sendHex(vector('5.0 CONNECT'));
    expect(await peer.take('connack')).toMatchObject({
      reasonCode: 0,
      sessionPresent: false,
      properties: {
        retainAvailable: false,
        wildcardSubscriptionAvailable: false,
        sharedSubscriptionAvailable: false,
      },
    });
  });

  it('answers the CONNECT of MQTT 3.1.1 (M02)', async () => {
    const peer = await scene.open(4);
    peer.sendHex(vector('3.1.1 CONNECT'));
    expect(await peer.take('connack')).toMatchObject({ returnCode: 0, sessionPresent: false });
  });

  it.each([
    ['without a token (M04)', 'mqtt', '', 401],
    ['with a broken token', 'mqtt', 'a.b.c', 401],
    ['without the subprotocol (M03)', undefined, undefined, 400],
    ['with another subprotocol', 'json.webpubsub.azure.v1', undefined, 400],
  ])('refuses an upgrade %s', async (_, subprotocol, token, status) => {
    const { pathname, search } = new URL(scene.url({}, token));
    const headers = { 'Sec-WebSocket-Protocol': subprotocol };
    expect((await scene.stage.refusal(pathname + search, headers)).status).toBe(status);
  });

  it('does not take the token of another endpoint', async () => {
    const { pathname, search } = new URL(scene.url({}, scene.stage.token()));
    const headers = { 'Sec-WebSocket-Protocol': 'mqtt' };
    expect((await scene.stage.refusal(pathname + search, headers)).status).toBe(401);
  });

  it('answers the subprotocol in the spelling of the client', async () => {
    const { pathname, search } = new URL(scene.url());
    const { status, headers } = await scene.stage.upgrade(pathname + search, {
      'Sec-WebSocket-Protocol': 'other, MQTT',
    });
    expect({ status, answer: headers['sec-websocket-protocol'] }).toEqual({
      status: 101,
      answer: 'MQTT',
    });
  });

  const will = { topic: 'room', payload: Buffer.from('bye'), qos: 0 as const, retain: false };
  const REFUSED: readonly [string, Version, ConnectOptions, number][] = [
    ['a client id with a space (M05)', 4, { clientId: 'a b' }, 2],
    ['a client id with a space (M05)', 5, { clientId: 'a b' }, 0x85],
    ['a client id of 129 characters', 5, { clientId: 'a'.repeat(129) }, 0x85],
    ['an empty client id', 4, { clientId: '' }, 2],
    ['keep alive 0 (M07)', 4, { keepalive: 0 }, 3],
    ['keep alive 181 (M07)', 4, { keepalive: 181 }, 3],
    ['a will for a wildcard', 4, { will: { ...will, topic: 'a/+' } }, 3],
    ['a will for a wildcard', 5, { will: { ...will, topic: 'a/#' } }, 0x90],
    ['a will with too much payload', 4, { will: { ...will, payload: Buffer.alloc(2001, 1) } }, 3],
    [
      'a will with too much payload',
      5,
      { will: { ...will, payload: Buffer.alloc(2001, 1) } },
      0x95,
    ],
    ['a retained will', 5, { will: { ...will, retain: true } }, 0x9a],
    ['an authentication method', 5, { properties: { authenticationMethod: 'x' } }, 0x8c],
  ];
  it.each(REFUSED)('refuses %s, MQTT version %i', async (_, version, options, code) => {
    const peer = await scene.open(version);
    expect(await peer.connect(options)).toMatchObject(
      version === 5 ? { reasonCode: code } : { returnCode: code },
    );
    expect((await peer.closed).code).toBe(1000);
    expect(scene.sink.connecteds).toHaveLength(0);
  });

  it.each(VERSIONS)('takes a will of 2000 bytes, and underscores, version %i', async (version) => {
    const options = { clientId: 'a_b-C', will: { ...will, payload: Buffer.alloc(2000, 1) } };
    await scene.peer(version, options);
    expect(scene.sink.connecteds[0]?.connection.connectionId).toBe('a_b-C');
  });

  it('refuses protocol level 3 in its own words (M08)', async () => {
    const peer = await scene.open(4);
    peer.sendHex('100E00044D5154540302003C00026331');
    expect(await peer.take('connack')).toMatchObject({ returnCode: 1 });
    await peer.closed;
  });

  it('refuses a later protocol level with a reason code', async () => {
    const peer = await scene.open(5);
    peer.sendHex('100F00044D5154540602003C0000026331');
    expect(await peer.take('connack')).toMatchObject({ reasonCode: 0x84 });
  });

  it('gives a client of MQTT 5.0 an id when it has none (M06)', async () => {
    const peer = await scene.open(5);
    const { properties } = await peer.connect({ clientId: '' });
    const id = properties?.assignedClientIdentifier ?? '';
    expect(id).toMatch(/^[0-9a-zA-Z]{20,}$/);
    expect(scene.sink.connecteds[0]?.connection.connectionId).toBe(id);
  });

  it.each([
    [0, 180],
    [300, 180],
    [120, undefined],
  ])('with keep alive %i answers %s, version 5', async (keepalive, serverKeepAlive) => {
    const peer = await scene.open(5);
    const { properties } = await peer.connect({ keepalive });
    expect(properties?.serverKeepAlive).toBe(serverKeepAlive);
  });

  it('tells a client when its session lives shorter than it wanted', async () => {
    const peer = await scene.open(5);
    const { properties } = await peer.connect({ properties: { sessionExpiryInterval: 3600 } });
    expect(properties?.sessionExpiryInterval).toBe(30);
  });

  it.each([
    ['a PINGREQ', 'C000'],
    ['a PUBLISH', '30080004726F6F6D6869'],
    ['a malformed header', '10FFFFFFFF7F'],
    ['a packet type that does not exist', '0000'],
    ['a broken CONNECT', '100400044D51'],
  ])('closes at once when the first packet is %s, and not with 1011', async (_, hex) => {
    const peer = await scene.open(4);
    peer.sendHex(hex);
    expect(await peer.next()).toBeUndefined();
    expect((await peer.closed).code).toBe(1002);
  });

  it('refuses a text frame with 1003', async () => {
    const peer = await scene.peer(5);
    peer.socket.send('{"type":"ping"}');
    expect((await peer.closed).code).toBe(1003);
  });

  it('takes a second CONNECT for a protocol error', async () => {
    const peer = await scene.peer(5);
    peer.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'c1' });
    expect(await peer.take('disconnect')).toMatchObject({ reasonCode: 0x82 });
    await peer.closed;
  });

  it.each(VERSIONS)('reads packets wherever frames end (M40), version %i', async (version) => {
    const peer = await scene.open(version);
    const connect = peer.encode({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: version,
      clientId: 'c1',
      keepalive: 60,
    });
    peer.sendBytes(connect.subarray(0, 3));
    peer.sendBytes(connect.subarray(3, 9));
    // The end of one packet, two whole ones, and the start of the next.
    peer.sendBytes(Buffer.concat([connect.subarray(9), Buffer.from('C000C000C0', 'hex')]));
    await peer.take('connack');
    await peer.take('pingresp');
    await peer.take('pingresp');
    peer.sendHex('00');
    expect(await peer.take('pingresp')).toMatchObject({ cmd: 'pingresp' });
  });

  it('asks the connect handler, and obeys', async () => {
    scene.sink.onConnect = () => ({
      accepted: true,
      userId: 'bob',
      groups: ['lobby'],
      roles: [],
      mqtt: { userProperties: [{ name: 'a', value: '1' }] },
    });
    const peer = await scene.open(5);
    const connack = await peer.connect({
      username: 'ann',
      password: Buffer.from('pass'),
      properties: { userProperties: { site: 'a1' } },
    });
    expect(connack.properties?.userProperties).toEqual({ a: '1' });
    expect(scene.sink.connects[0]).toMatchObject({
      connection: { connectionId: 'c1', subprotocol: 'mqtt', userId: 'ann' },
      mqtt: {
        protocolVersion: 5,
        cleanStart: true,
        username: 'ann',
        password: Buffer.from('pass'),
        userProperties: [{ name: 'site', value: 'a1' }],
      },
    });
    expect(scene.sink.connecteds[0]?.connection.userId).toBe('bob');
    expect((await scene.stage.api('HEAD', '/groups/lobby')).status).toBe(200);
    expect(await peer.subscribe('room')).toEqual([0x87]);
  });

  it.each([
    [5, { status: 401, mqtt: { code: 138, reason: 'banned' } }, 0x8a, 'banned'],
    [4, { status: 401, mqtt: { code: 4 } }, 4, undefined],
    [5, { status: 401, mqtt: { code: 5 } }, 0x80, undefined],
    [4, { status: 401, mqtt: { code: 138 } }, 3, undefined],
    [5, { status: 400 }, 0x86, undefined],
    [4, { status: 400 }, 4, undefined],
    [5, { status: 401 }, 0x87, undefined],
    [4, { status: 401 }, 5, undefined],
    [5, { status: 500 }, 0x80, undefined],
    [4, { status: 503 }, 3, undefined],
  ] as const)('version %i: a handler that says %j gives code %i (M35)', async (...row) => {
    const [version, refusal, code, reason] = row;
    scene.sink.onConnect = () => ({ accepted: false, ...refusal });
    const peer = await scene.open(version);
    const connack = await peer.connect();
    expect(version === 5 ? connack.reasonCode : connack.returnCode).toBe(code);
    expect(connack.properties?.reasonString).toBe(reason);
    await peer.closed;
  });

  it.each([
    [5, 0x88],
    [4, 3],
  ] as const)('version %i: a handler that fails gives code %i', async (version, code) => {
    scene.sink.onConnect = async () => await Promise.reject(new Error('no'));
    const connack = await (await scene.open(version)).connect();
    expect(version === 5 ? connack.reasonCode : connack.returnCode).toBe(code);
  });

  it('lets nobody under the id of a client of another protocol', async () => {
    const json = await scene.stage.json();
    const connack = await (await scene.open(5)).connect({ clientId: json.id });
    expect(connack.reasonCode).toBe(0x85);
  });

  it('reads groups from either claim', async () => {
    await scene.peer(5, {}, { groups: ['g1'], claims: { group: 'g2' } });
    const groups = await Promise.all(
      ['g1', 'g2'].map(async (name) => (await scene.stage.api('HEAD', `/groups/${name}`)).status),
    );
    expect(groups).toEqual([200, 200]);
  });
});

describe('anonymous MQTT clients', () => {
  it('come in where the hub allows it', async () => {
    const scene = await MqttScene.start({
      module: { hubs: { chat: { anonymousConnectPolicy: 'allow' } } },
    });
    const peer = await MqttPeer.open(scene.url({}, ''), 5);
    expect(await peer.connect()).toMatchObject({ reasonCode: 0 });
    expect(await peer.subscribe('room')).toEqual([0x87]);
    await scene.close();
    expect((await peer.closed).code).toBe(1001);
  });
});
