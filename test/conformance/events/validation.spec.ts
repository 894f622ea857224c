import { once } from 'node:events';
import type { Reaction, ScriptedAnswer } from '../../support/webhook.receiver.js';
import { inTurn, startEventStage, type EventStage } from '../../support/event-target.js';
import type { WireClient } from '../../support/wire.client.js';

const ALLOWED = 'WebHook-Allowed-Origin';
const CONSENT: ScriptedAnswer = { status: 200, headers: [[ALLOWED, '*']] };

function allows(status: number, ...lines: readonly string[]): ScriptedAnswer {
  return { status, headers: lines.map((line) => [ALLOWED, line]) };
}

// V11, V13, V14 and V15 need a clock of their own: test/unit/webhooks/sender.
describe('validation of a webhook (events.md 15.1)', () => {
  let stage: EventStage;
  beforeAll(async () => {
    stage = await startEventStage({
      module: { events: { origins: ['a.example', 'b.example'] } },
    });
  });
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  function methods(): string[] {
    return stage.hook.requests.map(({ method }) => method);
  }

  /** Connects, and tells with which status the service let the client in or not. */
  async function handshake(): Promise<number> {
    const { status, raw } = await stage.upgrade(stage.target());
    raw.destroy();
    return status;
  }

  it('V1 one bare OPTIONS goes before the first event', async () => {
    await stage.json();
    await stage.post('connected');
    const [first, ...others] = stage.hook.validations;
    expect(others).toEqual([]);
    expect(stage.hook.requests[0]).toBe(first);
    expect(first).toMatchObject({ method: 'OPTIONS', target: '/e/chat/validate' });
    expect(first?.header('WebHook-Request-Origin')).toBe('a.example, b.example');
    expect(first?.header('ce-awpsversion')).toBe('1.0');
    expect(first?.body).toHaveLength(0);
    const names = first?.rawHeaders.filter((_, index) => index % 2 === 0).join();
    expect(names).not.toMatch(/ce-signature|cookie|authorization|ce-(?!awpsversion)/i);
  });

  it.each<[string, ScriptedAnswer]>([
    ['V2 200 and *', allows(200, '*')],
    ['V3 204 and the origin in other case', allows(204, 'A.Example, B.Example')],
    ['V4 two lines, the second of which matches', allows(200, 'other.example', 'a.example')],
    ['V19 one of several origins', allows(200, 'b.example')],
  ])('%s passes', async (_, answer) => {
    stage.hook.onValidation = () => answer;
    expect(await handshake()).toBe(101);
    expect(methods().slice(0, 2)).toEqual(['OPTIONS', 'POST']);
  });

  it.each<[string, ScriptedAnswer]>([
    ['V5 one line with a list', allows(200, 'other.example, a.example')],
    ['V6 no header', { status: 200 }],
    ['V6 an empty header', allows(200, '')],
    ['V6 another origin', allows(200, 'c.example')],
    ['V7 400 with a header that matches', allows(400, '*')],
    [
      '16.13 a redirect',
      {
        status: 302,
        headers: [
          ['Location', '/'],
          [ALLOWED, '*'],
        ],
      },
    ],
  ])('%s is refused, and nothing is sent (V16)', async (_, answer) => {
    stage.hook.onValidation = () => answer;
    expect(await stage.refusal(stage.target())).toMatchObject({ status: 500 });
    expect(methods()).toEqual(['OPTIONS']);
    expect(stage.sink.disconnecteds).toEqual([]);
    expect(stage.log.join()).toContain('did not pass validation');
  });

  it.each<[string, Reaction[], string[], number]>([
    ['V8 404, then 200 to GET', [{ status: 404 }, CONSENT], ['OPTIONS', 'GET', 'POST'], 101],
    ['V8 404, then 404 to GET', [{ status: 404 }], ['OPTIONS', 'GET'], 500],
    ['V9 405, though GET would pass', [{ status: 405 }, CONSENT], ['OPTIONS'], 500],
    [
      'V10 503 twice, then 200',
      [{ status: 503 }, { status: 503 }, CONSENT],
      ['OPTIONS', 'OPTIONS', 'OPTIONS', 'POST'],
      101,
    ],
    ['V10 a lost connection, then 200', ['reset', CONSENT], ['OPTIONS', 'OPTIONS', 'POST'], 101],
    ['V10 503 always', [{ status: 503 }], ['OPTIONS', 'OPTIONS', 'OPTIONS', 'OPTIONS'], 500],
  ])('%s', async (_, reactions, expected, status) => {
    stage.use({ eventHandlers: [stage.handler({ systemEvents: ['connect'] })] });
    stage.hook.onValidation = inTurn(...reactions);
    expect(await handshake()).toBe(status);
    expect(methods()).toEqual(expected);
  });

  it('V8 GET has the same URL and headers as OPTIONS', async () => {
    stage.use({ eventHandlers: [stage.handler({}, '/e/{hub}/{event}?code=k')] });
    stage.hook.onValidation = inTurn({ status: 404 }, CONSENT);
    await handshake();
    const [options, get] = stage.hook.validations.map(({ target, rawHeaders }) => ({
      target,
      rawHeaders,
    }));
    expect(get).toEqual(options);
  });

  it('V12 five events at once share one request, and are sent then', async () => {
    stage.use({ eventHandlers: [stage.handler({ systemEvents: [] })] });
    const clients = await Promise.all([1, 2, 3, 4, 5].map(() => stage.json()));
    let release: ((answer: ScriptedAnswer) => void) | undefined;
    stage.hook.onValidation = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const acks = clients.map((client) => {
      client.send('{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}');
      return client.hearJson();
    });
    await stage.hook.validated(1);
    await Promise.all(clients.map((client) => heardOut(client)));
    expect(methods()).toEqual(['OPTIONS']);
    release?.(CONSENT);
    for (const ack of await Promise.all(acks)) expect(ack).toMatchObject({ success: true });
    expect(methods()).toEqual(['OPTIONS', 'POST', 'POST', 'POST', 'POST', 'POST']);
  });

  /** The service has read what a client sent once it answers a ping behind it. */
  async function heardOut({ socket }: WireClient): Promise<void> {
    const answered = once(socket, 'pong');
    socket.ping();
    await answered;
  }

  it('V13 a second event needs no second request', async () => {
    const client = await stage.json();
    for (const ackId of [1, 2]) {
      client.send(`{"type":"event","event":"e1","dataType":"text","data":"x","ackId":${ackId}}`);
      expect(await client.hearJson()).toMatchObject({ success: true });
    }
    expect(stage.hook.validations).toHaveLength(1);
  });

  it('V16 what failed is not asked again at once', async () => {
    stage.hook.onValidation = () => ({ status: 403 });
    expect(await handshake()).toBe(500);
    expect(await handshake()).toBe(500);
    expect(methods()).toEqual(['OPTIONS']);
  });

  it('V16 a user event fails as any other, and the client stays', async () => {
    stage.use({ eventHandlers: [stage.handler({ systemEvents: [] })] });
    stage.hook.onValidation = () => ({ status: 403 });
    const client = await stage.json();
    client.send('{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}');
    expect(await client.hearJson()).toEqual({
      type: 'ack',
      ackId: 1,
      success: false,
      error: { name: 'InternalServerError', message: 'Internal server error' },
    });
    await client.expectQuiet();
    expect(methods()).toEqual(['OPTIONS']);
  });

  it('V17 the query of the template travels with both, and is not logged', async () => {
    stage.use({ eventHandlers: [stage.handler({}, '/e/{hub}/{event}?code=s3cr3t')] });
    stage.hook.onEvent = () => ({ status: 401 });
    expect(await handshake()).toBe(401);
    expect(stage.hook.requests.map(({ target }) => target)).toEqual([
      '/e/chat/validate?code=s3cr3t',
      '/e/chat/connect?code=s3cr3t',
    ]);
    stage.hook.onValidation = () => ({ status: 403 });
    await stage.settings.validate('chat');
    expect(stage.log.join()).toContain('did not pass validation');
    expect(stage.log.join()).not.toContain('s3cr3t');
  });

  it('V18 no event has the cookies of the validation', async () => {
    stage.hook.onValidation = () => ({
      status: 200,
      headers: [
        [ALLOWED, '*'],
        ['Set-Cookie', 'v=1'],
      ],
    });
    await stage.json();
    await stage.post('connected');
    for (const post of stage.hook.posts) expect(post.header('Cookie')).toBeUndefined();
  });

  it('4.4 each URL is asked for itself', async () => {
    stage.use({
      eventHandlers: [
        stage.handler({ userEventPattern: '' }, '/a'),
        stage.handler({ systemEvents: [] }, '/b'),
      ],
    });
    const client = await stage.json();
    client.send('{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}');
    await client.hear();
    expect(stage.hook.validations.map(({ target }) => target)).toEqual(['/a', '/b']);
  });

  it('4.6 can be switched off for one webhook', async () => {
    stage.use({ eventHandlers: [stage.handler({ validate: false })] });
    expect(await handshake()).toBe(101);
    expect(stage.hook.validations).toEqual([]);
  });

  it('4.4 can be done before the first event', async () => {
    expect(await stage.settings.validate('chat')).toEqual([
      { webhook: expect.stringContaining('/e/{hub}/{event}'), result: { passed: true } },
    ]);
    expect(await handshake()).toBe(101);
    expect(stage.hook.validations).toHaveLength(1);
  });
});
