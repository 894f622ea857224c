import * as fc from 'fast-check';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';
import { Message } from '../../lib/engine/message.js';
import { payloadOf } from '../../lib/protocols/mqtt/content-types.js';
import { decodePacket } from '../../lib/protocols/mqtt/packet.decoder.js';
import { PacketFramer } from '../../lib/protocols/mqtt/packet.framer.js';
import type { ClientPacket, PublishPacket } from '../../lib/protocols/mqtt/packets.js';
import { packetBytes, publishEncoder } from '../../lib/protocols/mqtt/publish.encoder.js';
import { MqttViolation } from '../../lib/protocols/mqtt/reason-codes.js';

const MAX_PACKET = 64 * 1024;
const versions = fc.constantFrom(4 as const, 5 as const);
const qualities = fc.constantFrom(0 as const, 1 as const, 2 as const);
const packetIds = fc.integer({ min: 1, max: 65_535 });
const texts = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => text.replaceAll('\0', ''));
const names = texts.filter((text) => text !== '');
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

const publishes = fc.record({
  topic: names,
  payload: bytes,
  qos: qualities,
  messageId: packetIds,
  retain: fc.boolean(),
  properties: fc.record(
    {
      payloadFormatIndicator: fc.boolean(),
      contentType: texts,
      responseTopic: names,
      correlationData: bytes,
      messageExpiryInterval: fc.integer({ min: 0, max: 0xffff_ffff }),
    },
    { requiredKeys: [] },
  ),
});

/** Cuts bytes into pieces at any places. */
function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b);
  return [0, ...places].map((from, index) => whole.subarray(from, places[index] ?? whole.length));
}

function readAll(parts: readonly Buffer[], version: 4 | 5): ClientPacket[] {
  const framer = new PacketFramer(MAX_PACKET);
  const packets: ClientPacket[] = [];
  for (const part of parts) {
    framer.push(part);
    for (let raw = framer.next(); raw !== undefined; raw = framer.next()) {
      packets.push(decodePacket(raw, version));
    }
  }
  return packets;
}

function outcome(read: () => unknown): string {
  try {
    read();
    return 'packets';
  } catch (error) {
    return error instanceof MqttViolation ? 'violation' : String(error);
  }
}

describe('MQTT codec', () => {
  it('reads what another implementation writes, wherever it is cut', () => {
    fc.assert(
      fc.property(
        versions,
        fc.array(publishes, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (version, inits, cuts) => {
          const written = inits.map((init) =>
            generate({ cmd: 'publish', dup: false, ...init } satisfies IPublishPacket, {
              protocolVersion: version,
            }),
          );
          const read = readAll(pieces(Buffer.concat(written), cuts), version) as PublishPacket[];
          expect(read).toHaveLength(inits.length);
          for (const [index, init] of inits.entries()) {
            const packet = read[index];
            expect(packet).toMatchObject({
              topic: init.topic,
              qos: init.qos,
              retain: init.retain,
              packetId: init.qos === 0 ? 0 : init.messageId,
            });
            expect(packet?.payload.equals(init.payload)).toBe(true);
            const { properties } = init;
            expect(packet?.properties).toEqual(
              version === 4
                ? {}
                : {
                    ...(properties.payloadFormatIndicator !== undefined && {
                      payloadFormat: Number(properties.payloadFormatIndicator),
                    }),
                    ...(properties.contentType !== undefined && {
                      contentType: properties.contentType,
                    }),
                    ...(properties.responseTopic !== undefined && {
                      responseTopic: properties.responseTopic,
                    }),
                    ...(properties.correlationData !== undefined && {
                      correlationData: properties.correlationData,
                    }),
                    ...(properties.messageExpiryInterval !== undefined && {
                      messageExpirySeconds: properties.messageExpiryInterval,
                    }),
                  },
            );
          }
        },
      ),
    );
  });

  it('is read by another implementation, whatever packet ids share the bytes', () => {
    fc.assert(
      fc.property(
        versions,
        qualities,
        names,
        bytes,
        fc.option(texts, { nil: undefined }),
        fc.array(packetIds, { minLength: 1, maxLength: 4 }),
        (version, qos, topic, payload, contentType, ids) => {
          const message = new Message({
            origin: { from: 'group', group: topic, fromUserId: null },
            payload: payloadOf(contentType, payload),
            mqtt: { qos, sender: 'c1', contentType },
          });
          const encoder = publishEncoder(version, qos);
          for (const id of ids) {
            const frame = qos === 0 ? message.frame(encoder) : message.sequencedFrame(encoder, id);
            const packets: Packet[] = [];
            const other = parser({ protocolVersion: version });
            other.on('packet', (packet) => packets.push(packet));
            other.parse(frame.subarray(frame.length - packetBytes(frame)));
            expect(packets).toHaveLength(1);
            const packet = packets[0] as IPublishPacket;
            expect(packet).toMatchObject({ topic, qos, dup: false, retain: false });
            expect(Buffer.from(packet.payload).equals(payload)).toBe(true);
            expect(packet.messageId ?? 0).toBe(qos === 0 ? 0 : id);
            expect(packet.properties?.contentType).toBe(version === 5 ? contentType : undefined);
          }
        },
      ),
    );
  });

  it('makes packets or violations of any bytes, and nothing else', () => {
    fc.assert(
      fc.property(versions, fc.array(bytes, { maxLength: 6 }), (version, parts) => {
        expect(outcome(() => readAll(parts, version))).toMatch(/^(packets|violation)$/);
      }),
      { numRuns: 100_000 },
    );
  });
});
