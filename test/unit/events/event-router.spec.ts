import { jest } from '@jest/globals';
import type {
  ConnectEvent,
  EventConnection,
  UserEvent,
} from '../../../lib/engine/ports/event-sink.interface.js';
import { textPayload } from '../../../lib/engine/payload.js';
import type { EventHandler, EventKey } from '../../../lib/events/event-handler.interface.js';
import { EventPattern } from '../../../lib/events/event-pattern.js';
import { EventRouter } from '../../../lib/events/event.router.js';
import { EventRoutes } from '../../../lib/events/event-routes.js';
import type { EventEnvelope } from '../../../lib/events/listeners/event-listener.interface.js';
import { ListenerRoute } from '../../../lib/events/listeners/listener.route.js';
import { deferred } from '../../support/deferred.js';

const NEVER = new AbortController().signal;
const NOW = Date.UTC(2031, 4, 4, 10, 0, 0, 789);

const connection: EventConnection = {
  hub: 'chat',
  connectionId: 'c1',
  userId: 'ana',
  subprotocol: 'json.webpubsub.azure.v1',
  state: 'before',
  identity: {},
};

function userEvent(event: string, more: Partial<UserEvent> = {}): UserEvent {
  return { connection, id: 3, event, payload: textPayload('hi'), metadata: undefined, ...more };
}

const connectEvent: ConnectEvent = {
  connection,
  claims: {},
  query: {},
  headers: {},
  subprotocols: [],
};

class TestHandler implements EventHandler {
  readonly calls: string[] = [];
  readonly #pattern: EventPattern;
  answer: (signal: AbortSignal) => Promise<never> | Promise<void> = async () => {};

  constructor(
    readonly name: string,
    pattern: string,
    private readonly systemEvents: readonly string[] = [],
    private readonly groups: readonly string[] = [],
  ) {
    this.#pattern = new EventPattern(pattern);
  }

  handles(key: EventKey): boolean {
    if (key.kind === 'user') return this.#pattern.matches(key.name);
    if (key.kind === 'group') return this.groups.includes(key.group);
    return this.systemEvents.includes(key.name);
  }

  async connect(_event: ConnectEvent, { signal }: { signal: AbortSignal }) {
    this.calls.push('connect');
    await this.answer(signal);
    return { accepted: true, userId: this.name } as const;
  }

  async userEvent(event: UserEvent, { signal }: { signal: AbortSignal }) {
    this.calls.push(event.event);
    await this.answer(signal);
    return { handled: true, replies: [{ payload: textPayload(this.name) }] } as const;
  }

  async notify({ name }: { name: string }, { signal }: { signal: AbortSignal }) {
    this.calls.push(name);
    await this.answer(signal);
  }
}

