import {
  binaryPayload,
  jsonPayload,
  textPayload,
  type Payload,
} from '../../../../lib/engine/payload.js';
import type { ScriptedAnswer } from '../../../support/webhook.receiver.js';
import { connectionOf, SenderRig, userEvent } from './support/sender.rig.js';

let rig: SenderRig;
beforeAll(async () => {
  rig = await SenderRig.start();
});
beforeEach(() => rig.reset());
afterAll(() => rig.close());

const ANY = Buffer.from('0a0161120162', 'hex');
const PROTOBUF: Payload = { dataType: 'protobuf', bytes: ANY };

async function ask(answer: ScriptedAnswer, event = userEvent()) {
  rig.receiver.onEvent = () => answer;
  return rig.handler().userEvent(event, rig.call());
}

function typed(contentType: string, body: string | Buffer = ''): ScriptedAnswer {
  return { status: 200, headers: [['Content-Type', contentType]], body };
}

describe('A user event as a POST', () => {
  it.each<[string, Payload, string, string]>([
    ['U1 text', textPayload('hé'), 'text/plain; charset=utf-8', '68c3a9'],
    [
      'U2 JSON as it was written',
      jsonPayload('{"n":12345678901234567890}'),
      'application/json',
      Buffer.from('{"n":12345678901234567890}').toString('hex'),
    ],
    ['U3 bytes', binaryPayload(Buffer.from([0, 1, 2])), 'application/octet-stream', '000102'],
    ['U4 protobuf', PROTOBUF, 'application/x-protobuf', ANY.toString('hex')],
    ['U18 metadata only', textPayload(''), 'text/plain; charset=utf-8', ''],
  ])('has the data: %s', async (_case, payload, contentType, hex) => {
    await ask({ status: 204 }, userEvent({ payload }));
    const [post] = rig.receiver.posts;
    expect(post?.header('Content-Type')).toBe(contentType);
    expect(post?.body.toString('hex')).toBe(hex);
  });

  it('S2 has the headers of the example in 2.5', async () => {
    await rig.handler({ path: '/hooks/{hub}/{event}?code=s3cr3t' }).userEvent(
      userEvent({
        event: 'orderPlaced',
        connection: connectionOf({ state: 'eyJhIjoxfQ==' }),
        payload: jsonPayload('{"sku":"A-1","count":2}'),
        metadata: new Map([['Trace', 't-42']]),
      }),
      rig.call(),
    );
    const [post] = rig.receiver.posts;
    expect(post?.target).toBe('/hooks/chat/orderPlaced?code=s3cr3t');
    const names = post?.rawHeaders.filter((_line, index) => index % 2 === 0) ?? [];
    const ours = names.filter((name) => !/^(host|connection|content-length)$/i.test(name));
    expect(Object.fromEntries(ours.map((name) => [name, post?.header(name)]))).toEqual({
      'Content-Type': 'application/json',
      'WebHook-Request-Origin': 'demo.webpubsub.example',
      'ce-specversion': '1.0',
      'ce-awpsversion': '1.0',
      'ce-type': 'azure.webpubsub.user.orderPlaced',
      'ce-source': '/hubs/chat/client/conn-0001',
      'ce-id': '3',
      'ce-time': '2031-05-04T10:00:00Z',
      'ce-signature':
        'sha256=254a6e15f8b418c8ded7b506486add4c62500111a37467fd8cc79aa54fb98262,' +
        'sha256=023135a4727e994e1cd44df583a9e186735a5aa1f8d0af8ae436b0ac0973f251',
      'ce-userId': 'ana',
      'ce-connectionId': 'conn-0001',
      'ce-hub': 'chat',
      'ce-eventName': 'orderPlaced',
      'ce-subprotocol': 'json.webpubsub.azure.v1',
      'ce-connectionState': 'eyJhIjoxfQ==',
      'x-webpubsub-metadata-trace': 't-42',
      'x-ms-client-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it.each<[string, [string, string][], string]>([
    ['U16 unchanged', [['Trace', 'a, b']], 'a, b'],
    [
      'the last of names that differ in case',
      [
        ['Trace', 'a'],
        ['TRACE', 'b'],
      ],
      'b',
    ],
    ['empty', [['trace', '']], ''],
  ])('has metadata in headers: %s', async (_case, entries, value) => {
    await ask({ status: 204 }, userEvent({ metadata: new Map(entries) }));
    expect(rig.receiver.posts[0]?.header('x-webpubsub-metadata-trace')).toBe(value);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['U19 the state', 'S', 'S'],
    ['U20 an empty state', '', ''],
    ['no state', undefined, undefined],
  ])('has %s', async (_case, state, header) => {
    await ask({ status: 204 }, userEvent({ connection: connectionOf({ state }) }));
    expect(rig.receiver.posts[0]?.header('ce-connectionState')).toBe(header);
  });

  it('U27 may have the name of a system event', async () => {
    const handler = rig.handler({ systemEvents: [] });
    await handler.userEvent(userEvent({ event: 'connected' }), rig.call());
    expect(rig.receiver.posts[0]?.header('ce-type')).toBe('azure.webpubsub.user.connected');
  });

  it('16.4 L3 has the hub as it was configured', async () => {
    await rig.handler({ hub: 'Chat' }).userEvent(userEvent(), rig.call());
    const [post] = rig.receiver.posts;
    expect(post?.target).toBe('/e/Chat/e1');
    expect(post?.header('ce-hub')).toBe('Chat');
    expect(post?.header('ce-source')).toBe('/hubs/Chat/client/conn-0001');
  });

  it('has a request id of its own', async () => {
    await ask({ status: 204 });
    await ask({ status: 204 });
    const ids = rig.receiver.posts.map((post) => post.header('x-ms-client-request-id'));
    expect(new Set(ids).size).toBe(2);
  });
});

describe('The answer to a user event', () => {
  const json = Buffer.from('{"a":1}');
  it.each<[string, ScriptedAnswer, Payload]>([
    ['U8 text', typed('text/plain', 'ok'), textPayload('ok')],
    [
      'text with parameters, in other case',
      typed('Text/Plain; charset=utf-8', 'ok'),
      textPayload('ok'),
    ],
    [
      'text of another charset, as UTF-8',
      typed('text/plain; charset=latin1', Buffer.from([0xe9])),
      textPayload('\ufffd'),
    ],
    ['U9 JSON', typed('application/json', json), { dataType: 'json', bytes: json }],
    ['U10 bytes without a type', { status: 200, body: 'ok' }, binaryPayload(Buffer.from('ok'))],
    ['bytes', typed('application/octet-stream', 'ok'), binaryPayload(Buffer.from('ok'))],
    ['protobuf', typed('application/x-protobuf', ANY), PROTOBUF],
    ['206', { ...typed('text/plain', 'ok'), status: 206 }, textPayload('ok')],
  ])('is a message: %s', async (_case, answer, payload) => {
    expect(await ask(answer)).toEqual({ handled: true, replies: [{ payload }] });
  });

  it.each<[string, ScriptedAnswer]>([
    ['U7 204', { status: 204 }],
    ['200', { status: 200 }],
    ['U13 a type that nobody knows', typed('text/html')],
    ['JSON', typed('application/json')],
  ])('is no message when its body is empty: %s', async (_case, answer) => {
    expect(await ask(answer)).toEqual({ handled: true, replies: [] });
  });

  it.each<[string, [string, string][], [string, string][]]>([
    ['U11', [['X-WebPubSub-Metadata-K', 'v']], [['k', 'v']]],
    [
      'U17',
      [
        ['x-webpubsub-metadata-queue', 'first'],
        ['x-webpubsub-metadata-queue', 'middle, last'],
      ],
      [['queue', 'last']],
    ],
    [
      'empty keys',
      [
        ['x-webpubsub-metadata-', 'v'],
        ['x-webpubsub-metadata-a', ''],
      ],
      [['a', '']],
    ],
  ])('is an empty text when there is metadata: %s', async (_case, headers, metadata) => {
    const answer = typed('application/json');
    const outcome = await ask({ ...answer, headers: [...(answer.headers ?? []), ...headers] });
    const reply = { payload: textPayload(''), metadata: new Map(metadata) };
    expect(outcome).toEqual({ handled: true, replies: [reply] });
  });

  it.each<[string, ScriptedAnswer, string]>([
    ['U12 a type that nobody knows', typed('text/html', '<p>'), 'the body of the answer'],
    ['16.25 broken JSON', typed('application/json', '{oops'), 'the body of the answer'],
    [
      '16.25 JSON that is no UTF-8',
      typed('application/json', Buffer.from([0x22, 0xff, 0x22])),
      'the body of the answer',
    ],
    [
      'F16 more than 16 MiB',
      typed('text/plain', Buffer.alloc(16 * 1024 * 1024 + 1, 'x')),
      'the body of the answer is larger than 16777216 bytes',
    ],
    [
      'metadata that no message may have',
      { status: 204, headers: [['x-webpubsub-metadata-k', 'é']] },
      'the metadata of the answer',
    ],
    [
      'a state over 8 KiB',
      { status: 204, headers: [['ce-connectionState', 'x'.repeat(8193)]] },
      'the connection state of the answer takes 8193 bytes',
    ],
  ])('is a failure: %s', async (_case, answer, message) => {
    const headers = [['ce-connectionState', 'new'] as const, ...(answer.headers ?? [])];
    await expect(ask({ ...answer, headers })).rejects.toThrow(message);
    expect(rig.receiver.posts).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['U19', 'S'],
    ['U20', ''],
    ['2.8.4 with its commas', 'a, b'],
  ])('%s sets the state %j', async (_case, state) => {
    const outcome = await ask({ status: 204, headers: [['ce-connectionState', state]] });
    expect(outcome).toEqual({ handled: true, replies: [], state });
  });

  it.each<[number, string | undefined]>([
    [400, 'BadRequest'],
    [401, 'Forbidden'],
    [403, 'Forbidden'],
    [404, 'BadRequest'],
    [302, undefined],
    [501, undefined],
  ])(
    'U21 with status %i is a failure of the kind %s, and nothing else',
    async (status, failure) => {
      const outcome = await ask({
        status,
        headers: [
          ['ce-connectionState', 'new'],
          ['Content-Type', 'text/plain'],
          ['x-webpubsub-metadata-k', 'v'],
        ],
        ...(status !== 302 && { body: 'no' }),
      });
      expect(outcome).toEqual({ handled: false, status, failure });
      expect(rig.warnings).toEqual([
        `hub chat: ${rig.handler().name} answered ${status} to event e1 of connection conn-0001`,
      ]);
    },
  );
});
