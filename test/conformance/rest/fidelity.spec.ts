import { createRequire } from 'node:module';
import { Body, Controller, Post, type INestApplication } from '@nestjs/common';
import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { WebPubSubModule } from 'nestjs-web-pubsub';
import { ACCESS_KEY } from '../../support/keys.js';
import { SURFACES, type Surface } from '../../support/platforms.js';
import { RestClient } from '../../support/rest.client.js';
import { clientToken } from '../../support/tokens.js';
import { WireClient } from '../../support/wire.client.js';
import { done, outcomeOf } from './answers.js';
import { bytes, fromServer, json, text } from './scene.js';

/** How an application may treat the bodies of its own requests. */
interface Host {
  readonly bodies: string;
  readonly platforms: readonly Surface[];
  readonly options?: NestApplicationOptions;
  readonly configure?: (app: INestApplication) => void;
}

type Middleware = (request: unknown, response: unknown, next: () => void) => void;
type BodyParsers = Readonly<Record<'json' | 'text' | 'raw', (options?: object) => Middleware>>;

// The one that the platform uses itself.
const express = createRequire(import.meta.url)('express') as BodyParsers;

const HOSTS: readonly Host[] = [
  { bodies: 'the parsers of Nest', platforms: SURFACES },
  { bodies: 'bodyParser: false', platforms: SURFACES, options: { bodyParser: false } },
  { bodies: 'rawBody: true', platforms: SURFACES, options: { rawBody: true } },
  {
    bodies: 'app.use(express.json())',
    platforms: ['express'],
    configure: (app) => app.use(express.json()),
  },
  {
    bodies: "app.useBodyParser('text')",
    platforms: ['express'],
    configure: (app) => (app as NestExpressApplication).useBodyParser('text'),
  },
  {
    bodies: 'every parser of Express, for every type',
    platforms: ['express'],
    configure: (app) => {
      app.use(express.json({ type: () => true, strict: false }));
      app.use(express.text({ type: () => true }), express.raw({ type: () => true }));
    },
  },
];

const DOCUMENTS = [
  '{"n":12345678901234567890.0}',
  '[1e400,-0,0.10,1E+2,123456789012345678901234567890]',
  String.raw`"\u00e9\/\ud83d\ude00\u2028"`,
  '"é\u{1f600}\u2028"',
  '{"b":1,"a":2,"10":3,"9":4,"b":5}',
  '{"__proto__":{"x":1},"constructor":null}',
  `["${'x'.repeat(900_000)}"]`,
];

@Controller()
class EchoController {
  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return body ?? 'nothing';
  }
}

async function start(platform: Surface, { options, configure }: Host): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [WebPubSubModule.forRoot({ accessKey: ACCESS_KEY, logStart: false })],
    controllers: [EchoController],
  }).compile();
  const app = module.createNestApplication(
    platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(),
    { logger: false, ...options },
  );
  configure?.(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

const CASES = HOSTS.flatMap((host) => host.platforms.map((platform) => ({ platform, ...host })));

describe.each(CASES)('fidelity on $platform with $bodies', ({ platform, ...host }) => {
  let app: INestApplication;
  let rest: RestClient;
  let J: WireClient;
  let W: WireClient;

  beforeAll(async () => {
    app = await start(platform, host);
    const origin = await app.getUrl();
    rest = new RestClient(origin);
    const token = clientToken(origin, 'chat');
    const url = `${origin.replace('http', 'ws')}/client/hubs/chat?access_token=${token}`;
    J = await WireClient.open(url, ['json.webpubsub.azure.v1']);
    await J.hear();
    W = await WireClient.open(url);
  });

  afterAll(async () => {
    await app.close();
  });

  const send = async (call: Parameters<RestClient['call']>[2]) =>
    outcomeOf(await rest.call('POST', '/api/hubs/chat/:send?api-version=2024-12-01', call));

  it.each(DOCUMENTS)('6.4 JSON arrives as it is written: %s', async (document) => {
    expect(await send(json(document))).toEqual(done(202));
    expect(await J.hear()).toBe(fromServer('json', document));
    expect(await W.hear()).toBe(document);
  });

  it('6.4 JSON keeps its spaces for a raw client, and its meaning for the other', async () => {
    const document = ' { "a" : [ 1.0 , "b c" ] }\r\n';
    expect(await send(json(document))).toEqual(done(202));
    expect(await J.hearJson()).toMatchObject({ dataType: 'json', data: { a: [1, 'b c'] } });
    expect(await W.hear()).toBe(document);
  });

  it('6.4 text and bytes arrive as they are', async () => {
    expect(await send(text('{"a": 1} é\r\n'))).toEqual(done(202));
    expect(await J.hear()).toBe(fromServer('text', String.raw`"{\"a\": 1} é\r\n"`));
    expect(await W.hear()).toBe('{"a": 1} é\r\n');

    const body = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    expect(await send(bytes(body))).toEqual(done(202));
    expect(await J.hear()).toBe(fromServer('binary', `"${body.toString('base64')}"`));
    expect(await W.hear()).toEqual(body);
  });

  it.each(['{', ''])('C9, C10 what is no JSON is refused in our words: "%s"', async (body) => {
    const answer = await send(json(body));
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('The request body is not a valid JSON.');
  });

  it('the bodies of the application are its own business', async () => {
    const answer = await rest.call('POST', '/echo', { ...json('{"a": 1}'), token: null });
    // Without those of Nest, Express has none and Fastify its own.
    const isParsed = platform === 'fastify' || host.options?.bodyParser !== false;
    expect(answer.status).toBe(201);
    expect(answer.body.toString()).toBe(isParsed ? '{"a":1}' : 'nothing');
  });
});
