import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { signRestToken } from '../../../lib/auth/access-token.js';
import { KEYS } from './support/http.client.js';
import { SocketClient } from './support/socket.client.js';
import {
  type Platform,
  PLATFORMS,
  type RestApplication,
  type RestApplicationInit,
  startRest,
} from './support/rest.application.js';

const SEND = '/api/hubs/chat/:send';

/** A send whose body is yet to come, or has begun. */
function start(length: string, body = ''): string[] {
  return [
    `POST ${SEND} HTTP/1.1`,
    'Host: x',
    'Content-Type: text/plain',
    `Authorization: Bearer ${signRestToken(`http://x${SEND}`, KEYS)}`,
    length,
    '',
    body,
  ];
}

/** What an application can do with bodies. None of it may concern us. */
const SETUPS: readonly (readonly [Platform, string, RestApplicationInit])[] = [
  ...PLATFORMS.flatMap((platform) => [
    [platform, 'its defaults', {}] as const,
    [platform, 'bodyParser: false', { nest: { bodyParser: false } }] as const,
    [platform, 'rawBody: true', { nest: { rawBody: true } }] as const,
  ]),
  [
    'express',
    'useBodyParser',
    {
      nest: { bodyParser: false },
      configure: (app: INestApplication<Server>) => {
        for (const kind of ['json', 'text', 'raw'] as const) {
          (app as NestExpressApplication).useBodyParser(kind, { type: '*/*', limit: 5 });
        }
      },
    },
  ],
  [
    'fastify',
    'useBodyParser',
    {
      configure: (app: INestApplication<Server>) => {
        (app as NestFastifyApplication).useBodyParser('*', { bodyLimit: 5 }, (_, body, done) => {
          done(null, String(body));
        });
      },
    },
  ],
];

describe.each(SETUPS)('bodies on %s with %s', (platform, _, init) => {
  let rest: RestApplication;

  beforeAll(async () => {
    rest = await startRest(platform, init);
  });
  beforeEach(() => rest.driver.reset());
  afterAll(() => rest.close());

  const sent = () => rest.driver.sent.map(({ payload }) => payload);
  const post = (type: string | undefined, body: string | Buffer, headers = {}) =>
    rest.call('POST', SEND, {
      body,
      headers: type === undefined ? headers : { 'content-type': type, ...headers },
    });

  const bytes = Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80, 10, 13]);
  const json = ' {"a" : 1.10, "a":9007199254740993,\n"__proto__":{"x":"\\u00e9"}} ';
  const large = JSON.stringify('x'.repeat(1024 * 1024 - 2));

  it.each([
    ['text/plain', 'hello', 'text'],
    ['text/plain', 'é\u0000\u{1F600}\ufeff', 'text'],
    ['text/plain', '', 'text'],
    ['application/json', json, 'json'],
    ['application/json', '"hi"', 'json'],
    ['APPLICATION/JSON; charset=utf-8', 'null', 'json'],
    ['application/json', large, 'json'],
    ['application/octet-stream', bytes, 'binary'],
    ['application/octet-stream', '', 'binary'],
    [undefined, bytes, 'binary'],
    ['', bytes, 'binary'],
  ])('passes on the bytes of %j exactly', async (type, body, dataType) => {
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      expect((await post(type, body, headers)).status).toBe(202);
    }
    expect(sent().map((payload) => payload.dataType)).toEqual([dataType, dataType]);
    for (const payload of sent()) expect(payload.bytes.equals(Buffer.from(body))).toBe(true);
  });
});

