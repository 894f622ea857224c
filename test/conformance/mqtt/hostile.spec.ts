import { MqttScene, VERSIONS } from './mqtt.scene.js';

/** Bytes of a packet with a remaining length that need not be true. */
function packet(firstByte: number, body: Buffer | string, declared?: number): Buffer {
  const bytes = Buffer.from(body as string, 'hex');
  const length: number[] = [];
  let rest = declared ?? bytes.length;
  do {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([firstByte, ...length]), bytes]);
}

const TOPIC = '0004726F6F6D';

describe('hostile MQTT clients', () => {
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

  it.each([
    ['a PUBLISH with QoS 3', 0x36, `${TOPIC}0001`],
    ['a PUBLISH that ends in its topic', 0x30, '0010726F'],
    ['a PUBLISH without a packet id', 0x32, TOPIC],
    ['a PUBLISH with packet id 0', 0x32, `${TOPIC}000000`],
    ['a PUBLISH with DUP and QoS 0', 0x38, `${TOPIC}00`],
    ['a PUBLISH whose properties are longer than it is', 0x30, `${TOPIC}7F03`],
    ['a PUBLISH with an unknown property', 0x30, `${TOPIC}02FE01`],
    ['a PUBLISH with the property of another packet', 0x30, `${TOPIC}051100000001`],
    ['a PUBLISH with a topic that is no UTF-8', 0x30, '0002C3280000'],
    ['a PUBLISH with U+0000 in its topic', 0x30, '0002004100'],
    ['a SUBSCRIBE with wrong flags', 0x80, `000100${TOPIC}00`],
    ['a SUBSCRIBE without a filter', 0x82, '000100'],
    ['a SUBSCRIBE with reserved options', 0x82, `000100${TOPIC}C0`],
    ['a SUBSCRIBE with retain handling 3', 0x82, `000100${TOPIC}30`],
    ['a SUBSCRIBE with QoS 3', 0x82, `000100${TOPIC}03`],
    ['an UNSUBSCRIBE without a filter', 0xa2, '000100'],
    ['a PUBACK of one byte', 0x40, '00'],
    ['a PUBREL with wrong flags', 0x60, '0001'],
    ['a PINGREQ with a body', 0xc0, '00'],
    ['a DISCONNECT with rubbish behind it', 0xe0, '000000'],
  ])('%s ends its connection with 0x81', async (_, firstByte, body) => {
    const peer = await scene.peer(5);
    peer.sendBytes(packet(firstByte, body));
    expect(await peer.take('disconnect')).toMatchObject({ reasonCode: 0x81 });
    expect((await peer.closed).code).toBe(1000);
  });

  it.each([
    ['a packet only a server sends', 0x20, '0000'],
    ['an AUTH', 0xf0, ''],
    ['a property twice', 0x30, `${TOPIC}0401010101`],
    ['a flag of 2', 0x30, `${TOPIC}020102`],
    ['a subscription id of 0', 0x82, `0001020B00${TOPIC}00`],
    ['a response topic with a wildcard', 0x30, `${TOPIC}0408000123`],
  ])('%s is a protocol error', async (_, firstByte, body) => {
    const peer = await scene.peer(5);
    peer.sendBytes(packet(firstByte, body));
    expect(await peer.take('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it.each(VERSIONS)(
    'version %i: a packet that announces too much is not awaited',
    async (version) => {
      const peer = await scene.peer(version);
      peer.sendBytes(packet(0x30, TOPIC, 2 * 1024 * 1024));
      expect(await peer.farewell()).toBe(version === 5 ? 0x95 : undefined);
      expect((await peer.closed).code).toBe(1009);
    },
  );

  it.each(VERSIONS)(
    'version %i: a WebSocket message without measure is not read',
    async (version) => {
      const peer = await scene.peer(version);
      peer.sendBytes(Buffer.alloc(4 * 1024 * 1024));
      expect(await peer.farewell()).toBe(version === 5 ? 0x95 : undefined);
      expect((await peer.closed).code).toBe(1009);
    },
  );

  it('does not even await a CONNECT that announces too much', async () => {
    const peer = await scene.open(5);
    peer.sendBytes(packet(0x10, '00044D515454', 200 * 1024 * 1024));
    expect((await peer.closed).code).toBe(1009);
  });

  it('refuses more properties than a packet needs', async () => {
    const peer = await scene.peer(5);
    const pairs = Buffer.from('26000141000142'.repeat(20_000), 'hex');
    const length = Buffer.from([0x80 | (pairs.length & 127), 0x80 | ((pairs.length >> 7) & 127)]);
    const last = Buffer.from([pairs.length >> 14]);
    const body = Buffer.concat([Buffer.from(TOPIC, 'hex'), length, last, pairs]);
    peer.sendBytes(packet(0x30, body.toString('hex')));
    expect(await peer.take('disconnect')).toMatchObject({ reasonCode: 0x95 });
  });

  it('takes a message of 1 MiB, byte by byte if need be', async () => {
    const receiver = await scene.peer(5, { clientId: 'receiver' });
    await receiver.subscribe('room', 1);
    const sender = await scene.peer(5);
    const payload = Buffer.alloc(1024 * 1024, 'x');
    const bytes = sender.encode({
      cmd: 'publish',
      topic: 'room',
      payload,
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    });
    for (let at = 0; at < 5000; at += 1) sender.sendBytes(bytes.subarray(at, at + 1));
    sender.sendBytes(bytes.subarray(5000));
    await sender.take('puback');
    expect((await receiver.take('publish')).payload).toHaveLength(payload.length);
  });

  it('survives bytes of every kind, before and after CONNECT', async () => {
    const neighbour = await scene.peer(5, { clientId: 'neighbour' });
    for (let seed = 0; seed < 200; seed += 1) {
      const peer = seed % 2 === 0 ? await scene.open(5) : await scene.peer(5);
      const bytes = Buffer.alloc(64);
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = (seed * 31 + at * at * 7) & 255;
      bytes[1] = 62;
      peer.sendBytes(bytes);
      expect((await peer.closed).code).not.toBe(1011);
    }
    await neighbour.ping();
  });

  it('ends a session whose client acknowledges nothing, with 0x97', async () => {
    const peer = await scene.peer(5, { properties: { sessionExpiryInterval: 30 } });
    await peer.subscribe('room', 1);
    const sender = await scene.peer(5, { clientId: 'sender' });
    for (let count = 0; count <= 1000; count += 1) {
      sender.send({
        cmd: 'publish',
        topic: 'room',
        payload: 'x',
        qos: 1,
        messageId: (count % 60_000) + 1,
        dup: false,
        retain: false,
      });
    }
    for (let count = 0; count < 1000; count += 1) await peer.take('publish');
    expect(await peer.take('disconnect')).toMatchObject({ reasonCode: 0x97 });
    expect((await peer.closed).code).toBe(1000);
    const { mqtt } = await scene.sink.until('disconnecteds');
    expect(mqtt?.disconnectPacket).toEqual({ code: 0x97, userProperties: null });
  });

  it.each([0, 1] as const)('ends a client that does not read QoS %i', async (qos) => {
    const peer = await scene.peer(5);
    await peer.subscribe('room', qos);
    peer.socket.pause();
    const bytes = Buffer.alloc(1024 * 1024);
    const ended = scene.sink.until('disconnecteds');
    for (let count = 0; count < 40; count += 1) {
      await scene.stage.operate('POST', '/groups/room/:send', { bytes });
    }
    expect((await ended).mqtt?.disconnectPacket?.code).toBe(0x97);
  });

  it('does not read a client that does not read its answers', async () => {
    const neighbour = await scene.peer(5, { clientId: 'neighbour' });
    const peer = await scene.peer(5);
    peer.socket.pause();
    const before = process.memoryUsage().rss;
    const pings = Buffer.from('C000'.repeat(300_000), 'hex');
    for (let count = 0; count < 40; count += 1) peer.sendBytes(pings);
    for (let count = 0; count < 20; count += 1) await neighbour.ping();
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  it('answers acknowledgements of nothing, and goes on', async () => {
    const peer = await scene.peer(5);
    peer.send({ cmd: 'puback', messageId: 9 }, { cmd: 'pubcomp', messageId: 9 });
    peer.send({ cmd: 'pubrec', messageId: 9 });
    expect(await peer.take('pubrel')).toMatchObject({ messageId: 9, reasonCode: 0x92 });
    peer.send({ cmd: 'pubrel', messageId: 9 });
    expect(await peer.take('pubcomp')).toMatchObject({ messageId: 9, reasonCode: 0x92 });
  });
});
