import { createHmac } from 'node:crypto';
import { startEventStage, type EventStage } from '../../support/event-target.js';
import { ACCESS_KEY } from '../../support/keys.js';
import type { RawSocket } from '../../support/raw.socket.js';
import type { Persona } from '../../support/stage.js';

const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
const OFFER = { 'Sec-WebSocket-Protocol': `x-own, ${JSON_PROTOCOL}` };

interface ConnectBody {
  readonly claims: Record<string, string[]>;
  readonly query: Record<string, string[]>;
  readonly headers: Record<string, string[]>;
  readonly subprotocols: string[];
  readonly clientCertificates: unknown[];
}

describe('connect (events.md 15.2)', () => {
  let stage: EventStage;
  beforeAll(async () => {
    stage = await startEventStage({
      module: { hubs: { chat: { anonymousConnectPolicy: 'allow' } } },
    });
  });
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  async function bodyOf(
    target: string,
    headers: Record<string, string> = OFFER,
  ): Promise<ConnectBody> {
    const { status } = await stage.upgrade(target, headers);
    expect(status).toBe(101);
    return JSON.parse((await stage.post('connect')).body.toString()) as ConnectBody;
  }

  describe('the request', () => {
    it('C1 has everything the client came with, but its token', async () => {
      const query = 'room=7&room=8';
      const body = await bodyOf(stage.target({ userId: 'ana', query }), {
        ...OFFER,
        Cookie: 'theme=dark',
        'X-ASRS-Internal-Secret': 'no',
        'X-Own': 'yes',
      });
      expect(Object.keys(body).toSorted()).toEqual([
        'claims',
        'clientCertificates',
        'headers',
        'query',
        'subprotocols',
      ]);
      expect(body.query).toEqual({ room: ['7', '8'] });
      expect(body.subprotocols).toEqual(['x-own', JSON_PROTOCOL]);
      expect(body.clientCertificates).toEqual([]);
      expect(body.claims).toMatchObject({ sub: ['ana'], exp: [expect.stringMatching(/^\d+$/)] });
      const headers = new Map(
        Object.entries(body.headers).map(([name, values]) => [name.toLowerCase(), values]),
      );
      expect(headers.get('cookie')).toEqual(['theme=dark']);
      expect(headers.get('x-own')).toEqual(['yes']);
      expect([...headers.keys()].join()).not.toMatch(/authorization|x-asrs-internal/);
    });

    it('C1 has neither a token in another case, nor one in the Authorization header', async () => {
      const target = stage.target({ query: 'room=7' }).replace('access_token', 'Access_Token');
      const body = await bodyOf(target, { ...OFFER, Authorization: 'Bearer T' });
      expect(body.query).toEqual({ room: ['7'] });
      expect(Object.keys(body.headers).join()).not.toMatch(/authorization/i);
    });

    it('5.2 has the names of the query and of the headers in their own case', async () => {
      const body = await bodyOf(stage.target({ query: 'Room=7&room=8' }), { 'X-Own': 'yes' });
      expect(body.query).toEqual({ Room: ['7'], room: ['8'] });
      expect(body.headers).toMatchObject({ 'X-Own': ['yes'] });
    });

    it('C2 has the id 0, and neither subprotocol nor state', async () => {
      await stage.upgrade(stage.target({ userId: 'ana' }), OFFER);
      const post = await stage.post('connect');
      const connected = await stage.post('connected');
      expect(post).toMatchObject({ method: 'POST', target: '/e/chat/connect' });
      const headers = Object.fromEntries(
        ['id', 'type', 'userId', 'hub', 'eventName', 'specversion', 'awpsversion'].map((name) => [
          name,
          post.header(`ce-${name}`),
        ]),
      );
      expect(headers).toEqual({
        id: '0',
        type: 'azure.webpubsub.sys.connect',
        userId: 'ana',
        hub: 'chat',
        eventName: 'connect',
        specversion: '1.0',
        awpsversion: '1.0',
      });
      expect(post.header('Content-Type')).toMatch(/^application\/json(; charset=utf-8)?$/);
      expect(post.header('ce-time')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(post.header('WebHook-Request-Origin')).toBe(`127.0.0.1:${stage.port}`);
      // The id is final already.
      const id = connected.header('ce-connectionId');
      expect(post.header('ce-connectionId')).toBe(id);
      expect(post.header('ce-source')).toBe(`/hubs/chat/client/${id}`);
      for (const name of ['ce-subprotocol', 'ce-connectionState', 'Cookie', 'Authorization']) {
        expect(post.header(name)).toBeUndefined();
      }
    });

    it.each<[string, Persona]>([
      ['without a token', { anonymous: true }],
      ['whose token names no user', { userId: undefined }],
    ])('C3 has no user id for a client %s', async (_, persona) => {
      await stage.json(persona);
      expect((await stage.post('connect')).header('ce-userId')).toBeUndefined();
    });

    it('C4 has the UTF-8 bytes of the user id', async () => {
      await stage.json({ userId: '用户' });
      for (const name of ['connect', 'connected']) {
        const userId = (await stage.post(name)).header('ce-userId') ?? '';
        expect(Buffer.from(userId, 'latin1').toString('hex')).toBe('e794a8e688b7');
      }
    });

    it('C25 has a claim called __proto__ as data', async () => {
      const claims = `{"aud":"${stage.url}/client/hubs/chat","exp":4102444800,"sub":"ann","__proto__":["x"],"constructor":"c"}`;
      const signed = ['{"alg":"HS256","typ":"JWT"}', claims]
        .map((part) => Buffer.from(part).toString('base64url'))
        .join('.');
      const signature = createHmac('sha256', ACCESS_KEY).update(signed).digest('base64url');
      await stage.upgrade(
        `/client/hubs/chat?__proto__=q&access_token=${signed}.${signature}`,
        OFFER,
      );
      const text = (await stage.post('connect')).body.toString();
      const { claims: sent, query } = JSON.parse(text) as ConnectBody;
      expect(Object.getOwnPropertyDescriptor(sent, '__proto__')?.value).toEqual(['x']);
      expect(Object.getOwnPropertyDescriptor(sent, 'constructor')?.value).toEqual(['c']);
      expect(Object.getOwnPropertyDescriptor(query, '__proto__')?.value).toEqual(['q']);
    });

    it('C23 is not sent for a mode that does not exist', async () => {
      const query = { webpubsub_mode: 'bogus' };
      expect((await stage.refusal(stage.target({ query }))).status).toBe(400);
      await stage.json();
      expect(stage.posts('connect')).toHaveLength(1);
    });

    it.each<[string, (raw: RawSocket) => unknown]>([
      ['hangs up', (raw) => raw.destroy()],
      ['resets', (raw) => raw.socket.resetAndDestroy()],
    ])('C24 ends when the client %s, and nothing else is raised', async (_, leave) => {
      stage.answer({ connect: 'hang' });
      const raw = await stage.connect();
      raw.request(stage.target());
      const post = await stage.post('connect');
      leave(raw);
      expect(await post.aborted).toBe(true);
      expect(stage.posted).toEqual(['connect']);
      expect(stage.sink.disconnecteds).toEqual([]);
      expect(stage.log).toEqual([]);
    });
  });
});
