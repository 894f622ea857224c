import { binaryPayload, jsonPayload, textPayload } from '../../engine/payload.js';
import type { Check } from '../check.interface.js';
import { expectEqual, expectRefused } from '../check.outcomes.js';
import { envelopeOf, failureOf } from '../rest.answers.js';
import type { RestRequest } from '../rest.caller.js';
import type { Scene } from '../scene.js';
import { PAYLOAD_SAMPLES, type PayloadSample } from './payload.samples.js';

const SENDS = ['SendToAll', 'SendToGroup', 'SendToUser', 'SendToConnection'] as const;

/** rest.md 14.3: what each kind of message is to each kind of client. */
export const PAYLOAD_CHECKS: readonly Check[] = [
  ...PAYLOAD_SAMPLES.map((sample): Check => ({
    id: sample.id,
    title: `${sample.what} arrives as it was sent, by every send, at JSON and raw clients`,
    group: 'payloads',
    operations: SENDS,
    isHubWide: true,
    run: async (scene) => {
      await expectDelivered(scene, sample);
    },
  })),
  {
    id: 'C5',
    title: 'a body without a content type is bytes',
    group: 'payloads',
    operations: ['SendToUser'],
    isRestOnly: true,
    run: async (scene) => {
      const ann = await scene.json();
      await expectAccepted(scene, ann.userId, { body: Buffer.of(1, 2, 3) });
      expectEqual(
        await scene.heard(ann),
        ['{"type":"message","from":"server","dataType":"binary","data":"AQID"}'],
        'frames',
      );
    },
  },
  {
    id: 'C13',
    title: 'text in another charset arrives as the same characters',
    group: 'payloads',
    operations: ['SendToUser'],
    isRestOnly: true,
    run: async (scene) => {
      const ann = await scene.json();
      await expectAccepted(scene, ann.userId, {
        headers: { 'Content-Type': 'Text/Plain; charset=UTF-16LE' },
        body: Buffer.from('é', 'utf16le'),
      });
      await scene.expectTexts(ann, ['é'], 'the client');
    },
  },
  {
    id: 'C8',
    title: 'a content type or charset that there is not is 415, and nothing is sent (C14)',
    group: 'payloads',
    operations: ['SendToUser'],
    isRestOnly: true,
    run: async (scene) => {
      const ann = await scene.json();
      for (const type of ['application/xml', 'text/html', 'text/plain; charset=nonsense']) {
        const request = { headers: { 'Content-Type': type }, body: 'x' };
        expectEqual((await send(scene, ann.userId, request)).status, 415, `status for ${type}`);
      }
      await scene.expectTexts(ann, [], 'the client');
    },
  },
  {
    id: 'C9',
    title: 'a body that is no JSON, or empty, is 400 when it should be JSON (C10)',
    group: 'payloads',
    operations: ['SendToUser'],
    isRestOnly: true,
    run: async (scene) => {
      const ann = await scene.json();
      for (const body of ['{', '', '{} {}']) {
        const headers = { 'Content-Type': 'application/json' };
        const { status, text } = await send(scene, ann.userId, { headers, body });
        const { code, message, target } = envelopeOf(text);
        expectEqual(
          { status, code, message, target },
          {
            status: 400,
            code: 'Error.BadRequest',
            message: 'The request body is not a valid JSON.',
            target: 'Request',
          },
          `the answer to ${JSON.stringify(body)}`,
        );
      }
      await scene.expectTexts(ann, [], 'the client');
    },
  },
  {
    id: 'C45',
    title: 'metadata reach JSON clients, and raw clients get the bare message (C46)',
    group: 'payloads',
    operations: ['SendToGroup'],
    run: async (scene) => {
      const group = scene.named('g');
      const json = await scene.json({ groups: [group] });
      const raw = await scene.raw({ groups: [group] });
      const metadata = new Map([['trace-id', '00-ab c']]);
      await scene.hub.sendToGroup(group, textPayload('x'), { metadata });
      const [frame = ''] = await scene.heard(json);
      const { metadata: seen } = JSON.parse(frame) as { metadata?: unknown };
      expectEqual(seen, { 'trace-id': '00-ab c' }, 'metadata');
      await scene.expectTexts(raw, ['x'], 'the raw client');
    },
  },
  {
    id: 'C45h',
    title: 'the last of several values of a metadata header counts',
    group: 'payloads',
    operations: ['SendToUser'],
    isRestOnly: true,
    run: async (scene) => {
      const ann = await scene.json();
      const headers = { 'Content-Type': 'text/plain', 'X-WebPubSub-Metadata-TraceId': 'a, b' };
      await expectAccepted(scene, ann.userId, { headers, body: 'x' });
      const [frame = ''] = await scene.heard(ann);
      const { metadata } = JSON.parse(frame) as { metadata?: unknown };
      expectEqual(metadata, { traceid: 'b' }, 'metadata');
    },
  },
  {
    id: 'C47',
    title: 'a metadata value of more than 1024 bytes is 400',
    group: 'payloads',
    operations: ['SendToUser'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const headers = { 'Content-Type': 'text/plain', 'X-WebPubSub-Metadata-k': 'v'.repeat(1025) };
      const answer = await send(scene, scene.named('nobody'), { headers, body: 'x' });
      await expectRefused(
        Promise.reject(failureOf(answer)),
        { statusCode: 400, code: 'Error.BadRequest' },
        'the send',
      );
    },
  },
  {
    id: 'C6',
    title: 'a client of the protobuf subprotocol gets binary frames with the same content',
    group: 'payloads',
    operations: ['SendToConnection', 'SendToUser'],
    run: async (scene) => {
      const client = await scene.connect({}, ['protobuf.webpubsub.azure.v1']);
      expectEqual(client.subprotocol, 'protobuf.webpubsub.azure.v1', 'subprotocol');
      await client.hear();
      const payloads = [
        textPayload('hello'),
        jsonPayload('{"a":1.50}'),
        binaryPayload(Buffer.of(7)),
      ];
      for (const payload of payloads) {
        await scene.hub.sendToUser(client.userId, payload);
        const frame = await client.hear();
        const has = Buffer.isBuffer(frame) && frame.includes(payload.bytes);
        expectEqual(has, true, `the ${payload.dataType} is in a binary frame`);
      }
    },
  },
];

