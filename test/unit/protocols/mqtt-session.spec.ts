import { parser, type IPublishPacket, type Packet } from 'mqtt-packet';
import { Batch } from '../../../lib/engine/batch.js';
import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { Message, type MessageInit } from '../../../lib/engine/message.js';
import { Outbox } from '../../../lib/engine/outbox.js';
import { binaryPayload } from '../../../lib/engine/payload.js';
import { MqttSession, type ClientTerms } from '../../../lib/protocols/mqtt/mqtt.session.js';
import { publishEncoder } from '../../../lib/protocols/mqtt/publish.encoder.js';

const TERMS: ClientTerms = {
  version: 5,
  receiveMaximum: 65_535,
  maximumPacketSize: 1_000_000,
  expiryMs: 30_000,
  longestExpiryMs: 30_000,
  physicalConnectionId: 'p1',
};

/** What is in frames of less than 126 bytes. */
function payloads(frames: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < frames.length; at += 2 + (frames[at + 1] as number)) {
    found.push(frames.subarray(at + 2, at + 2 + (frames[at + 1] as number)));
  }
  return found;
}

/** A session with the socket it has now; what is written to it is read by another implementation. */
class SessionRig {
  now = 1_000_000;
  overflows = 0;
  outbox = this.#createOutbox();
  readonly session: MqttSession;
  readonly #read: Packet[] = [];

  constructor(terms: Partial<ClientTerms> = {}, limits: { maxMessages?: number } = {}) {
    this.session = new MqttSession(
      {
        clock: () => this.now,
        sessionId: 's1',
        maxMessages: limits.maxMessages ?? 1000,
        maxBytes: 1_000_000,
      },
      { ...TERMS, ...terms },
      {
        sessionOverflow: () => {
          this.overflows += 1;
        },
        reply: (frame) => {
          if (frame !== undefined) this.outbox.reply(frame);
        },
      },
    );
    this.session.subscriptions.set('room', { qos: 2, owner: 'c1', noLocal: false, ids: undefined });
  }

  deliver(init: Partial<MessageInit> = {}, isAttached = true): void {
    const message = new Message({
      origin: { from: 'group', group: 'room', fromUserId: null },
      payload: binaryPayload(Buffer.from('x')),
      ...init,
    });
    const batch = new Batch([message]);
    this.session.deliver(batch, publishEncoder(5, 0), isAttached ? this.outbox : undefined);
  }

  resume(): void {
    this.outbox = this.#createOutbox();
    this.session.resume(this.outbox);
  }

  acknowledge(packetId: number): void {
    this.session.acknowledged({ type: 'puback', packetId, reasonCode: 0 });
  }

  written(): IPublishPacket[] {
    this.outbox.flushForClose();
    return this.#read.splice(0) as IPublishPacket[];
  }

  #createOutbox(): Outbox {
    const other = parser({ protocolVersion: 5 });
    other.on('packet', (packet) => this.#read.push(packet));
    const outbox = new Outbox(
      {
        scheduler: new FlushScheduler(),
        clock: () => this.now,
        maxMessages: 1000,
        maxBytes: 1_000_000,
        hardMaxBytes: 2_000_000,
      },
      {
        write: (bytes) => {
          for (const payload of payloads(bytes)) other.parse(payload);
          return true;
        },
        bufferedBytes: 0,
        close: () => {},
        abort: () => {},
      },
      { outboxOverflow: () => {} },
    );
    return outbox;
  }
}

describe('MqttSession', () => {
  it('counts packet ids from 1, and starts again after the last one', () => {
    const rig = new SessionRig();
    for (let id = 1; id <= 65_535; id += 1) {
      rig.deliver();
      expect(rig.written()[0]?.messageId).toBe(id);
      if (id !== 2) rig.acknowledge(id);
    }
    rig.deliver();
    rig.deliver();
    // 2 is still under way.
    expect(rig.written().map(({ messageId }) => messageId)).toEqual([1, 3]);
  });

  it('keeps to the window of the client, also when it is smaller on its return', () => {
    const rig = new SessionRig({ receiveMaximum: 2 });
    for (let count = 0; count < 3; count += 1) rig.deliver();
    expect(rig.written().map(({ messageId }) => messageId)).toEqual([1, 2]);
    rig.session.renew({ ...TERMS, receiveMaximum: 1 });
    rig.resume();
    expect(rig.written()).toMatchObject([{ messageId: 1, dup: true }]);
    rig.acknowledge(1);
    expect(rig.written()).toMatchObject([{ messageId: 2, dup: true }]);
    rig.acknowledge(2);
    expect(rig.written()).toMatchObject([{ messageId: 3, dup: false }]);
  });

  it('drops QoS 0 while nobody is there, and what expires meanwhile', () => {
    const rig = new SessionRig();
    const mqtt = { qos: 1, sender: undefined } as const;
    rig.deliver({ mqtt: { ...mqtt, qos: 0 } }, false);
    rig.deliver({ mqtt, expiresAt: rig.now + 1000 }, false);
    rig.deliver({ mqtt, expiresAt: rig.now + 9000 }, false);
    rig.now += 2000;
    rig.resume();
    expect(rig.written()).toMatchObject([{ qos: 1, properties: { messageExpiryInterval: 7 } }]);
  });

  it('makes room by forgetting what has expired, before it gives up', async () => {
    const rig = new SessionRig({}, { maxMessages: 2 });
    rig.deliver({ expiresAt: rig.now + 1000 }, false);
    rig.deliver({}, false);
    rig.now += 2000;
    rig.deliver({}, false);
    await Promise.resolve();
    expect(rig.overflows).toBe(0);
    rig.deliver({}, false);
    rig.deliver({}, false);
    await Promise.resolve();
    expect(rig.overflows).toBe(1);
  });

  it('shares the bytes of a message with everybody who is at the same packet id', () => {
    const message = new Message({
      origin: { from: 'server' },
      payload: binaryPayload(Buffer.from('x')),
    });
    const encoder = publishEncoder(5, 1);
    expect(message.sequencedFrame(encoder, 7)).toBe(message.sequencedFrame(encoder, 7));
    expect(message.frame(publishEncoder(5, 0))).toBe(message.frame(publishEncoder(5, 0)));
  });
});
