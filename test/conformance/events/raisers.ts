import type { EventStage } from '../../support/event-target.js';
import { fieldsOf, readFields } from '../../support/protobuf.client.js';
import { delimited, varint } from '../../support/protobuf.wire.js';
import { ReliableClient } from '../../support/reliable.client.js';
import type { WireClient } from '../../support/wire.client.js';
import { MqttScene } from '../mqtt/mqtt.scene.js';

/** A client of some protocol, and how an event it raised looks to it in the end. */
export interface Raiser {
  /** Name of its event. */
  readonly event: string;
  raise(): void;
  /** Takes what a success with this text is; `undefined` for one without a reply. */
  expectReply(text?: string): Promise<void>;
  /** Takes what a failure is (events.md 7.5), and shows that the connection is as it should be. */
  expectFailure(status?: string): Promise<void>;
  /** Goes away without a word. */
  leave(): void;
}

const ERROR = { name: 'InternalServerError', message: 'Internal server error' };

async function raw(stage: EventStage): Promise<Raiser> {
  const client = await stage.raw();
  return {
    event: 'message',
    raise: () => client.send('x'),
    expectReply: async (text) => {
      if (text !== undefined) expect(await client.hear()).toBe(text);
    },
    expectFailure: async () => {
      expect(await client.closed).toEqual({ code: 1011, reason: ERROR.message });
      expect(client.unheard).toEqual([]);
    },
    leave: () => client.socket.terminate(),
  };
}

function ofJson(client: WireClient, ack: { readonly ackId?: number }): Raiser {
  const { ackId } = ack;
  return {
    event: 'e1',
    raise: () => {
      const frame = { type: 'event', event: 'e1', dataType: 'text', data: 'x', ...ack };
      client.send(JSON.stringify(frame));
    },
    expectReply: async (text) => {
      if (text !== undefined) {
        expect(await client.hearJson()).toMatchObject({ from: 'server', data: text });
      }
      if (ackId !== undefined) {
        expect(await client.hearJson()).toEqual({ type: 'ack', ackId, success: true });
      }
      await client.expectQuiet();
    },
    expectFailure: async () => {
      if (ackId !== undefined) {
        const failed = { type: 'ack', ackId, success: false, error: ERROR };
        expect(await client.hearJson()).toEqual(failed);
      }
      await client.expectQuiet();
    },
    leave: () => client.socket.terminate(),
  };
}

async function protobuf(stage: EventStage): Promise<Raiser> {
  const client = await stage.protobuf();
  async function ack(): Promise<ReadonlyMap<number, unknown>> {
    return readFields(readFields(await client.hearExactly()).get(1) as Buffer);
  }
  return {
    event: 'e1',
    raise: () => {
      const data = delimited(2, delimited(1, 'x'));
      client.wire.send(delimited(5, delimited(1, 'e1'), data, varint(3, 7)));
    },
    expectReply: async (text) => {
      if (text !== undefined) expect((await client.hear()).data[1].toString()).toBe(text);
      expect((await ack()).get(2)).toBe(1n);
      await client.expectQuiet();
    },
    expectFailure: async () => {
      const failed = await ack();
      expect([failed.get(1), failed.get(2) ?? 0n]).toEqual([7n, 0n]);
      const error = fieldsOf(failed.get(3) as Buffer).map(([, value]) => String(value as Buffer));
      expect(error).toEqual([ERROR.name, ERROR.message]);
      await client.expectQuiet();
    },
    leave: () => client.wire.socket.terminate(),
  };
}

async function mqtt(stage: EventStage): Promise<Raiser> {
  const peer = await new MqttScene(stage).peer(5, { clientId: 'raiser' });
  const topic = '$webpubsub/server/events/e1';
  return {
    event: 'e1',
    raise: () =>
      peer.send({ cmd: 'publish', topic, payload: 'x', qos: 0, dup: false, retain: false }),
    expectReply: async (text) => {
      const publish = await peer.take('publish');
      expect(publish.topic).toBe(`${topic}/succeeded`);
      if (text !== undefined) expect(String(publish.payload)).toBe(text);
      await peer.ping();
    },
    expectFailure: async (status = '500') => {
      const publish = await peer.take('publish');
      expect(publish.topic).toBe(`${topic}/failed`);
      expect(publish.properties?.userProperties).toMatchObject({ 'azure-status-code': status });
      await peer.ping();
    },
    leave: () => peer.socket.terminate(),
  };
}

/** Every kind of client that can raise events. */
export const RAISERS: readonly (readonly [string, (stage: EventStage) => Promise<Raiser>])[] = [
  ['raw', raw],
  ['json', async (stage) => ofJson(await stage.json(), { ackId: 1 })],
  ['json without ackId', async (stage) => ofJson(await stage.json(), {})],
  [
    'reliable json',
    async (stage) => ofJson((await ReliableClient.connect(stage)).wire, { ackId: 1 }),
  ],
  ['protobuf', protobuf],
  ['mqtt', mqtt],
];