function stage(timeoutMs = 60_000) {
  const routes = new EventRoutes();
  const diagnostics = { debug: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const router = new EventRouter({ routes, diagnostics, clock: () => NOW, timeoutMs });
  return { routes, diagnostics, router };
}

describe('EventRouter', () => {
  it.each([
    ['b', 'A'],
    ['c', 'B'],
  ])('L1 brings event %s to handler %s alone', async (event, name) => {
    const { routes, router } = stage();
    const handlers = [new TestHandler('A', 'a,b'), new TestHandler('B', '*')];
    routes.configure('chat', { handlers, listeners: [] });
    const outcome = await router.userEvent(userEvent(event), NEVER);
    expect(outcome).toMatchObject({ handled: true, replies: [{ payload: textPayload(name) }] });
    expect(handlers.map(({ calls }) => calls.length)).toEqual(name === 'A' ? [1, 0] : [0, 1]);
  });

  it('asks the classes of the application before webhooks', async () => {
    const { routes, router } = stage();
    routes.configure('chat', { handlers: [new TestHandler('webhook', '*')], listeners: [] });
    routes.useClasses('chat', new TestHandler('classes', 'mine'));
    expect(await router.userEvent(userEvent('mine'), NEVER)).toMatchObject({
      replies: [{ payload: textPayload('classes') }],
    });
    expect(await router.userEvent(userEvent('other'), NEVER)).toMatchObject({
      replies: [{ payload: textPayload('webhook') }],
    });
  });

  it('F14 does not fall through to the next handler when the first fails', async () => {
    const { routes, router, diagnostics } = stage();
    const [first, second] = [new TestHandler('A', '*'), new TestHandler('B', '*')];
    first.answer = () => Promise.reject(new Error('broken'));
    routes.configure('chat', { handlers: [first, second], listeners: [] });
    expect(await router.userEvent(userEvent('e'), NEVER)).toEqual({ handled: false, status: 500 });
    expect(second.calls).toEqual([]);
    expect(diagnostics.error).toHaveBeenCalledWith(
      'hub chat: event e of connection c1 failed in A',
      expect.objectContaining({ message: 'broken' }),
    );
  });

  it('L18 says at once that nobody handles an event', () => {
    const { router } = stage();
    expect(router.connect(connectEvent, NEVER)).toBeUndefined();
    expect(router.userEvent(userEvent('e'), NEVER)).toBeUndefined();
    expect(router.observesGroup('chat', 'g')).toBe(false);
    router.connected({ connection, id: 1 });
  });

  it('U27 does not take a user event for the system event of that name', async () => {
    const { routes, router } = stage();
    const handler = new TestHandler('A', '', ['connected']);
    routes.configure('chat', { handlers: [handler], listeners: [] });
    expect(router.userEvent(userEvent('connected'), NEVER)).toBeUndefined();
    router.connected({ connection, id: 1 });
    expect(handler.calls).toEqual(['connected']);
  });

  it('refuses a client whose connect handler fails with 500', async () => {
    const { routes, router } = stage();
    const handler = new TestHandler('A', '', ['connect']);
    handler.answer = () => Promise.reject(new Error('broken'));
    routes.configure('chat', { handlers: [handler], listeners: [] });
    expect(await router.connect(connectEvent, NEVER)).toEqual({ accepted: false, status: 500 });
  });

  it('F8 ends an event at its deadline, and says so to who invoked', async () => {
    const { routes, router } = stage(10);
    const handler = new TestHandler('A', '*');
    const aborted = deferred<unknown>();
    handler.answer = (signal) => {
      signal.addEventListener('abort', () => aborted.resolve(signal.reason));
      return new Promise(() => {});
    };
    routes.configure('chat', { handlers: [handler], listeners: [] });
    expect(await router.userEvent(userEvent('e'), NEVER)).toEqual({
      handled: false,
      status: 504,
      failure: 'Timeout',
    });
    expect(await aborted.promise).toMatchObject({ name: 'EventTimeoutError' });
  });

  it('F10 ends an event whose client has left, without a word in the log', async () => {
    const { routes, router, diagnostics } = stage();
    const handler = new TestHandler('A', '*');
    handler.answer = () => new Promise(() => {});
    routes.configure('chat', { handlers: [handler], listeners: [] });
    const gone = new AbortController();
    const outcome = router.userEvent(userEvent('e'), gone.signal);
    gone.abort();
    expect(await outcome).toEqual({ handled: false, status: 500 });
    expect(diagnostics.error).not.toHaveBeenCalled();
  });

  it('lets a notification that fails harm nothing (N2)', async () => {
    const { routes, router, diagnostics } = stage();
    const handler = new TestHandler('A', '', ['disconnected']);
    handler.answer = () => Promise.reject(new Error('broken'));
    routes.configure('chat', { handlers: [handler], listeners: [] });
    router.disconnected({ connection, id: 2, reason: 'bye' });
    await router.settle();
    expect(diagnostics.error).toHaveBeenCalledTimes(1);
  });

  it('L8 leaves an event with the handler it was raised for when routes change', async () => {
    const { routes, router } = stage();
    const [old, next] = [new TestHandler('old', '*'), new TestHandler('new', '*')];
    const release = deferred<void>();
    old.answer = () => release.promise;
    routes.configure('chat', { handlers: [old], listeners: [] });
    const pending = router.userEvent(userEvent('e'), NEVER);
    routes.configure('chat', { handlers: [next], listeners: [] });
    const later = await router.userEvent(userEvent('e'), NEVER);
    release.resolve();
    expect(await pending).toMatchObject({ replies: [{ payload: textPayload('old') }] });
    expect(later).toMatchObject({ replies: [{ payload: textPayload('new') }] });
  });

  it('watches only groups that somebody wants to know about', async () => {
    const { routes, router } = stage();
    const handler = new TestHandler('A', '', [], ['lobby']);
    routes.configure('chat', { handlers: [handler], listeners: [] });
    expect(router.observesGroup('chat', 'lobby')).toBe(true);
    expect(router.observesGroup('chat', 'other')).toBe(false);
    router.groupJoined({ connection, id: 2, group: 'lobby' });
    router.groupLeft({ connection, id: 3, group: 'lobby' });
    await router.settle();
    expect(handler.calls).toEqual(['joined', 'left']);
  });
});

describe('listeners (events.md 10)', () => {
  function listen(filter: { systemEvents?: never[] | string[]; userEventPattern?: string }) {
    const copies: EventEnvelope[] = [];
    const route = new ListenerRoute(
      { deliver: (envelope) => copies.push(envelope) },
      {
        systemEvents: (filter.systemEvents ?? []) as never[],
        userEventPattern: filter.userEventPattern ?? '',
      },
    );
    return { copies, route };
  }

  it('L10 all get a copy, with the id the handler sees', async () => {
    const { routes, router } = stage();
    const [one, two] = [listen({ userEventPattern: '*' }), listen({ userEventPattern: 'e' })];
    const handler = new TestHandler('A', '*');
    routes.configure('chat', { handlers: [handler], listeners: [one.route, two.route] });
    await router.userEvent(userEvent('e'), NEVER);
    expect([one, two].map(({ copies }) => copies.map(({ messageId }) => messageId))).toEqual([
      ['c1/3'],
      ['c1/3'],
    ]);
    expect(handler.calls).toEqual(['e']);
  });

  it('L11 one that throws or rejects does not touch the outcome', async () => {
    const { routes, router, diagnostics } = stage();
    const filter = { systemEvents: [], userEventPattern: '*' };
    const listeners = [
      new ListenerRoute(
        {
          deliver: () => {
            throw new Error('at once');
          },
        },
        filter,
      ),
      new ListenerRoute({ deliver: () => Promise.reject(new Error('later')) }, filter),
    ];
    routes.configure('chat', { handlers: [new TestHandler('A', '*')], listeners });
    expect(await router.userEvent(userEvent('e'), NEVER)).toMatchObject({ handled: true });
    await router.settle();
    expect(diagnostics.error).toHaveBeenCalledTimes(2);
  });

  it('L12 an event with a listener and no handler succeeds without a reply', async () => {
    const { routes, router } = stage();
    const listeners = [listen({ userEventPattern: '*' }).route];
    routes.configure('chat', { handlers: [], listeners });
    expect(await router.userEvent(userEvent('e'), NEVER)).toEqual({ handled: true, replies: [] });
  });

  it('L13 none gets connect', async () => {
    const { routes, router } = stage();
    const { copies, route } = listen({ systemEvents: ['connect'], userEventPattern: '*' });
    const handler = new TestHandler('A', '', ['connect']);
    routes.configure('chat', { handlers: [handler], listeners: [route] });
    await router.connect(connectEvent, NEVER);
    expect(copies).toEqual([]);
  });

  it('gets no invocation', () => {
    const { routes, router } = stage();
    const { copies, route } = listen({ userEventPattern: '*' });
    routes.configure('chat', { handlers: [], listeners: [route] });
    expect(router.userEvent(userEvent('e', { invocation: true }), NEVER)).toBeUndefined();
    expect(copies).toEqual([]);
  });

  it('L14 the copy of a user event', async () => {
    const { routes, router } = stage();
    const { copies, route } = listen({ userEventPattern: '*' });
    routes.configure('chat', { handlers: [], listeners: [route] });
    const metadata = new Map([
      ['Trace', 'a, b'],
      ['empty', ''],
    ]);
    await router.userEvent(userEvent('Order', { metadata }), NEVER);
    expect(copies).toEqual([
      {
        body: Buffer.from('hi'),
        contentType: 'text/plain',
        messageId: 'c1/3',
        partitionKey: 'c1',
        applicationProperties: {
          'cloudEvents:specversion': '1.0',
          'cloudEvents:awpsversion': '1.0',
          'cloudEvents:type': 'azure.webpubsub.user.Order',
          'cloudEvents:source': '/hubs/chat/client/c1',
          'cloudEvents:id': '3',
          'cloudEvents:time': '2031-05-04T10:00:00Z',
          'cloudEvents:hub': 'chat',
          'cloudEvents:eventname': 'Order',
          'cloudEvents:connectionid': 'c1',
          'cloudEvents:userid': 'ana',
          'cloudEvents:subprotocol': 'json.webpubsub.azure.v1',
          'cloudEvents:connectionstate': 'before',
          'x-webpubsub-metadata-trace': 'a, b',
          'x-webpubsub-metadata-empty': '',
        },
      },
    ]);
  });

  it.each([
    ['connected', '{}'],
    ['disconnected', '{"reason":"bye"}'],
  ])('the copy of %s', (name, body) => {
    const { routes, router } = stage();
    const { copies, route } = listen({ systemEvents: [name] });
    routes.configure('chat', { handlers: [], listeners: [route] });
    const anonymous = { ...connection, userId: undefined, state: '' };
    if (name === 'connected') router.connected({ connection: anonymous, id: 1 });
    else router.disconnected({ connection: anonymous, id: 1, reason: 'bye' });
    const [copy] = copies;
    expect(copy?.body.toString()).toBe(body);
    expect(copy?.contentType).toBe('application/json');
    const applicationProperties = copy?.applicationProperties ?? {};
    expect(applicationProperties['cloudEvents:type']).toBe(`azure.webpubsub.sys.${name}`);
    expect(applicationProperties).not.toHaveProperty('cloudEvents:userid');
    expect(applicationProperties).not.toHaveProperty('cloudEvents:connectionstate');
  });

  it('waits for copies when the application closes, and not for ever', async () => {
    jest.useFakeTimers();
    try {
      const { routes, router, diagnostics } = stage();
      const filter = { systemEvents: [], userEventPattern: '*' };
      const listeners = [new ListenerRoute({ deliver: () => new Promise(() => {}) }, filter)];
      routes.configure('chat', { handlers: [], listeners });
      await router.userEvent(userEvent('e'), NEVER);
      const settled = router.settle();
      await jest.advanceTimersByTimeAsync(9_999);
      expect(diagnostics.error).not.toHaveBeenCalled();
      await jest.advanceTimersByTimeAsync(1);
      await settled;
      expect(diagnostics.error).toHaveBeenCalledTimes(1);
    } finally {
      jest.useRealTimers();
    }
  });
});
