import type { ScriptedAnswer } from '../../../support/webhook.receiver.js';
import { connected, connectEvent, connectionOf, SenderRig } from './support/sender.rig.js';

let rig: SenderRig;
beforeAll(async () => {
  rig = await SenderRig.start();
});
beforeEach(() => rig.reset());
afterAll(() => rig.close());

async function ask(answer: ScriptedAnswer, event = connectEvent()) {
  rig.receiver.onEvent = () => answer;
  return rig.handler().connect(event, rig.call());
}

function json(body: string): ScriptedAnswer {
  return { status: 200, headers: [['Content-Type', 'application/json']], body };
}

describe('connect as a POST', () => {
  it('C1 has everything the client came with', async () => {
    await ask(
      { status: 204 },
      connectEvent({
        claims: { sub: ['ana'], exp: ['1935741600'] },
        query: { room: ['7', '8'] },
        headers: { host: ['demo.webpubsub.example'] },
      }),
    );
    const [post] = rig.receiver.posts;
    expect(post?.header('Content-Type')).toBe('application/json; charset=utf-8');
    expect(JSON.parse(String(post?.body))).toEqual({
      claims: { sub: ['ana'], exp: ['1935741600'] },
      query: { room: ['7', '8'] },
      headers: { host: ['demo.webpubsub.example'] },
      subprotocols: ['x-own', 'json.webpubsub.azure.v1'],
      clientCertificates: [],
    });
  });

  it('C2 has the id 0, and neither subprotocol nor state', async () => {
    await ask({ status: 204 });
    const [post] = rig.receiver.posts;
    expect(post?.target).toBe('/e/chat/connect');
    expect(post?.header('ce-id')).toBe('0');
    expect(post?.header('ce-type')).toBe('azure.webpubsub.sys.connect');
    expect(post?.header('ce-eventName')).toBe('connect');
    expect(post?.header('ce-userId')).toBe('ana');
    expect(post?.header('ce-subprotocol')).toBeUndefined();
    expect(post?.header('ce-connectionState')).toBeUndefined();
  });

  it.each([undefined, ''])('C3 has no user id for the anonymous client %j', async (userId) => {
    await ask({ status: 204 }, connectEvent({ connection: connectionOf({ userId }) }));
    expect(rig.receiver.posts[0]?.lines('ce-userId')).toEqual([]);
  });

  it('C4 has the UTF-8 bytes of the user id', async () => {
    await ask({ status: 204 }, connectEvent({ connection: connectionOf({ userId: '用户' }) }));
    const bytes = Buffer.from(rig.receiver.posts[0]?.header('ce-userId') ?? '', 'latin1');
    expect(bytes.toString('hex')).toBe('e794a8e688b7');
  });

  it('C25 sends names of every kind as data', async () => {
    const claims = JSON.parse('{"__proto__":["x"],"toJSON":["y"]}') as Record<string, string[]>;
    await ask({ status: 204 }, connectEvent({ claims }));
    expect(String(rig.receiver.posts[0]?.body)).toContain(
      '"claims":{"__proto__":["x"],"toJSON":["y"]}',
    );
  });
});