describe.each(PLATFORMS)('bodies on %s', (platform) => {
  let rest: RestApplication;

  beforeAll(async () => {
    rest = await startRest(platform, { settings: { maxMessageBytes: 100_000 } });
  });
  beforeEach(() => rest.driver.reset());
  afterAll(() => rest.close());

  const post = (type: string, body: string | Buffer, headers = {}) =>
    rest.call('POST', SEND, { body, headers: { 'content-type': type, ...headers } });
  const sent = () => rest.driver.sent[0]?.payload.bytes.toString('utf8');

  it.each([
    // C8, C14, 6.1
    'application/xml',
    'text/html',
    'application/problem+json',
    'application/x-protobuf',
    'text/plain; charset=nonsense',
    'application/json; charset=nonsense',
    'text',
    'text/plain/x',
    ';',
  ])('of the type %s are 415', async (type) => {
    const reply = await post(type, '1');
    expect(reply).toMatchObject({ status: 415, body: '' });
    expect(rest.driver.calls).toEqual([]);
  });

  it.each([
    // C13, 6.1
    ['Text/Plain; charset=UTF-16LE', Buffer.from('é', 'utf16le'), 'é'],
    ['text/plain; charset="utf-16"', Buffer.from('\ufeffé', 'utf16le'), 'é'],
    ['text/plain;charset=iso-8859-1', Buffer.from('é', 'latin1'), 'é'],
    ['text/plain; charset=us-ascii', Buffer.from('e'), 'e'],
    ['text/plain; charset=', Buffer.from('é'), 'é'],
    ['text/plain', Buffer.from([0x61, 0xff, 0x62]), 'a\ufffdb'],
    ['application/json; charset=utf-16le', Buffer.from('{"é":1 }', 'utf16le'), '{"é":1 }'],
    ['application/octet-stream; charset=nonsense', Buffer.from('é'), 'é'],
  ])('of the type %s are sent as UTF-8', async (type, body, text) => {
    expect((await post(type, body)).status).toBe(202);
    expect(sent()).toBe(text);
  });

  it.each<[string | Buffer, string]>([
    // C9, C10, 6.4
    ['', 'nothing'],
    ['{', 'half an object'],
    ['{} {}', 'two values'],
    ['{a:1}', 'no quotes'],
    ['\ufeff{}', 'a byte order mark'],
    [Buffer.from([0x22, 0xff, 0x22]), 'broken UTF-8'],
    ['['.repeat(99_999), 'a deep beginning'],
  ])('of JSON that is %j are 400: %s', async (body) => {
    const reply = await post('application/json', body);
    expect(reply.status).toBe(400);
    expect(reply.body).toBe(
      '{"code":"Error.BadRequest","message":"The request body is not a valid JSON.",' +
        '"target":"Request","details":null,"inner":null}',
    );
    expect(rest.driver.calls).toEqual([]);
  });

  it('of deeply nested JSON are fine', async () => {
    expect((await post('application/json', '['.repeat(50_000) + ']'.repeat(50_000))).status).toBe(
      202,
    );
  });

  describe('at the limit (C15, C16)', () => {
    it.each([{}, { 'transfer-encoding': 'chunked' }])(
      'counts inclusively with %j',
      async (headers) => {
        expect((await post('text/plain', 'x'.repeat(100_000), headers)).status).toBe(202);
        const reply = await post('text/plain', 'x'.repeat(100_001), headers);
        expect(reply.status).toBe(400);
        expect(JSON.parse(reply.body)).toMatchObject({
          code: 'Error.BadRequest',
          target: 'Request',
        });
        expect(rest.driver.calls).toHaveLength(1);
      },
    );

    it('answers an announced length at once, and drops a caller that goes on', async () => {
      const caller = await SocketClient.to(rest.origin);
      caller.write(...start('Content-Length: 1000000000'));
      await caller.seen('HTTP/1.1 400');
      await caller.closed;
      expect(rest.driver.calls).toEqual([]);
    });

    it('answers an endless body as soon as it is too long, and drops a caller that goes on', async () => {
      const caller = await SocketClient.to(rest.origin);
      caller.write(...start('Transfer-Encoding: chunked'));
      const chunk = 'x'.repeat(0x8000);
      for (let sentChunks = 0; sentChunks < 5; sentChunks++) caller.write('8000', chunk, '');
      await caller.seen('HTTP/1.1 400');
      await caller.closed;
      expect(rest.driver.calls).toEqual([]);
    });

    it('lets a caller finish, and use its connection again', async () => {
      const caller = await SocketClient.to(rest.origin);
      caller.write(...start('Content-Length: 100001'));
      await caller.seen('HTTP/1.1 400');
      caller.write('x'.repeat(100_001));
      caller.write(...start('Content-Length: 2', 'hi'));
      await caller.seen('HTTP/1.1 202');
      caller.destroy();
      expect(rest.driver.calls).toHaveLength(1);
    });

    it('does not wait for the body of a caller that it does not know', async () => {
      const caller = await SocketClient.to(rest.origin);
      caller.write(`POST ${SEND} HTTP/1.1`, 'Host: x', 'Content-Length: 5', '', '');
      await caller.seen('HTTP/1.1 401');
      await caller.closed;
      expect(caller.received).toContain('Content-Length: 0'.toLowerCase());
    });

    it('forgets a caller that hangs up half way', async () => {
      const caller = await SocketClient.to(rest.origin);
      caller.write(...start('Content-Length: 5', 'he'));
      caller.destroy();
      await caller.closed;
      expect((await post('text/plain', 'x')).status).toBe(202);
      expect(rest.driver.calls).toHaveLength(1);
    });
  });

  describe('with metadata (6.5)', () => {
    it.each([
      // C45
      ['the last of a list', { 'X-WebPubSub-Metadata-TraceId': 'a, b' }, [['traceid', 'b']]],
      ['the last of several', { 'x-webpubsub-metadata-A': ['1', '2'] }, [['a', '2']]],
      [
        'keys in their order, and empty values',
        { 'x-webpubsub-metadata-b': '1', 'x-webpubsub-metadata-a': '' },
        [
          ['b', '1'],
          ['a', ''],
        ],
      ],
      ['a long value', { 'x-webpubsub-metadata-k': 'v'.repeat(1024) }, [['k', 'v'.repeat(1024)]]],
    ])('reads %s', async (_, headers, entries) => {
      expect((await post('text/plain', 'x', headers)).status).toBe(202);
      expect([...(rest.driver.sent[0]?.options.metadata ?? [])]).toEqual(entries);
    });

    it('has none without such headers', async () => {
      await post('text/plain', 'x');
      expect(rest.driver.sent).toMatchObject([{ options: { metadata: undefined } }]);
    });

    it.each([
      // C47
      [
        'a value',
        { 'x-webpubsub-metadata-k': 'v'.repeat(1025) },
        "Metadata value for key 'k' exceeds 1024 bytes.",
      ],
      [
        'all together',
        Object.fromEntries(
          Array.from({ length: 9 }, (_, n) => [`x-webpubsub-metadata-${n}`, 'v'.repeat(1024)]),
        ),
        'Metadata exceeds 8192 bytes.',
      ],
    ])('refuses too much: %s', async (_, headers, message) => {
      const reply = await post('text/plain', 'x', headers);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ target: 'Request', message });
      expect(rest.driver.calls).toEqual([]);
    });
  });
});

describe.each(PLATFORMS)('bodies on %s that must have a length (15.4)', (platform) => {
  it('are 400 without one', async () => {
    const rest = await startRest(platform, { settings: { requireContentLength: true } });
    const headers = { 'content-type': 'text/plain' };
    const chunked = { ...headers, 'transfer-encoding': 'chunked' };

    expect((await rest.call('POST', SEND, { body: 'x', headers })).status).toBe(202);
    const reply = await rest.call('POST', SEND, { body: 'x', headers: chunked });
    expect(reply.status).toBe(400);
    expect(reply.body).toContain('Invalid Content-Length header.');
    await rest.close();
  });
});

describe('a body that the application has read whatever its headers say', () => {
  it('is an error of the application, not an empty message', async () => {
    const rest = await startRest('express', {
      configure: (app) => {
        app.use(
          (request: NodeJS.ReadableStream, _: unknown, next: () => void) =>
            void request.on('end', next).resume(),
        );
      },
    });
    const reply = await rest.call('POST', SEND, {
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(reply.status).toBe(500);
    expect(rest.driver.calls).toEqual([]);
    await rest.close();
  });
});