async function expectDelivered(scene: Scene, { payload, json, raw }: PayloadSample): Promise<void> {
  const { hub } = scene;
  const group = scene.named('g');
  const jsonClient = await scene.json({ groups: [group] });
  const rawClient = await scene.raw({ groups: [group] });
  await hub.sendToAll(payload);
  await hub.sendToGroup(group, payload);
  for (const client of [jsonClient, rawClient]) await hub.sendToUser(client.userId, payload);
  await hub.sendToConnection(jsonClient.id, payload);
  const server = `{"type":"message","from":"server",${json}}`;
  const ofGroup = `{"type":"message","from":"group","group":"${group}",${json}}`;
  const frames = await scene.heard(jsonClient);
  expectEqual(
    // Nobody has sent it: the member is null, or left out.
    frames.map((frame) => frame.replace('"fromUserId":null,', '')),
    [server, ofGroup, server, server],
    'frames of the JSON client',
  );
  for (const operation of SENDS.slice(0, 3)) {
    expectEqual(await rawClient.hear(), raw, `frame of the raw client by ${operation}`);
  }
}

async function send(scene: Scene, userId: string, request: RestRequest): ReturnType<Scene['api']> {
  return await scene.api('POST', `users/${userId}/:send`, request);
}

async function expectAccepted(scene: Scene, userId: string, request: RestRequest): Promise<void> {
  const { status, text } = await send(scene, userId, request);
  expectEqual({ status, text }, { status: 202, text: '' }, 'the answer');
}
