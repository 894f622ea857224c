import {
  Controller,
  Get,
  Injectable,
  Module,
  UseFilters,
  type Type,
  ValidationPipe,
} from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import {
  Hub,
  OnUserEvent,
  WebPubSubEventSettings,
  WebPubSubModule,
  type EventEnvelope,
  type EventListener,
  type WebPubSubModuleOptions,
} from 'nestjs-web-pubsub';
import { resolveConfiguration } from '../../../lib/web-pubsub.configuration.js';
import { connectionStringOf, DocumentedApps, raise } from '../../support/documented.apps.js';
import { ACCESS_KEY } from '../../support/keys.js';
import { importBlock, MarkdownDocument, runBlock } from '../../support/markdown.blocks.js';
import { listenHttp, type WebhookTarget } from '../../support/webhook.target.js';

const apps = new DocumentedApps();
const pipe = { provide: APP_PIPE, useValue: new ValidationPipe() };
const targets: WebhookTarget[] = [];
let guide: MarkdownDocument;

beforeAll(async () => {
  guide = await MarkdownDocument.read('docs/events.md');
});

afterEach(async () => {
  delete process.env['WEB_PUBSUB'];
  await apps.close();
  for (const target of targets.splice(0)) await target.close();
});

function rootOf(
  options: WebPubSubModuleOptions,
  providers: unknown[] = [],
  controllers: Type[] = [],
): object {
  @Module({
    imports: [WebPubSubModule.forRoot({ logStart: false, accessKey: ACCESS_KEY, ...options })],
    providers: providers as Type[],
    controllers,
  })
  class RootModule {}
  return RootModule;
}

it('knows every block', () => {
  const { languages } = guide;
  expect(languages).toEqual(['ts', 'ts', 'ts', 'ts', 'ts', 'ts', 'ts']);
});

describe('who comes in', () => {
  it('is decided by connect, and told to the others', async () => {
    const { RoomsHub } = await importBlock('events/rooms', guide.blockWith('class RoomsHub'));
    const { app } = await apps.start(rootOf({ hubs: ['rooms'] }, [RoomsHub]));
    const hub = app.get<{ log: string[] }>(RoomsHub as Type);
    const rooms = { hub: 'rooms', userId: 'ann' };
    await expect(apps.connect(app, { ...rooms, query: 'room=vip' })).rejects.toThrow('403');
    const client = await apps.connect(app, { ...rooms, query: 'room=den' });
    client.send('{"type":"sendToGroup","group":"den","data":1,"dataType":"json","ackId":1}');
    expect(await client.hearJson()).toMatchObject({ group: 'den' });
    client.close(1000, 'bye');
    await client.closed;
    await apps.close();
    expect(hub.log.toSorted()).toEqual([
      'ann is gone: bye',
      'ann is in',
      'ann joined den',
      'ann left den',
    ]);
  });
});

describe('what clients are answered', () => {
  async function start() {
    const block = guide.blockWith('class RepliesHub');
    const { RepliesHub } = await importBlock('events/replies', block);
    const { app } = await apps.start(rootOf({ hubs: ['replies'] }, [RepliesHub, pipe]));
    return app;
  }

  it.each([
    ['time', 1, [{ dataType: 'json', data: { now: expect.any(Number) as unknown } }]],
    ['count', { to: 3 }, [{ data: 1 }, { data: 2 }, { data: 3 }]],
    ['count', { to: 11 }, []],
    ['order', { id: '7' }, [{ data: { accepted: '7' }, metadata: { queue: 'fast' } }]],
    ['refuse', 1, []],
    ['visit', 1, [{ data: { visits: 1 } }]],
  ])('%s(%j)', async (event, data, replies) => {
    const client = await apps.connect(await start(), { hub: 'replies' });
    raise(client, event, data);
    for (const reply of replies) expect(await client.hearJson()).toMatchObject(reply);
    const success = replies.length > 0;
    expect(await client.hearJson()).toMatchObject({ type: 'ack', success });
    await client.expectQuiet();
  });

  it('raw frames come back, or do not', async () => {
    const client = await apps.connect(await start(), { hub: 'replies', subprotocols: [] });
    for (const frame of ['quiet', 'loud', Buffer.from([1])]) client.send(frame);
    expect(await client.hear()).toBe('loud');
    expect(await client.hear()).toEqual(Buffer.from([1]));
  });
});

