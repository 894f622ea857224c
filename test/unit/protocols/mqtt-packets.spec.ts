import { generate, parser, type Packet } from 'mqtt-packet';
import { decodePacket } from '../../../lib/protocols/mqtt/packet.decoder.js';
import { packetEncoder } from '../../../lib/protocols/mqtt/packet.encoder.js';
import { PacketFramer } from '../../../lib/protocols/mqtt/packet.framer.js';
import type { ClientPacket } from '../../../lib/protocols/mqtt/packets.js';
import { MQTT_VECTORS } from '../../support/mqtt.vectors.js';

function decode(bytes: Buffer, version: 4 | 5): ClientPacket {
  const framer = new PacketFramer(1024 * 1024);
  framer.push(bytes);
  const raw = framer.next();
  if (raw === undefined) throw new Error('The packet is not complete.');
  return decodePacket(raw, version);
}

/** What an independent implementation makes of a packet of ours. */
function readByOther(bytes: Buffer, version: 4 | 5): Packet {
  const packets: Packet[] = [];
  const other = parser({ protocolVersion: version });
  other.on('packet', (packet) => packets.push(packet));
  other.parse(bytes);
  const [packet] = packets;
  if (packet === undefined || packets.length > 1) throw new Error('That is not one packet.');
  return packet;
}

function versionOf(name: string): 4 | 5 {
  return name === '5.0' ? 5 : 4;
}

describe('MQTT packets', () => {
  const fromClients = MQTT_VECTORS.filter(({ direction }) => direction === 'c2s');
  const EXPECTED: Readonly<Record<string, object>> = {
    CONNECT: { type: 'connect', clientId: 'c1', keepAliveSeconds: 60, isCleanStart: true },
    SUBSCRIBE: {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [{ filter: 'room', qos: 1, noLocal: false }],
    },
    PUBLISH: { type: 'publish', topic: 'room', packetId: 2, qos: 1, payload: Buffer.from('hi') },
    PINGREQ: { type: 'pingreq' },
    DISCONNECT: { type: 'disconnect', reasonCode: 0 },
    UNSUBSCRIBE: { type: 'unsubscribe', packetId: 3, filters: ['room'] },
  };

  it.each(fromClients)('of clients are read: $version $name', ({ name, version, hex }) => {
    const packet = decode(Buffer.from(hex, 'hex'), versionOf(version));
    const kind = name.split(' ', 1)[0] ?? '';
    expect(packet).toMatchObject(EXPECTED[kind] ?? { type: 'nothing' });
  });

  it.each<[string, 4 | 5, Buffer]>([
    ['CONNACK accepted, no session', 4, packetEncoder.connack(4, ack(0))],
    ['CONNACK accepted, session present', 4, packetEncoder.connack(4, ack(0, true))],
    ['CONNACK not authorized (5)', 4, packetEncoder.connack(4, ack(5))],
    ['CONNACK success, no properties', 5, packetEncoder.connack(5, ack(0))],
    ['CONNACK not authorized 0x87', 5, packetEncoder.connack(5, ack(0x87))],
    ['SUBACK id 1 granted QoS 1', 5, packetEncoder.suback(5, 1, [1])],
    ['SUBACK id 1 failure 0x80', 4, packetEncoder.suback(4, 1, [0x80])],
    ['PUBACK id 2 success', 5, packetEncoder.acknowledgement(5, 'puback', 2)],
    ['PUBACK id 2', 4, packetEncoder.acknowledgement(4, 'puback', 2, 0x87)],
    ['PINGRESP', 5, packetEncoder.pingresp()],
    ['DISCONNECT administrative action 0x98', 5, packetEncoder.disconnect(0x98)],
    ['UNSUBACK id 3 success', 5, packetEncoder.unsuback(5, 3, [0])],
  ])('of the service are those of the documents: %s', (name, version, bytes) => {
    const label = version === 5 ? '5.0' : '3.1.1';
    const vector = MQTT_VECTORS.find((one) => one.name === name && one.version === label);
    const { hex = '' } = vector ?? {};
    expect(bytes.toString('hex').toUpperCase()).toBe(hex);
  });

  it('says why it refuses in properties that others can read', () => {
    const properties = {
      reasonString: 'banned by server',
      userProperties: [{ name: 'name1', value: 'value1' }],
    };
    const bytes = packetEncoder.connack(5, { sessionPresent: false, code: 0x8a, properties });
    expect(readByOther(bytes, 5)).toMatchObject({
      cmd: 'connack',
      reasonCode: 0x8a,
      properties: { reasonString: 'banned by server', userProperties: { name1: 'value1' } },
    });
  });

  it('cuts a reason that no packet can hold between two characters', () => {
    const bytes = packetEncoder.disconnect(0x98, { reasonString: '€'.repeat(30_000) });
    const { properties } = readByOther(bytes, 5) as Extract<Packet, { cmd: 'disconnect' }>;
    expect(properties?.reasonString).toBe('€'.repeat(21_845));
  });

  it('keeps user properties in their order, empty and repeated ones too', () => {
    const pairs: readonly (readonly [string, string])[] = [
      ['b', ''],
      ['1', 'x'],
      ['b', 'y'],
      ['a', 'z'],
      ['__proto__', '1'],
      ['b', ''],
    ];
    const block = Buffer.concat(
      pairs.map(([name, value]) =>
        Buffer.concat([
          Buffer.from([0x26, 0, name.length]),
          Buffer.from(name),
          Buffer.from([0, value.length]),
          Buffer.from(value),
        ]),
      ),
    );
    const body = Buffer.concat([Buffer.from([0, 1, 0x74, block.length]), block]);
    const bytes = Buffer.concat([Buffer.from([0x30, body.length]), body]);
    expect(decode(bytes, 5)).toMatchObject({
      properties: { userProperties: pairs.map(([name, value]) => ({ name, value })) },
    });
  });

  it('reads a CONNECT with everything in it', () => {
    const bytes = generate(
      {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clientId: 'c1',
        clean: false,
        keepalive: 7,
        username: 'ann',
        password: Buffer.from('secret'),
        properties: { sessionExpiryInterval: 30, receiveMaximum: 3, maximumPacketSize: 999 },
        will: {
          topic: 'room',
          payload: Buffer.from('bye'),
          qos: 2,
          retain: true,
          properties: { willDelayInterval: 5, contentType: 'text/plain' },
        },
      },
      { protocolVersion: 5 },
    );
    expect(decode(bytes, 5)).toEqual({
      type: 'connect',
      version: 5,
      clientId: 'c1',
      isCleanStart: false,
      keepAliveSeconds: 7,
      username: 'ann',
      password: Buffer.from('secret'),
      properties: { sessionExpirySeconds: 30, receiveMaximum: 3, maximumPacketSize: 999 },
      will: {
        topic: 'room',
        payload: Buffer.from('bye'),
        qos: 2,
        retain: true,
        properties: { willDelaySeconds: 5, contentType: 'text/plain' },
      },
    });
  });
});

function ack(code: number, sessionPresent = false): { code: number; sessionPresent: boolean } {
  return { code, sessionPresent };
}
