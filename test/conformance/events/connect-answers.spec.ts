import { startEventStage, type EventStage } from '../../support/event-target.js';
import type { Persona } from '../../support/stage.js';
import type { ScriptedAnswer } from '../../support/webhook.receiver.js';
import type { WireClient } from '../../support/wire.client.js';

const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
const OFFER = { 'Sec-WebSocket-Protocol': `x-own, ${JSON_PROTOCOL}` };

/** A member of `g1` who may join `lobby`. */
const ANN: Persona = {
  userId: 'ann',
  groups: ['g1'],
  roles: ['webpubsub.joinLeaveGroup.lobby'],
};

function json(value: unknown): ScriptedAnswer {
  return { status: 200, body: typeof value === 'string' ? value : JSON.stringify(value) };
}

describe('answers to connect (events.md 5.2, 15.2)', () => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  /** What a client of json is: the user of its welcome, its groups of g1 and g2, and its permission. */
  async function standing(client: WireClient): Promise<object> {
    const { userId } = JSON.parse(client.connected) as { userId?: string };
    client.send('{"type":"joinGroup","group":"lobby","ackId":1}');
    const { success } = (await client.hearJson()) as { success: boolean };
    for (const group of ['g1', 'g2']) {
      await stage.operate('POST', `/groups/${group}/:send`, { text: group });
    }
    client.send('{"type":"ping"}');
    const groups: unknown[] = [];
    for (;;) {
      const frame = (await client.hearJson()) as { type: string; data?: unknown };
      if (frame.type === 'pong') return { userId, groups, mayJoin: success };
      groups.push(frame.data);
    }
  }

  describe('an answer that accepts', () => {
    const unchanged = { userId: 'ann', groups: ['g1'], mayJoin: true };

    it.each<[string, ScriptedAnswer, object]>([
      ['C5 204', { status: 204 }, {}],
      ['C5 200 without a body', { status: 200 }, {}],
      ['16.20 201 without a body', { status: 201 }, {}],
      ['C5 202 without a body', { status: 202 }, {}],
      ['C6 null', json('null'), {}],
      ['C6 an empty object', json({}), {}],
      ['C6 members that are null', json({ userId: null, groups: null, roles: null }), {}],
      ['C6 members nobody knows', json({ subprotocols: ['x-own'], any: { thing: 1 } }), {}],
      ['16.20 299 with an object', { ...json({ userId: 'bo' }), status: 299 }, { userId: 'bo' }],
      ['C7 a user', json({ userId: 'bo' }), { userId: 'bo' }],
      ['C9 no roles', json({ roles: [] }), { mayJoin: false }],
      ['C9 other roles', json({ roles: ['webpubsub.joinLeaveGroup.x'] }), { mayJoin: false }],
      ['C10 no groups', json({ groups: [] }), {}],
      ['C11 another group', json({ groups: ['g2'] }), { groups: ['g2'] }],
      [
        'C12 any case, any content type',
        { ...json({ UserId: 'bo' }), headers: [['Content-Type', 'text/plain']] },
        { userId: 'bo' },
      ],
    ])('%s', async (_, answer, change) => {
      stage.answer({ connect: answer });
      const client = await stage.json(ANN);
      expect(await standing(client)).toEqual({ ...unchanged, ...change });
    });

    it('C7 a user is the user of all later events', async () => {
      stage.answer({ connect: json({ userId: 'bö' }) });
      const client = await stage.json(ANN);
      client.send('{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}');
      await client.hear();
      client.close(1000);
      for (const name of ['connected', 'e1', 'disconnected']) {
        const userId = (await stage.post(name)).header('ce-userId') ?? '';
        expect(Buffer.from(userId, 'latin1').toString()).toBe('bö');
      }
    });

    it('C8 an empty user is none', async () => {
      stage.answer({ connect: json({ userId: '' }) });
      const client = await stage.json(ANN);
      expect(JSON.parse(client.connected)).not.toHaveProperty('userId', 'ann');
      client.send('{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}');
      await client.hear();
      client.close(1000);
      for (const name of ['connected', 'e1', 'disconnected']) {
        expect((await stage.post(name)).header('ce-userId')).toBeUndefined();
      }
    });

    it.each<[string, object, string | undefined]>([
      ['C13 without a subprotocol: the first that is known', {}, JSON_PROTOCOL],
      ['C13 with an empty one: as without', { subprotocol: '' }, JSON_PROTOCOL],
      ['C14 one of the own: raw', { subprotocol: 'x-own' }, 'x-own'],
      ['C14 the known one', { subprotocol: JSON_PROTOCOL }, JSON_PROTOCOL],
    ])('%s', async (_, answer, negotiated) => {
      stage.answer({ connect: json(answer) });
      const upgrade = await stage.upgrade(stage.target(ANN), OFFER);
      expect(upgrade.headers['sec-websocket-protocol']).toBe(negotiated);
      expect((await stage.post('connected')).header('ce-subprotocol')).toBe(negotiated);
    });

    it('C14 one of the own has raw behaviour', async () => {
      stage.answer({
        connect: json({ subprotocol: 'x-own' }),
        message: { status: 200, headers: [['Content-Type', 'text/plain']], body: 'pong' },
      });
      const upgrade = await stage.upgrade(stage.target(ANN), OFFER);
      upgrade.raw.send(1, '{"type":"ping"}');
      expect(await upgrade.text()).toBe('pong');
      expect((await stage.post('message')).body.toString()).toBe('{"type":"ping"}');
    });

    it('C13 of several protocols that nobody knows none is negotiated', async () => {
      const offer = { 'Sec-WebSocket-Protocol': 'x-own, y-own' };
      const upgrade = await stage.upgrade(stage.target(ANN), offer);
      expect(upgrade.headers['sec-websocket-protocol']).toBeUndefined();
      expect((await stage.post('connected')).header('ce-subprotocol')).toBeUndefined();
    });

    it('C20 its state and cookies travel with what follows', async () => {
      stage.answer({
        connect: {
          status: 204,
          headers: [
            ['ce-connectionState', 'eyJhIjoxfQ=='],
            ['Set-Cookie', 'r=1; Path=/e; HttpOnly'],
            ['Set-Cookie', 'other=1; Path=/elsewhere'],
          ],
        },
      });
      const client = await stage.json();
      client.close(1000);
      for (const name of ['connected', 'disconnected']) {
        const post = await stage.post(name);
        expect(post.header('ce-connectionState')).toBe('eyJhIjoxfQ==');
        expect(post.header('Cookie')).toBe('r=1');
      }
    });

    it('C21 is not asked for where no handler lists connect', async () => {
      stage.use({ eventHandlers: [stage.handler({ systemEvents: ['connected'] })] });
      const client = await stage.json(ANN);
      expect(await standing(client)).toEqual(unchanged);
      expect((await stage.post('connected')).header('ce-id')).toBe('1');
      expect(stage.posted).toEqual(['connected']);
    });

    it('2.2 the ids of all later events count on', async () => {
      const client = await stage.json();
      await stage.post('connected');
      client.send('{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}');
      await client.hear();
      client.close(1000);
      await stage.post('disconnected');
      expect(stage.hook.posts.map((post) => post.header('ce-id'))).toEqual(['0', '1', '2', '3']);
    });
  });

  describe('an answer that refuses', () => {
    /** Nothing has come of the client, though somebody else comes and goes. */
    async function expectNothingElse(attempts = 1): Promise<void> {
      expect(stage.posts('connect')).toHaveLength(attempts);
      stage.answer({});
      (await stage.json({ userId: 'later' })).close(1000);
      await stage.post('disconnected');
      const strays = stage.hook.posts
        .slice(attempts)
        .filter((post) => post.header('ce-userId') !== 'later');
      expect(strays).toEqual([]);
    }

    it.each([400, 401, 403, 404, 409, 429])('C16 %i', async (status) => {
      stage.answer({ connect: { status, body: 'the reason' } });
      const refusal = await stage.refusal(stage.target(ANN));
      expect(refusal.status).toBe(status);
      expect(JSON.stringify(refusal)).not.toContain('the reason');
      await expectNothingElse();
    });

    it.each([408, 500, 503])('C17 %i, after four attempts at the same event', async (status) => {
      stage.answer({ connect: { status } });
      expect((await stage.refusal(stage.target(ANN))).status).toBe(status);
      const attempts = stage.posts('connect').map(({ rawHeaders, body }) => ({ rawHeaders, body }));
      expect(attempts).toEqual(Array.from({ length: 4 }, () => attempts[0]));
      await expectNothingElse(4);
    });

    it.each<[string, ScriptedAnswer]>([
      ['C15 a subprotocol nobody offered', json({ subprotocol: 'not-offered' })],
      ['C18 a blank group', json({ groups: [' '] })],
      ['C18 an empty group', json({ groups: ['g', ''] })],
      ['C18 a group of 1025 characters', json({ groups: ['g'.repeat(1025)] })],
      ['C18 a group that is null', json({ groups: [null] })],
      ['7.4 a role that is null', json({ roles: [null] })],
      ['7.4 a user that is a number', json({ userId: 7 })],
      ['7.4 groups that are a string', json({ groups: 'g' })],
      ['C19 half an object', json('{oops')],
      ['C19 a list', json([])],
      ['C19 a string', json('"ann"')],
      ['7.4 302', { status: 302, headers: [['Location', '/elsewhere']] }],
      ['7.4 304', { status: 304 }],
      ['7.4 more than 16 MiB', json(`{"userId":"${'x'.repeat(16 * 1024 * 1024)}"}`)],
    ])('%s is 500, at once', async (_, answer) => {
      stage.answer({ connect: answer });
      expect((await stage.refusal(stage.target(ANN), OFFER)).status).toBe(500);
      await expectNothingElse();
    });

    it('7.4 no answer to four attempts is 500', async () => {
      stage.answer({ connect: 'reset' });
      expect((await stage.refusal(stage.target(ANN))).status).toBe(500);
      await expectNothingElse(4);
    });

    it('5.2 its state and cookies are dropped, and so are those of an answer nobody can use', async () => {
      const headers: [string, string][] = [
        ['ce-connectionState', 'S'],
        ['Set-Cookie', 'r=1'],
      ];
      stage.answer({ connect: { ...json({ groups: [' '] }), headers } });
      expect((await stage.refusal(stage.target(ANN))).status).toBe(500);
      stage.answer({});
      await stage.json(ANN);
      const connected = await stage.post('connected');
      expect(connected.header('ce-connectionState')).toBeUndefined();
      expect(connected.header('Cookie')).toBeUndefined();
    });
  });
});

describe('connect with little time (events.md 15.2)', () => {
  let stage: EventStage;
  beforeAll(async () => {
    stage = await startEventStage({ module: { events: { timeoutSeconds: 0.25 } } });
  });
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it('C22 no answer until the deadline is 500, after one attempt', async () => {
    stage.answer({ connect: 'hang' });
    expect((await stage.refusal(stage.target())).status).toBe(500);
    const [post, ...others] = stage.posts('connect');
    expect(others).toEqual([]);
    expect(await post?.aborted).toBe(true);
    expect(stage.log.join()).toContain('within 250 ms');
  });
});
