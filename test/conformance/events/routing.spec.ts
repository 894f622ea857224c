import { WebPubSubConfigurationError, type WebPubSubEventHandlerOptions } from 'nestjs-web-pubsub';
import { deferred } from '../../support/deferred.js';
import { startEventStage, type EventStage } from '../../support/event-target.js';
import { WebhookReceiver } from '../../support/webhook.receiver.js';
import type { WireClient } from '../../support/wire.client.js';

function event(name: string, ackId?: number): string {
  return JSON.stringify({ type: 'event', event: name, dataType: 'text', data: 'x', ackId });
}

/** Raises an event, and tells whether it succeeded. */
async function ack(client: WireClient, name: string, ackId = 1): Promise<boolean> {
  client.send(event(name, ackId));
  return ((await client.hearJson()) as { success: boolean }).success;
}

describe('routing (events.md 15.6)', () => {
  let stage: EventStage;
  let getToken: (resource: string) => Promise<string>;
  beforeAll(async () => {
    stage = await startEventStage({
      module: { events: { getToken: async (resource) => await getToken(resource) } },
    });
  });
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  /** The paths that user events went to. */
  function targets(): string[] {
    return stage.hook.posts
      .filter((post) => post.header('ce-type')?.startsWith('azure.webpubsub.user.'))
      .map(({ target }) => target);
  }

  function use(...handlers: [path: string, more: Partial<WebPubSubEventHandlerOptions>][]): void {
    stage.use({
      eventHandlers: handlers.map(([path, more]) =>
        stage.handler({ systemEvents: [], userEventPattern: '', ...more }, path),
      ),
    });
  }

  describe('which handler', () => {
    it.each<[string, string, string | undefined]>([
      ['L1 a name of the first', 'b', '/a'],
      ['L1 a name of the second alone', 'c', '/b'],
      ['L2 in other case', 'B', '/a'],
    ])('%s', async (_, name, path) => {
      use(['/a', { userEventPattern: 'a,b' }], ['/b', { userEventPattern: '*' }]);
      expect(await ack(await stage.json(), name)).toBe(true);
      expect(targets()).toEqual([path]);
    });

    it.each<[string, string, string, boolean]>([
      ['L2 blanks around names', ' A , b ', 'a', true],
      ['8.2 a star among names', 'a,*', 'z', true],
      ['8.2 a name that is not there', 'a,b', 'ab', false],
      ['8.2 nothing', '', 'a', false],
      ['8.2 commas alone', ' , ,', 'a', false],
    ])('%s', async (_, userEventPattern, name, isMatch) => {
      use(['/a', { userEventPattern }]);
      expect(await ack(await stage.json(), name)).toBe(isMatch);
      expect(targets()).toEqual(isMatch ? ['/a'] : []);
    });

    it('8.2 each system event goes to the first that lists it', async () => {
      use(
        ['/a/{event}', { systemEvents: ['connected'] }],
        ['/b/{event}', { systemEvents: ['connect', 'connected', 'disconnected'] }],
      );
      (await stage.json()).close(1000);
      await stage.post('disconnected');
      await stage.post('connected');
      const paths = stage.hook.posts.map(({ target }) => target).toSorted();
      expect(paths).toEqual(['/a/connected', '/b/connect', '/b/disconnected']);
    });

    it('L3 a hub in other case, as it was configured', async () => {
      stage.settings.configure('Chat', {
        eventHandlers: [stage.handler({ systemEvents: [] })],
      });
      expect(await ack(await stage.json(), 'e1')).toBe(true);
      const post = await stage.post('e1');
      expect(post.target).toBe('/e/Chat/e1');
      expect(post.header('ce-hub')).toBe('Chat');
      expect(post.header('ce-source')).toMatch(/^\/hubs\/Chat\/client\//);
    });

    it('L18 a hub without settings: in, events fail, nothing is logged', async () => {
      const client = await stage.json({ hub: 'other' });
      expect(await ack(client, 'e1')).toBe(false);
      client.close(1000);
      await client.closed;
      expect(stage.hook.requests).toEqual([]);
      expect(stage.log).toEqual([]);
    });
  });

  describe('the URL (8.3)', () => {
    it.each<[string, string, string]>([
      ['/{hub}/{event}', 'message', '/chat/message'],
      ['/e?h={HUB}&n={Event}', 'order.placed', '/e?h=chat&n=order.placed'],
      ['/{event}/{event}?code=a%20b&x=', 'Say_it-1', '/Say_it-1/Say_it-1?code=a%20b&x='],
      ['/fixed?code=k', 'any', '/fixed?code=k'],
      ['/%7Bnot%7D', 'any', '/%7Bnot%7D'],
    ])('%s for %s', async (template, name, target) => {
      use([template, { userEventPattern: '*' }]);
      expect(await ack(await stage.json(), name)).toBe(true);
      expect(targets()).toEqual([target]);
    });

    it('percent-encodes what a hub may be called', async () => {
      const hub = 'a`,b[c]';
      const eventHandlers = [stage.handler({ systemEvents: [] }, '/{hub}?h={hub}')];
      stage.settings.configure(hub, { eventHandlers });
      expect(await ack(await stage.json({ hub }), 'e1')).toBe(true);
      expect(targets()).toEqual(['/a%60%2Cb%5Bc%5D?h=a%60%2Cb%5Bc%5D']);
      stage.settings.configure(hub, {});
    });
  });

  const INVALID: [string, Partial<WebPubSubEventHandlerOptions>, string][] = [
    ['L4 a wildcard inside a name', { userEventPattern: 'room.*' }, 'userEventPattern'],
    [
      'L5 a system event that does not exist',
      { systemEvents: ['conect' as 'connect'] },
      'systemEvents',
    ],
    ['L6 a parameter in the host', { urlTemplate: 'https://{hub}.example/' }, 'urlTemplate'],
    ['L7 another scheme', { urlTemplate: 'ftp://x/' }, 'urlTemplate'],
    ['L7 a relative URL', { urlTemplate: '/hooks/{event}' }, 'urlTemplate'],
    ['L7 no URL', { urlTemplate: 'hooks' }, 'urlTemplate'],
    ['8.3 a tunnel', { urlTemplate: 'tunnel:///path' }, 'urlTemplate'],
    ['8.3 another parameter', { urlTemplate: 'https://a.example/{user}' }, 'urlTemplate'],
    [
      '8.3 a secret that nobody can get',
      {
        urlTemplate: 'https://a.example/?code={@Microsoft.KeyVault(SecretUri=https://v.example/s)}',
      },
      'urlTemplate',
    ],
    [
      '8.4 a managed identity without a resource',
      { auth: { type: 'ManagedIdentity' } as unknown as { type: 'None' } },
      'resource',
    ],
  ];

  it.each(INVALID)('%s is a configuration error', async (_, more, path) => {
    const eventHandlers = [stage.handler(more)];
    const starting = startEventStage({ module: { hubs: { chat: { eventHandlers } } } });
    await expect(starting).rejects.toThrow(WebPubSubConfigurationError);
    await expect(starting).rejects.toThrow(path);
  });

  it.each(INVALID)('L9 %s is refused at run time: the old settings stay', async (_, more) => {
    const client = await stage.json();
    expect(() => {
      stage.use({ eventHandlers: [stage.handler({}, '/new'), stage.handler(more)] });
    }).toThrow(WebPubSubConfigurationError);
    expect(await ack(client, 'e1')).toBe(true);
    expect(targets()).toEqual(['/e/chat/e1']);
  });

  it('L8 an event that is under way ends at the old target, the next goes to the new one', async () => {
    const next = await WebhookReceiver.start();
    const slow = deferred<void>();
    stage.answer({
      e1: async () => {
        await slow.promise;
        return { status: 200, headers: [['Content-Type', 'text/plain']], body: 'old' };
      },
    });
    const client = await stage.json();
    client.send(event('e1', 1));
    await stage.post('e1');
    stage.use({ eventHandlers: [stage.handler({ urlTemplate: `${next.url}/{event}` })] });
    client.send(event('e2', 2));
    slow.resolve();
    expect(await client.hearJson()).toMatchObject({ data: 'old' });
    expect(await client.hearJson()).toMatchObject({ ackId: 1, success: true });
    expect(await client.hearJson()).toMatchObject({ ackId: 2, success: true });
    expect(targets()).toEqual(['/e/chat/e1']);
    expect(next.posts.map(({ target }) => target)).toEqual(['/e2']);
    client.close(1000);
    await next.posted(2);
    await next.close();
  });

  describe('authentication of the service (8.4)', () => {
    const auth = {
      type: 'ManagedIdentity' as const,
      managedIdentity: { resource: 'api://app' },
    };
    beforeEach(() => use(['/a', { userEventPattern: '*', auth }]));

    it('L15 the token of the resource is on the POST, not on OPTIONS', async () => {
      const asked: string[] = [];
      getToken = (resource) => Promise.resolve(`token-${asked.push(resource)}`);
      expect(await ack(await stage.json(), 'e1')).toBe(true);
      expect(asked).toEqual(['api://app']);
      const [options, post] = stage.hook.requests;
      expect(options?.header('Authorization')).toBeUndefined();
      expect(post?.header('Authorization')).toBe('Bearer token-1');
    });

    it('L16 without a token the event fails, and nothing is sent', async () => {
      getToken = () => Promise.reject(new Error('no identity'));
      const client = await stage.json();
      expect(await ack(client, 'e1')).toBe(false);
      expect(stage.hook.posts).toEqual([]);
      expect(stage.log.join()).toContain('no identity');
    });

    it('16.27 a token that cannot travel fails the event, and is not logged', async () => {
      getToken = () => Promise.resolve('s3cr3t\r\nX-Injected: 1');
      expect(await ack(await stage.json(), 'e1')).toBe(false);
      expect(stage.hook.posts).toEqual([]);
      expect(stage.log.join()).not.toContain('s3cr3t');
    });
  });

  describe('cookies (2.9)', () => {
    const set = (value: string, status = 200): object => ({
      status,
      headers: [['Set-Cookie', value]],
    });

    it('L17 those of one connection are not sent for another of the same user', async () => {
      stage.answer({ first: { status: 204, headers: [['Set-Cookie', 'route=n3']] } });
      const [one, two] = [await stage.json(), await stage.json()];
      expect(await ack(one, 'first')).toBe(true);
      expect(await ack(two, 'second')).toBe(true);
      expect(await ack(one, 'third', 2)).toBe(true);
      expect((await stage.post('second')).header('Cookie')).toBeUndefined();
      expect((await stage.post('third')).header('Cookie')).toBe('route=n3');
    });

    it.each<[string, object, string | undefined]>([
      ['for another path', set('a=1; Path=/elsewhere'), undefined],
      ['for a path above', set('a=1; Path=/e'), 'a=1'],
      ['for another host', set('a=1; Domain=other.example'), undefined],
      ['that has expired', set('a=1; Max-Age=0'), undefined],
      ['of a failure', set('a=1', 400), undefined],
      ['that is none', set(';;;'), undefined],
    ])('a cookie %s', async (_, answer, cookie) => {
      stage.answer({ first: answer as { status: number } });
      const client = await stage.json();
      await ack(client, 'first');
      expect(await ack(client, 'second', 2)).toBe(true);
      expect((await stage.post('second')).header('Cookie')).toBe(cookie);
    });

    it('2.6 those of the client stay in the body of connect', async () => {
      await stage.upgrade(stage.target(), { Cookie: 'theme=dark' });
      await stage.post('connected');
      for (const post of stage.hook.posts) expect(post.header('Cookie')).toBeUndefined();
      expect((await stage.post('connect')).body.toString()).toContain('theme=dark');
    });
  });
});
