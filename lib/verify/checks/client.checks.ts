import { textPayload } from '../../engine/payload.js';
import type { Check } from '../check.interface.js';
import { expectEqual, expectPart } from '../check.outcomes.js';
import { JSON_PROTOCOL } from '../scene.js';
import { expectAck, expectAnswer, PLAIN_X } from './client.steps.js';

/** client-protocols.md 13.1, 13.4: what clients of the JSON subprotocol say and hear. */
export const CLIENT_CHECKS: readonly Check[] = [
  {
    id: 'H01',
    title: 'the first frame tells a client who it is (H28)',
    group: 'clients',
    run: async (scene) => {
      for (const userId of [scene.named('ann'), null]) {
        const client = await scene.json({ userId });
        expectEqual(client.subprotocol, JSON_PROTOCOL, 'subprotocol');
        const frame = JSON.parse(client.connected) as Record<string, unknown>;
        expectEqual(
          { ...frame, userId: frame['userId'] ?? null, connectionId: typeof frame['connectionId'] },
          { type: 'system', event: 'connected', userId, connectionId: 'string' },
          'the first frame',
        );
      }
    },
  },
  {
    id: 'H18',
    title: 'the first subprotocol that the service knows is taken (H17)',
    group: 'clients',
    run: async (scene) => {
      const client = await scene.connect({}, [
        'x.custom',
        JSON_PROTOCOL,
        'protobuf.webpubsub.azure.v1',
      ]);
      expectEqual(client.subprotocol, JSON_PROTOCOL, 'subprotocol');
    },
  },
  {
    id: 'J01',
    title: 'a ping is answered',
    group: 'clients',
    run: async (scene) => {
      const client = await scene.json();
      await expectAnswer(client, { type: 'ping' }, { type: 'pong' });
    },
  },
  {
    id: 'J02',
    title: 'a client joins, gets what is sent, and leaves (J04, J05, J56)',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json();
      for (const ackId of [1, 2]) await expectAck(client, { type: 'joinGroup', group, ackId });
      await scene.hub.sendToGroup(group, textPayload('in'));
      await scene.expectTexts(client, ['in'], 'the member');
      for (const ackId of [3, 4]) await expectAck(client, { type: 'leaveGroup', group, ackId });
      await scene.hub.sendToGroup(group, textPayload('out'));
      await scene.expectTexts(client, [], 'the former member');
    },
  },
  {
    id: 'J03',
    title: 'a number that was used is a duplicate, whatever it was used for (J13)',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json();
      await expectAck(client, { type: 'joinGroup', group, ackId: 1 });
      for (const type of ['joinGroup', 'leaveGroup']) {
        const error = { name: 'Duplicate', message: 'Message with ack-id: 1 has been processed' };
        const ack = { type: 'ack', ackId: 1, success: false, error };
        await expectAnswer(client, { type, group, ackId: 1 }, ack);
      }
      expectEqual(await scene.hub.groupExists(group), true, 'the group is there');
    },
  },
  {
    id: 'J08',
    title: 'a number keeps all its digits, and may be 0 (J07)',
    group: 'clients',
    run: async (scene) => {
      const client = await scene.json();
      const group = scene.named('g');
      for (const ackId of ['0', '18446744073709551615']) {
        client.send(`{"type":"joinGroup","group":"${group}","ackId":${ackId}}`);
        const expected = `{"type":"ack","ackId":${ackId},"success":true}`;
        expectEqual((await client.hear()).toString(), expected, 'ack');
      }
    },
  },
  {
    id: 'J14',
    title: 'a member that sends gets its own message, and the ack after it',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json({ groups: [group] });
      client.sendJson({ type: 'sendToGroup', group, ...PLAIN_X, ackId: 1 });
      expectEqual(
        [await client.hearJson(), await client.hearJson()],
        [
          { type: 'message', from: 'group', group, fromUserId: client.userId, ...PLAIN_X },
          { type: 'ack', ackId: 1, success: true },
        ],
        'frames',
      );
    },
  },
  {
    id: 'J15',
    title: 'with noEcho the sender alone does not get its message (J16)',
    group: 'clients',
    run: async (scene) => {
      const [userId, group] = [scene.named('ann'), scene.named('g')];
      const sender = await scene.json({ userId, groups: [group] });
      const second = await scene.json({ userId, groups: [group] });
      await expectAck(sender, { type: 'sendToGroup', group, ...PLAIN_X, noEcho: true, ackId: 1 });
      await scene.expectTexts(sender, [], 'the sender');
      await scene.expectTexts(second, ['x'], 'the other connection of the user');
    },
  },
  {
    id: 'J18',
    title: 'who is no member may send, and to a group without members (J17)',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const sender = await scene.json();
      const member = await scene.json({ groups: [group] });
      await expectAck(sender, { type: 'sendToGroup', group, ...PLAIN_X, ackId: 1 });
      const empty = { type: 'sendToGroup', group: scene.named('empty'), ...PLAIN_X, ackId: 2 };
      await expectAck(sender, empty);
      await scene.expectTexts(member, ['x'], 'the member');
      await scene.expectTexts(sender, [], 'the sender');
    },
  },
  {
    id: 'J19',
    title: 'JSON of clients arrives digit for digit (J20)',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const [sender, member] = [await scene.json(), await scene.json({ groups: [group] })];
      const values = ['{"a":1.50,"n":12345678901234567890}', '0', 'false', '""', '[]'];
      for (const [index, value] of values.entries()) {
        const start = `{"type":"sendToGroup","group":"${group}","dataType":"json"`;
        sender.send(`${start},"data":${value},"ackId":${index}}`);
        await sender.hear();
        const part = `"dataType":"json","data":${value}`;
        expectPart((await member.hear()).toString(), part, 'the message');
      }
    },
  },
  {
    id: 'J26',
    title: 'bytes of clients are base64 to JSON clients and bytes to raw ones',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const [sender, member] = [await scene.json(), await scene.json({ groups: [group] })];
      const raw = await scene.raw({ groups: [group] });
      await expectAck(sender, {
        type: 'sendToGroup',
        group,
        dataType: 'binary',
        data: 'AQID',
        ackId: 1,
      });
      expectPart((await member.hear()).toString(), '"dataType":"binary","data":"AQID"', 'message');
      expectEqual(await raw.hear(), Buffer.of(1, 2, 3), 'the frame of the raw client');
    },
  },
  {
    id: 'J57',
    title: 'the message of an anonymous client has no sender',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const sender = await scene.json({ userId: null });
      const member = await scene.json({ groups: [group] });
      await expectAck(sender, { type: 'sendToGroup', group, ...PLAIN_X, ackId: 1 });
      expectEqual((await member.hearJson())['fromUserId'] ?? null, null, 'the sender');
    },
  },
  {
    id: 'J61',
    title: 'the acks of many requests come in their order',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const client = await scene.json();
      const numbers = Array.from({ length: 50 }, (_, index) => index + 1);
      for (const ackId of numbers) {
        client.sendJson({ type: 'sendToGroup', group, ...PLAIN_X, ackId });
      }
      for (const ackId of numbers) {
        expectEqual(await client.hearJson(), { type: 'ack', ackId, success: true }, 'ack');
      }
    },
  },
  {
    id: 'W10',
    title: 'a raw client may send to a group, with and without an echo (W11)',
    group: 'clients',
    run: async (scene) => {
      const group = scene.named('g');
      const member = await scene.json({ groups: [group] });
      for (const noEcho of ['false', 'true']) {
        const query = { webpubsub_mode: 'sendToGroup', group, noEcho };
        const sender = await scene.raw({ groups: [group], query });
        sender.send(noEcho);
        await member.hear();
        await scene.expectTexts(sender, noEcho === 'true' ? [] : ['false'], 'the sender');
        await sender.close();
      }
      await scene.expectTexts(member, [], 'the member beyond that');
    },
  },
];
