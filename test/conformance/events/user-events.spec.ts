import type { EventEnvelope } from 'nestjs-web-pubsub';
import { deferred } from '../../support/deferred.js';
import { startEventStage, type EventStage } from '../../support/event-target.js';
import { ReliableClient } from '../../support/reliable.client.js';
import type { ScriptedAnswer } from '../../support/webhook.receiver.js';

type Lines = readonly (readonly [string, string])[];

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
const BYTES = 'application/octet-stream';
const ANY = 'application/x-protobuf';
const METADATA = 'x-webpubsub-metadata-';

function event(more: object = {}): string {
  return JSON.stringify({ type: 'event', event: 'e1', dataType: 'text', data: 'x', ...more });
}

function answer(
  type: string | undefined,
  body: string | Buffer = '',
  headers: Lines = [],
): ScriptedAnswer {
  const typed: Lines = type === undefined ? [] : [['Content-Type', type]];
  return { status: 200, headers: [...typed, ...headers], body };
}

describe('user events (events.md 15.4)', () => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  describe('the request', () => {
    it.each<[string, string, string, string]>([
      ['U1 text', event({ data: 'hé' }), TEXT, 'hé'],
      ['U1 text, in other case', event({ dataType: 'Text', data: 'hé' }), TEXT, 'hé'],
      [
        'U2 JSON by default, digit for digit',
        '{"type":"event","event":"e1","data":{"n":12345678901234567890,"n":1.0,"e":"\\u00e9"}}',
        JSON_TYPE,
        '{"n":12345678901234567890,"n":1.0,"e":"\\u00e9"}',
      ],
      ['U2 a JSON string', event({ dataType: 'json', data: 'x' }), JSON_TYPE, '"x"'],
      ['U3 binary', event({ dataType: 'binary', data: 'AAEC' }), BYTES, '\u0000\u0001\u0002'],
      ['U4 protobuf', event({ dataType: 'protobuf', data: 'CgFh' }), ANY, '\n\u0001a'],
      ['U18 metadata only', '{"type":"event","event":"e1","metadata":{"k":"v"}}', TEXT, ''],
    ])('%s', async (_, frame, type, body) => {
      const client = await stage.json({ userId: 'ana' });
      client.send(frame);
      const post = await stage.post('e1');
      expect(post).toMatchObject({ method: 'POST', target: '/e/chat/e1' });
      expect(post.header('Content-Type')).toBe(type);
      expect(post.body.toString()).toBe(body);
      expect(post.header('ce-type')).toBe('azure.webpubsub.user.e1');
      expect(post.header('ce-userId')).toBe('ana');
      expect(post.header('ce-subprotocol')).toBe('json.webpubsub.azure.v1');
      expect(post.header('ce-connectionId')).toBe(client.id);
      expect(post.header('ce-source')).toBe(`/hubs/chat/client/${client.id}`);
    });

    it.each<[string, number, string]>([
      ['text', 1, TEXT],
      ['binary', 2, BYTES],
      ['Any', 3, ANY],
    ])('U4 a protobuf client sends %s', async (_, field, type) => {
      const client = await stage.protobuf();
      client.raise('e1', field, Buffer.from('\n\u0001a'));
      const post = await stage.post('e1');
      expect(post.header('Content-Type')).toBe(type);
      expect(post.body.toString()).toBe('\n\u0001a');
      expect(post.header('ce-subprotocol')).toBe('protobuf.webpubsub.azure.v1');
    });

    it.each<[string, string | Buffer, string]>([
      ['text', 'hé', TEXT],
      ['binary', Buffer.of(0, 255), BYTES],
    ])('U5 a raw client sends a %s frame', async (_, frame, type) => {
      const client = await stage.raw();
      client.send(frame);
      const post = await stage.post('message');
      expect(post.target).toBe('/e/chat/message');
      expect(post.header('Content-Type')).toBe(type);
      expect(post.header('ce-type')).toBe('azure.webpubsub.user.message');
      expect(post.header('ce-subprotocol')).toBeUndefined();
      expect(post.body).toEqual(Buffer.from(frame as string));
    });

    it('U6 raw frames for a group are none', async () => {
      const member = await stage.json({ groups: ['g'] });
      const query = { webpubsub_mode: 'sendToGroup', group: 'g' };
      const client = await stage.raw({ query });
      client.send('x');
      expect(await member.hearJson()).toMatchObject({ group: 'g', data: 'x' });
      expect(stage.posts('message')).toEqual([]);
    });

    it('5.1 nothing but events raises events', async () => {
      const client = await stage.json();
      for (const frame of [
        { type: 'joinGroup', group: 'g', ackId: 1 },
        { type: 'sendToGroup', group: 'g', dataType: 'text', data: 'x', noEcho: true, ackId: 2 },
        { type: 'leaveGroup', group: 'g', ackId: 3 },
      ]) {
        client.send(JSON.stringify(frame));
        await client.hear();
      }
      await stage.operate('POST', `/connections/${client.id}/:send`, { text: 'x' });
      await client.hear();
      await stage.post('connected');
      expect(stage.posted).toEqual(['connect', 'connected']);
    });

    it.each<[string, object, Record<string, string>]>([
      ['U16 with its commas', { Trace: 'a, b' }, { trace: 'a, b' }],
      ['2.7 empty', { k: '' }, { k: '' }],
      ['2.7 the last of two that differ in case', { K: '1', k: '2' }, { k: '2' }],
    ])('%s: metadata', async (_, metadata, expected) => {
      const client = await stage.json();
      client.send(event({ metadata }));
      const post = await stage.post('e1');
      for (const [key, value] of Object.entries(expected)) {
        expect(post.header(METADATA + key)).toBe(value);
      }
    });

    it('2.7 metadata is not kept', async () => {
      const client = await stage.json();
      client.send(event({ metadata: { k: 'v' } }));
      client.send(event());
      expect((await stage.post('e1', 2)).header(`${METADATA}k`)).toBeUndefined();
    });

    it('U27 may have the name of a system event', async () => {
      stage.use({
        eventHandlers: [
          stage.handler({ userEventPattern: '' }, '/system'),
          stage.handler({ systemEvents: [] }, '/user'),
        ],
      });
      const client = await stage.json();
      client.send(event({ event: 'connected' }));
      const post = await stage.post('connected', 2);
      expect(post.target).toBe('/user');
      expect(post.header('ce-type')).toBe('azure.webpubsub.user.connected');
    });

    it.each<[string, string]>([
      ['U28 a name that begins with a digit', event({ event: '9x' })],
      ['U28 a name of 129 characters', event({ event: 'e'.repeat(129) })],
      ['U28 a name with a slash', event({ event: 'a/b' })],
      ['U29 data that is null', '{"type":"event","event":"e1","dataType":"json","data":null}'],
      ['5.6 binary that is no base64', event({ dataType: 'binary', data: '*' })],
      ['5.6 no data at all', '{"type":"event","event":"e1","dataType":"text"}'],
      ['2.7 metadata with a space in its name', event({ metadata: { 'a b': 'c' } })],
    ])('%s ends the connection, without an event', async (_, frame) => {
      const client = await stage.json();
      client.send(frame);
      expect((await client.closed).code).toBe(1007);
      await stage.post('disconnected');
      expect(stage.posted).toEqual(expect.arrayContaining(['connect', 'connected']));
      expect(stage.posted).toHaveLength(3);
    });

    it('U28 a name of 128 characters is one', async () => {
      const name = `e${'_.-'.repeat(42)}e`;
      const client = await stage.json();
      client.send(event({ event: name }));
      expect((await stage.post(name)).target).toBe(`/e/chat/${name}`);
    });
  });

  describe('order', () => {
    it('U22 one event after the other, each with its reply', async () => {
      const slow = deferred<void>();
      stage.answer({
        first: async () => {
          await slow.promise;
          return answer(TEXT, '1');
        },
        second: answer(TEXT, '2'),
      });
      const client = await stage.json();
      client.send(event({ event: 'first', ackId: 1 }));
      client.send(event({ event: 'second', ackId: 2 }));
      await stage.post('first');
      // Time enough for a second request, if there was to be one.
      (await stage.json()).close(1000);
      await stage.post('disconnected');
      expect(stage.posts('second')).toEqual([]);
      slow.resolve();
      const heard: unknown[] = [];
      for (let index = 0; index < 4; index += 1) heard.push(await client.hearJson());
      expect(heard).toMatchObject([{ data: '1' }, { ackId: 1 }, { data: '2' }, { ackId: 2 }]);
    });

    it('U23 a slow one holds nobody else up', async () => {
      stage.answer({ slow: 'hang', e1: answer(TEXT, 'ok') });
      const [slow, quick] = [await stage.json(), await stage.json()];
      slow.send(event({ event: 'slow' }));
      await stage.post('slow');
      quick.send(event());
      expect(await quick.hearJson()).toMatchObject({ data: 'ok' });
    });

    it('7.6 the handler may send to the client, and close it, before it answers', async () => {
      stage.answer({
        e1: async (post) => {
          const path = `/connections/${post.header('ce-connectionId')}`;
          await stage.operate('POST', `${path}/:send`, { text: 'meanwhile' });
          await stage.operate('DELETE', path);
          return { status: 204 };
        },
      });
      const client = await stage.json();
      client.send(event());
      expect(await client.hearJson()).toMatchObject({ data: 'meanwhile' });
      await client.closed;
    });
  });

  describe('acks', () => {
    it('U25 an ackId that has succeeded is a duplicate, and raises nothing', async () => {
      const copies: EventEnvelope[] = [];
      const listener = (envelope: EventEnvelope): number => copies.push(envelope);
      stage.use({ eventListeners: [{ filter: { userEventPattern: '*' }, listener }] });
      const client = await stage.json();
      client.send(event({ ackId: 7 }));
      client.send(event({ ackId: 7 }));
      expect(await client.hearJson()).toMatchObject({ success: true });
      expect(await client.hearJson()).toEqual({
        type: 'ack',
        ackId: 7,
        success: false,
        error: { name: 'Duplicate', message: 'Message with ack-id: 7 has been processed' },
      });
      expect(stage.posts('e1')).toHaveLength(1);
      expect(copies).toHaveLength(1);
    });

    it('U26 an ackId that has failed can be used again, for a new event', async () => {
      const answers = [{ status: 400 }];
      stage.answer({ e1: () => answers.shift() ?? { status: 204 } });
      const client = await stage.json();
      client.send(event({ ackId: 7 }));
      client.send(event({ ackId: 7 }));
      expect(await client.hearJson()).toMatchObject({ ackId: 7, success: false });
      expect(await client.hearJson()).toMatchObject({ ackId: 7, success: true });
      expect(stage.posts('e1').map((post) => post.header('ce-id'))).toEqual(['2', '3']);
    });

    it('U24 a reliable client that did not get the reply gets it again, the handler is not asked', async () => {
      stage.answer({ e1: answer(TEXT, 'ok') });
      const client = await ReliableClient.connect(stage);
      client.send({ type: 'event', event: 'e1', dataType: 'text', data: 'x', ackId: 1 });
      const reply = await client.hear();
      expect(reply).toMatchObject({ from: 'server', data: 'ok', sequenceId: 1 });
      await client.wire.hear();
      await client.cut();
      await client.recover();
      expect(await client.hear()).toEqual(reply);
      expect(stage.posts('e1')).toHaveLength(1);
    });
  });
});