it('guards see events and requests, and what a filter returns is the result', async () => {
  const block = guide.blockWith('class MembersGuard');
  const { MembersGuard, QuotaError, QuotaFilter } = await importBlock('events/pipeline', block);

  @Hub('chat')
  @UseFilters(QuotaFilter as Type)
  @Injectable()
  class QuotaHub {
    @OnUserEvent('ask')
    ask() {
      throw new (QuotaError as Type<Error>)();
    }
  }
  @Controller()
  class PageController {
    @Get()
    page() {
      return 'a page';
    }
  }
  const guard = { provide: APP_GUARD, useClass: MembersGuard };
  const root = rootOf({ hubs: ['chat'] }, [QuotaHub, guard], [PageController]);
  const { app, url } = await apps.start(root);
  expect(await (await fetch(url)).text()).toBe('a page');
  const [member, stranger] = [await apps.connect(app, { userId: 'ann' }), await apps.connect(app)];
  raise(member, 'ask', 1);
  expect(await member.hearJson()).toMatchObject({ data: { retryAfterSeconds: 60 } });
  raise(stranger, 'ask', 1);
  expect(await stranger.hearJson()).toMatchObject({ type: 'ack', success: false });
});

describe('webhooks', () => {
  it('go out as the options say', async () => {
    const block = guide.blockWith('urlTemplate: ');
    const options = await runBlock('events/webhooks', block, {}, 'options');
    const { events, hubs } = resolveConfiguration(options as WebPubSubModuleOptions, {
      isProduction: true,
    });
    expect(events).toMatchObject({ timeoutMs: 20_000, allowedHosts: ['app.example'] });
    expect(hubs.get('chat')?.events.webhooks).toHaveLength(1);
  });

  it('can be moved while the application runs', async () => {
    const { Handover } = await importBlock('events/handover', guide.blockWith('class Handover'));
    const target = await listenHttp((request, response) => {
      response.setHeader('WebHook-Allowed-Origin', '*').setHeader('Content-Type', 'text/plain');
      response.end(request.method === 'POST' ? 'moved' : undefined);
    });
    targets.push(target);
    const { app } = await apps.start(rootOf({ hubs: ['chat'] }, [Handover]));
    const handover = app.get<{ moveTo(url: string): Promise<unknown> }>(Handover as Type);
    const results = [{ webhook: target.url.href, result: { passed: true } }];
    expect(await handover.moveTo(target.url.href)).toEqual(results);
    const client = await apps.connect(app);
    raise(client, 'ask', 1);
    expect(await client.hearJson()).toMatchObject({ data: 'moved' });
  });

  it('come in at the path of the options, from the services they name', async () => {
    const service = await apps.start(rootOf({}));
    process.env['WEB_PUBSUB'] = connectionStringOf(service.app, service.url);
    const block = guide
      .blockWith('receiver: {')
      .replace('https://demo.webpubsub.azure.com', service.url);
    const options = await runBlock('events/receiver', block, {}, 'options');
    const { RoomsHub } = await importBlock('events/rooms', guide.blockWith('class RoomsHub'));
    const root = rootOf({ ...(options as object), accessKey: undefined }, [RoomsHub]);
    const { url } = await apps.start(root);
    service.app.get(WebPubSubEventSettings).configure('rooms', {
      eventHandlers: [{ urlTemplate: `${url}/hooks/{hub}/{event}`, systemEvents: ['connect'] }],
    });
    const rooms = { hub: 'rooms', userId: 'ann' };
    const refused = apps.connect(service.app, { ...rooms, query: 'room=vip' });
    await expect(refused).rejects.toThrow('403');
    const client = await apps.connect(service.app, { ...rooms, query: 'room=den' });
    expect(JSON.parse(client.connected)).toMatchObject({ userId: 'ann' });
  });
});

it('a listener gets copies', async () => {
  const { BrokerListener } = await importBlock('events/broker', guide.blockWith('BrokerListener'));
  const sent: unknown[][] = [];
  const publish = async (...args: unknown[]): Promise<void> => void sent.push(args);
  const listener = new (BrokerListener as Type<EventListener>)(publish);
  const filter = { userEventPattern: '*' };
  const { app } = await apps.start(
    rootOf({ hubs: { chat: { eventListeners: [{ filter, listener }] } } }),
  );
  const client = await apps.connect(app);
  raise(client, 'say', { text: 'hi' });
  expect(await client.hearJson()).toMatchObject({ type: 'ack', success: true });
  const { connectionId } = JSON.parse(client.connected) as { connectionId: string };
  const headers: Partial<EventEnvelope['applicationProperties']> = {
    'cloudEvents:eventname': 'say',
  };
  expect(sent).toEqual([
    [connectionId, Buffer.from('{"text":"hi"}'), expect.objectContaining(headers)],
  ]);
});
