import { startEventStage, type EventStage } from '../../support/event-target.js';
import { delimited } from '../../support/protobuf.wire.js';
import { readFields } from '../../support/protobuf.client.js';
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

describe('answers to user events (events.md 6, 15.4)', () => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  describe('the answer to a json client', () => {
    const message = { type: 'message', from: 'server' };

    it.each<[string, ScriptedAnswer, object[]]>([
      ['U7 204', { status: 204 }, []],
      ['U7 200 without a body', answer(JSON_TYPE), []],
      [
        '16.20 202 with a body',
        { ...answer(TEXT, 'ok'), status: 202 },
        [{ dataType: 'text', data: 'ok' }],
      ],
      ['U8 text', answer(TEXT, 'ök'), [{ dataType: 'text', data: 'ök' }]],
      [
        'U8 text, its type in other case',
        answer('Text/Plain', 'ok'),
        [{ dataType: 'text', data: 'ok' }],
      ],
      [
        'U9 JSON',
        answer('application/json; charset=utf-8', '{"a":[1]}'),
        [{ dataType: 'json', data: { a: [1] } }],
      ],
      [
        'U10 bytes without a type',
        answer(undefined, Buffer.of(0, 1, 2)),
        [{ dataType: 'binary', data: 'AAEC' }],
      ],
      ['6.1 binary', answer(BYTES, Buffer.of(0, 1, 2)), [{ dataType: 'binary', data: 'AAEC' }]],
      ['6.1 protobuf', answer(ANY, '\n\u0001a'), [{ dataType: 'protobuf', data: 'CgFh' }]],
      [
        'U11 metadata only',
        answer(JSON_TYPE, '', [[`${METADATA}k`, 'v']]),
        [{ dataType: 'text', data: '', metadata: { k: 'v' } }],
      ],
      ['U13 HTML without a body', answer('text/html'), []],
      [
        'U17 metadata that is a list',
        answer(TEXT, 'x', [
          [`${METADATA}K`, 'first'],
          [`${METADATA}k`, 'middle, last'],
          ['X-WebPubSub-Metadata-', 'no name'],
        ]),
        [{ dataType: 'text', data: 'x', metadata: { k: 'last' } }],
      ],
    ])('%s: what it says, then the ack', async (_, reaction, replies) => {
      stage.answer({ e1: reaction });
      const client = await stage.json();
      client.send(event({ ackId: 1 }));
      for (const reply of replies)
        expect(await client.hearJson()).toEqual({ ...message, ...reply });
      expect(await client.hearJson()).toEqual({ type: 'ack', ackId: 1, success: true });
      await client.expectQuiet();
    });

    it('6.2 without an ackId there is the message alone', async () => {
      stage.answer({ e1: answer(TEXT, 'ok') });
      const client = await stage.json();
      client.send(event());
      expect(await client.hearJson()).toMatchObject({ data: 'ok' });
      await client.expectQuiet();
    });

    it('6.2 goes to nobody else, of the same user neither', async () => {
      stage.answer({ e1: answer(TEXT, 'ok') });
      const [client, other] = [await stage.json(), await stage.json()];
      client.send(event({ ackId: 1 }));
      await client.hear();
      await client.hear();
      await other.expectQuiet();
    });

    it('2.4 JSON goes through digit for digit', async () => {
      const text = '{"n":12345678901234567890,"n":1.0,"e":"\\u00e9"}';
      stage.answer({ e1: answer(JSON_TYPE, text) });
      const client = await stage.json();
      client.send(event());
      expect(await client.hear()).toContain(`"data":${text}`);
    });

    it('U30 the greatest ackId is echoed digit by digit', async () => {
      const client = await stage.json();
      client.send(event().replace('}', ',"ackId":18446744073709551615}'));
      expect(await client.hear()).toContain('"ackId":18446744073709551615');
    });
  });

  describe('the answer to a raw client', () => {
    const end = answer(TEXT, 'end');

    it.each<[string, ScriptedAnswer, (string | Buffer)[]]>([
      ['U14 text', answer(TEXT, 'ök'), ['ök']],
      ['U14 JSON', answer(JSON_TYPE, '{"a":1.0}'), ['{"a":1.0}']],
      ['U14 binary', answer(BYTES, Buffer.of(0, 255)), [Buffer.of(0, 255)]],
      ['6.2 protobuf', answer(ANY, '\n\u0001a'), [Buffer.from('\n\u0001a')]],
      ['U15 metadata only', answer(undefined, '', [[`${METADATA}k`, 'v']]), ['']],
      ['U15 nothing', { status: 204 }, []],
    ])('%s', async (_, reaction, frames) => {
      const client = await stage.raw();
      const answers = [reaction, end];
      stage.answer({ message: () => answers.shift() ?? end });
      client.send('1');
      client.send('2');
      for (const frame of frames) expect(await client.hear()).toEqual(frame);
      expect(await client.hear()).toBe('end');
    });
  });

  describe.each(['protobuf.webpubsub.azure.v1', 'protobuf.reliable.webpubsub.azure.v1'])(
    'the answer to a client of %s',
    (subprotocol) => {
      it.each<[string, ScriptedAnswer, [number, string]]>([
        ['text', answer(TEXT, 'ök'), [1, 'ök']],
        ['JSON', answer(JSON_TYPE, '{"a":1.0}'), [4, '{"a":1.0}']],
        ['binary', answer(BYTES, Buffer.of(1, 2)), [2, '\u0001\u0002']],
        ['Any', answer(ANY, '\n\u0001a'), [3, '\n\u0001a']],
        ['metadata only', answer(undefined, '', [[`${METADATA}k`, 'v']]), [1, '']],
      ])('6.2 %s', async (_, reaction, [field, text]) => {
        stage.answer({ e1: reaction });
        const client = await stage.protobuf({}, subprotocol);
        client.raise('e1', 1, Buffer.from('x'));
        const { data, sequenceId } = await client.hear();
        expect([data[0], data[1].toString()]).toEqual([field, text]);
        expect(sequenceId).toBe(subprotocol.includes('reliable') ? 1 : 0);
      });

      it('6.2 nothing, and the ack', async () => {
        const client = await stage.protobuf({}, subprotocol);
        client.wire.send(
          delimited(5, delimited(1, 'e1'), delimited(2, delimited(1, 'x')), Buffer.of(0x18, 7)),
        );
        const ack = readFields(readFields(await client.hearExactly()).get(1) as Buffer);
        expect([ack.get(1), ack.get(2), ack.has(3)]).toEqual([7n, 1n, false]);
      });
    },
  );
});
