import { inTurn, startEventStage, type EventStage } from '../../support/event-target.js';
import { WebhookReceiver, type Reaction } from '../../support/webhook.receiver.js';
import { listenHttp, listenRaw } from '../../support/webhook.target.js';
import { RAISERS } from './raisers.js';

const MIB = 1024 * 1024;

/** Only user events go to the webhook, so that it can be as bad as it wants. */
function useFor(stage: EventStage, urlTemplate: string): void {
  stage.use({
    eventHandlers: [stage.handler({ urlTemplate, systemEvents: [], validate: false })],
  });
}

async function expectAlive(stage: EventStage): Promise<void> {
  await (await stage.json()).expectQuiet();
}

describe.each(RAISERS)('a failed event of a %s client (events.md 15.5)', (kind, start) => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it.each<[string, Reaction, number, string]>([
    ['F1 F2 F3 400', { status: 400, body: 'why' }, 1, '400'],
    ['7.3 401', { status: 401 }, 1, '401'],
    ['7.3 404', { status: 404 }, 1, '404'],
    ['F5 429', { status: 429 }, 1, '429'],
    ['F6 408, four times', { status: 408 }, 4, '408'],
    ['7.3 500, four times', { status: 500, body: 'secret' }, 4, '500'],
    ['7.3 599, four times', { status: 599 }, 4, '599'],
    ['7.3 a lost connection, four times', 'reset', 4, '500'],
    ['F11 302', { status: 302, headers: [['Location', '/elsewhere']] }, 1, '302'],
    ['F11 307', { status: 307, headers: [['Location', '/elsewhere']] }, 1, '307'],
    [
      '6.1 JSON that is none',
      { status: 200, headers: [['Content-Type', 'application/json']], body: '{oops' },
      1,
      '500',
    ],
    ['F16 a body above 16 MiB', { status: 200, body: Buffer.alloc(16 * MIB + 1) }, 1, '500'],
    [
      '2.8.10 a state that fits into no header',
      { status: 204, headers: [['ce-connectionState', 'S'.repeat(8193)]] },
      1,
      '500',
    ],
  ])('%s', async (_, reaction, attempts, status) => {
    const client = await start(stage);
    stage.answer({ [client.event]: reaction });
    client.raise();
    await client.expectFailure(status);
    const posts = stage.posts(client.event).map(({ rawHeaders, body }) => ({ rawHeaders, body }));
    expect(posts).toEqual(Array.from({ length: attempts }, () => posts[0]));
    expect(stage.hook.requests.map(({ target }) => target)).not.toContain('/elsewhere');
    expect(stage.log.join()).not.toContain('secret');
    await expectAlive(stage);
  });

  // MQTT messages may have any media type.
  if (kind !== 'mqtt') {
    it('U12 HTML with a body', async () => {
      const client = await start(stage);
      const headers = [['Content-Type', 'text/html']] as const;
      stage.answer({ [client.event]: { status: 200, headers, body: '<p>' } });
      client.raise();
      await client.expectFailure();
    });
  }

  it('F4 500, 500, 200: success on the third attempt, the same event each time', async () => {
    const client = await start(stage);
    const headers = [['Content-Type', 'text/plain']] as const;
    stage.answer({
      [client.event]: inTurn({ status: 500 }, 'reset', { status: 200, headers, body: 'ok' }),
    });
    client.raise();
    await client.expectReply('ok');
    const posts = stage.posts(client.event).map(({ rawHeaders, body }) => ({ rawHeaders, body }));
    expect(posts).toEqual([posts[0], posts[0], posts[0]]);
  });

  it('16.27 is not sent again where retries are off', async () => {
    stage.use({ eventHandlers: [stage.handler({ retry: false })] });
    const client = await start(stage);
    stage.answer({ [client.event]: { status: 503 } });
    client.raise();
    await client.expectFailure('503');
    expect(stage.posts(client.event)).toHaveLength(1);
  });

  it('F7 nothing listens', async () => {
    const gone = await WebhookReceiver.start();
    await gone.close();
    useFor(stage, `${gone.url}/{event}`);
    const client = await start(stage);
    client.raise();
    await client.expectFailure();
    await expectAlive(stage);
  });

  it('6.1 a body of 10 MB is a reply like any other', async () => {
    const client = await start(stage);
    const body = 'x'.repeat(10_000_000);
    stage.answer({
      [client.event]: { status: 200, headers: [['Content-Type', 'text/plain']], body },
    });
    client.raise();
    await client.expectReply(body);
  });

  it.each<[string, string]>([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['bytes', '\u0000\u00ff\u0016\u0003\u0001'],
    ['a status that is none', 'HTTP/1.1 2OO OK\r\nContent-Length: 0\r\n\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
  ])('7.3 garbage: %s, four times', async (_, garbage) => {
    let attempts = 0;
    const target = await listenRaw((socket) => {
      attempts += 1;
      socket.end(garbage, 'latin1');
    });
    useFor(stage, target.url.href);
    const client = await start(stage);
    client.raise();
    await client.expectFailure();
    expect(attempts).toBe(4);
    await expectAlive(stage);
    await target.close();
  });

  it('F16 what never ends is read no further than 16 MiB', async () => {
    let sent = 0;
    let ended: Promise<void> | undefined;
    const target = await listenHttp((request, response) => {
      request.resume();
      const chunk = Buffer.alloc(MIB, 120);
      ended = new Promise((resolve) => response.once('close', resolve));
      const pump = (): void => {
        while (!response.destroyed && sent < 512 * MIB) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pump);
        }
      };
      pump();
    });
    useFor(stage, target.url.href);
    const client = await start(stage);
    client.raise();
    await client.expectFailure();
    await ended;
    expect(sent).toBeLessThan(64 * MIB);
    await target.close();
  });

  it('F10 goes no further when the client leaves', async () => {
    const client = await start(stage);
    stage.answer({ [client.event]: 'hang' });
    client.raise();
    const post = await stage.post(client.event);
    // A client that may come back has not left.
    if (kind === 'reliable json') await stage.operate('POST', '/:closeConnections');
    else client.leave();
    expect(await post.aborted).toBe(true);
    await stage.post('disconnected');
    expect(stage.posts(client.event)).toHaveLength(1);
  });
});

describe.each(RAISERS)('an event of a %s client with little time', (_kind, start) => {
  let stage: EventStage;
  beforeAll(async () => {
    stage = await startEventStage({ module: { events: { timeoutSeconds: 0.4 } } });
  });
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it('F8 no answer until the deadline, after one attempt', async () => {
    const client = await start(stage);
    stage.answer({ [client.event]: 'hang' });
    client.raise();
    await client.expectFailure('504');
    const [post, ...others] = stage.posts(client.event);
    expect(others).toEqual([]);
    expect(await post?.aborted).toBe(true);
    await expectAlive(stage);
  });

  it('7.2 a body that does not end before the deadline', async () => {
    const target = await listenHttp((_request, response) => {
      response.writeHead(200, { 'Content-Length': '5' });
      response.write('half');
    });
    useFor(stage, target.url.href);
    const client = await start(stage);
    client.raise();
    await client.expectFailure('504');
    expect(target.requests).toHaveLength(1);
    await target.close();
  });
});