describe('The answer to connect', () => {
  it.each<[string, ScriptedAnswer]>([
    ['C5 204', { status: 204 }],
    ['C6 null', json('null')],
    ['200 without a body', { status: 200 }],
    ['202 without a body', { status: 202 }],
    ['an empty object', json('{}')],
    [
      'null members',
      json('{"userId":null,"groups":null,"roles":null,"subprotocol":null,"mqtt":null}'),
    ],
    ['C13 an empty subprotocol', json('{"subprotocol":""}')],
    ['names nobody knows', json('{"subprotocols":["x-own"],"__proto__":{"userId":"eve"}}')],
  ])('changes nothing: %s', async (_case, answer) => {
    expect(await ask(answer)).toEqual({ accepted: true });
  });

  it.each<[string, ScriptedAnswer, object]>([
    ['C7 a user', json('{"userId":"bo"}'), { userId: 'bo' }],
    ['C8 no user', json('{"userId":""}'), { userId: '' }],
    ['C9 no roles', json('{"roles":[]}'), { roles: [] }],
    ['C10 no new groups', json('{"groups":[]}'), { groups: [] }],
    ['C11 other groups', json('{"groups":["g2"]}'), { groups: ['g2'] }],
    [
      'C12 names in other case, as text',
      { status: 200, headers: [['Content-Type', 'text/plain']], body: '{"UserId":"bo"}' },
      { userId: 'bo' },
    ],
    ['the last of equal names', json('{"userId":"a","USERID":"b"}'), { userId: 'b' }],
    ['C14 a subprotocol', json('{"subprotocol":"X-Own"}'), { subprotocol: 'x-own' }],
    ['201', { ...json('{"userId":"bo"}'), status: 201 }, { userId: 'bo' }],
    [
      'C20 the state',
      { status: 204, headers: [['ce-connectionState', 'eyJhIjoxfQ==']] },
      { state: 'eyJhIjoxfQ==' },
    ],
    [
      'the last of several states, with its commas',
      {
        status: 204,
        headers: [
          ['ce-connectionState', 'a'],
          ['ce-connectionState', 'b, c'],
        ],
      },
      { state: 'b, c' },
    ],
    ['an empty state', { status: 204, headers: [['ce-connectionState', '']] }, { state: '' }],
  ])('sets %s', async (_case, answer, expected) => {
    expect(await ask(answer)).toEqual({ accepted: true, ...expected });
  });

  it.each<[string, ScriptedAnswer, string]>([
    [
      'C15 a subprotocol that was not offered',
      json('{"subprotocol":"not-offered"}'),
      "'subprotocol' of the answer is none that the client has offered",
    ],
    [
      'C18 a blank group',
      json('{"groups":[" "]}'),
      "'groups' of the answer has a name that is empty or too long",
    ],
    [
      'a group that is too long',
      json(JSON.stringify({ groups: ['x'.repeat(1025)] })),
      "'groups' of the answer has a name that is empty or too long",
    ],
    ['C19 broken JSON', json('{oops'), 'the answer is no JSON'],
    ['a list', json('[]'), 'the answer is no JSON object'],
    ['a number', json('7'), 'the answer is no JSON object'],
    [
      'null among the roles',
      json('{"roles":["a",null]}'),
      "'roles' of the answer is no list of strings",
    ],
    ['one role alone', json('{"roles":"a"}'), "'roles' of the answer is no list of strings"],
    ['a number as user', json('{"userId":7}'), "'userId' of the answer is no string"],
    [
      'a state over 8 KiB',
      { status: 204, headers: [['ce-connectionState', 'x'.repeat(8193)]] },
      'the connection state of the answer takes 8193 bytes; 8192 is the most',
    ],
    [
      'more than 16 MiB',
      { status: 200, body: Buffer.alloc(16 * 1024 * 1024 + 1, ' ') },
      'the body of the answer is larger than 16777216 bytes',
    ],
  ])('is a failure: %s', async (_case, answer, message) => {
    await expect(ask(answer)).rejects.toThrow(message);
    expect(rig.receiver.posts).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 409, 429])('C16 %i refuses at once with it', async (status) => {
    const refusal = await ask({
      ...json('{"userId":"bo","mqtt":{"code":135}}'),
      status,
      headers: [['ce-connectionState', 'x']],
    });
    expect(refusal).toEqual({ accepted: false, status });
    expect(rig.receiver.posts).toHaveLength(1);
  });

  it.each([408, 500, 503, 599])('C17 %i refuses after four attempts', async (status) => {
    expect(await ask({ status })).toEqual({ accepted: false, status });
    expect(rig.receiver.posts).toHaveLength(4);
    expect(new Set(rig.receiver.posts.map((post) => post.header('ce-id')))).toEqual(new Set(['0']));
  });

  it.each([301, 302, 307, 304, 600, 999])('turns %i into 500, at once', async (status) => {
    const refusal = await ask({ status, headers: [['Location', `${rig.receiver.url}/stolen`]] });
    const detail = `the webhook answered ${status}`;
    expect(refusal).toEqual({ accepted: false, status: 500, detail });
    expect(rig.receiver.requests.map(({ target }) => target)).toEqual([
      '/e/chat/validate',
      '/e/chat/connect',
    ]);
  });

  it('C20 keeps the cookies of a success for the next event', async () => {
    const connection = connectionOf();
    const cookie: [string, string] = ['Set-Cookie', 'r=1; Path=/e'];
    await ask({ status: 204, headers: [cookie] }, connectEvent({ connection }));
    await rig.handler().notify(connected({ ...connection, state: 'S' }), rig.call());
    const post = rig.receiver.posts[1];
    expect(post?.header('Cookie')).toBe('r=1');
    expect(post?.header('ce-connectionState')).toBe('S');
  });

  it('C22 C24 ends the request when nobody waits any more', async () => {
    rig.receiver.onEvent = () => 'hang';
    const aborter = new AbortController();
    const outcome = rig.handler().connect(connectEvent(), rig.call(aborter.signal));
    await rig.receiver.posted(1);
    aborter.abort();
    await expect(outcome).rejects.toThrow('the request was aborted');
    expect(await rig.receiver.posts[0]?.aborted).toBe(true);
    expect(rig.waits).toEqual([]);
  });
});
