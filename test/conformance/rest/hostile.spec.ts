import { SURFACES } from '../../support/platforms.js';
import { RawSocket } from '../../support/raw.socket.js';
import { restToken } from '../../support/tokens.js';
import { absent, done, invalid, noConnection, PRESENT } from './answers.js';
import { fromGroup, fromServer, text, useScene, type Scene } from './scene.js';

/** Names as they stand in a URL; each is legal. */
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '%00',
  'a%00b',
  '.',
  '..',
  '%2E%2E',
  '*',
  ':send',
  '~unrouted',
  '%25',
  '%2525',
  'a;b=c',
  'a%5Cb',
  '%5B%5D',
  '%7B%7D',
  '%22%27%3C%3E',
  'null',
  '%E6%97%A5%E6%9C%AC%E8%AA%9E',
  '%F0%9F%98%80',
  'e%CC%81',
  '%E2%80%8B',
];

const BROKEN_ESCAPES = [
  '%zz',
  '%',
  '%4',
  'a%',
  '%%32%46',
  '%FF',
  '%C3%28',
  // Overlong forms of `/` and NUL, and half a surrogate pair.
  '%C0%AF',
  '%C0%80',
  '%ED%A0%80',
];

describe.each(SURFACES)('hostile names on %s', (platform) => {
  const scene = useScene(platform);

  it.each(NAMES)('the group %s is a group like any other', async (name) => {
    const { J1, J2 } = await scene().cast({ J1: {}, J2: {} });
    const group = decodeURIComponent(name);
    const path = `/groups/${name}`;
    expect(await scene().call('HEAD', path)).toEqual(absent('Warning.Group.NotExisted'));
    expect(await scene().call('PUT', `${path}/connections/{c1}`)).toEqual(done(200));
    expect(await scene().call('HEAD', path)).toEqual(PRESENT);
    expect(await scene().call('POST', `${path}/:send`, text('x'))).toEqual(done(202));
    expect(await scene().call('DELETE', `${path}/connections/{c1}`)).toEqual(done(204));
    expect(await scene().call('HEAD', path)).toEqual(absent('Warning.Group.NotExisted'));
    expect(await scene().heard(J1)).toEqual([fromGroup(group, 'x')]);
    expect(await scene().heard(J2)).toEqual([]);
  });

  it.each(NAMES)('the user %s is a user like any other', async (name) => {
    const path = `/users/${name}`;
    expect(await scene().call('HEAD', path)).toEqual(absent('Warning.User.NotExisted'));
    expect(await scene().status('PUT', `${path}/groups/g1`)).toBe(404);
    expect(await scene().call('DELETE', `${path}/groups`)).toEqual(done(204));

    const { J1, J2 } = await scene().cast({ J1: { userId: decodeURIComponent(name) }, J2: {} });
    expect(await scene().call('HEAD', path)).toEqual(PRESENT);
    expect(await scene().call('POST', `${path}/:send`, text('x'))).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([fromServer('text', '"x"')]);
    expect(await scene().heard(J2)).toEqual([]);
  });

  it.each(NAMES)('there is no connection %s', async (name) => {
    const { J1 } = await scene().cast({ J1: {} });
    const path = `/connections/${name}`;
    expect(await scene().call('HEAD', path)).toEqual(absent('Warning.Connection.NotExisted'));
    expect(await scene().call('POST', `${path}/:send`, text('x'))).toEqual(done(202));
    expect(await scene().call('DELETE', path)).toEqual(done(204));
    const id = decodeURIComponent(name);
    expect(await scene().call('PUT', `/groups/g1${path}`)).toEqual(noConnection('Error', id));
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each(NAMES)('a permission for the group %s is for that group', async (name) => {
    await scene().cast({ J1: { roles: [] } });
    const path = '/permissions/sendToGroup/connections/{c1}?targetName=';
    expect(await scene().status('HEAD', path + name)).toBe(404);
    expect(await scene().call('PUT', path + name)).toEqual(done(200));
    expect(await scene().call('HEAD', path + name)).toEqual(PRESENT);
    expect(await scene().status('HEAD', `${path}g1`)).toBe(404);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'the hub %s is a hub like any other',
    async (hub) => {
      const { J1 } = await scene().cast({ J1: { hub } });
      expect(await scene().call('HEAD', `/api/hubs/${hub}/users/u1`)).toEqual(PRESENT);
      expect(await scene().status('HEAD', '/users/u1')).toBe(404);
      expect(await scene().call('POST', `/api/hubs/${hub}/:send`, text('x'))).toEqual(done(202));
      expect(await J1.hear()).toBe(fromServer('text', '"x"'));
    },
  );

  it.each(['__proto__', '..', '%2E%2E', '%00', 'chat%00', '%F0%9F%98%80', 'ch%C3%A4t'])(
    '%s is no hub',
    async (hub) => {
      const answer = await scene().call('POST', `/api/hubs/${hub}/:send`, text('x'));
      expect(answer).toEqual(invalid('hub', 'Invalid hub name.'));
    },
  );

  it('names that only look alike are different', async () => {
    const { J1 } = await scene().cast({ J1: { groups: ['caf\u00e9', 'a/b'] } });
    await scene().call('POST', '/groups/cafe%CC%81/:send', text('x'));
    await scene().call('POST', '/groups/a%2Fb/:send', text('x'));
    await scene().call('POST', '/groups/a%252Fb/:send', text('x'));
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each(BROKEN_ESCAPES)('the escape %s is refused', async (segment) => {
    const { J1 } = await scene().cast({ J1: {} });
    const refused = { status: 400, code: 'Error.BadRequest' };
    for (const operation of [
      `/api/hubs/${segment}/:send`,
      `/groups/${segment}/:send`,
      `/users/${segment}/:send`,
      `/connections/${segment}/:send`,
    ]) {
      expect(await scene().call('POST', operation, text('x'))).toMatchObject(refused);
    }
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each(['reason', 'excluded', 'targetName', '%zz', '__proto__', 'constructor'])(
    'nothing that the query says of %s is a failure of ours',
    async (name) => {
      await scene().cast({ J1: {} });
      for (const value of ['%zz', '%', '%FF', '%00', '__proto__', '&&==&?']) {
        const query = `${name}=${value}`;
        expect(await scene().call('POST', `/:send?${query}`, text('x'))).toEqual(done(202));
        expect(await scene().call('DELETE', `/connections/c?${query}`)).toEqual(done(204));
      }
    },
  );

  it.each(['/connections/{long}', '/users/{long}'])('%s may be any length', async (operation) => {
    const status = await scene().status('HEAD', operation.replace('{long}', 'x'.repeat(1025)));
    // 11: no published maximum; a server may have one.
    expect([400, 404]).toContain(status);
  });
});

describe.each(SURFACES)('hostile URLs on %s', (platform) => {
  const scene = useScene(platform);

  it.each([
    '/:send/:send',
    '/:send/x',
    '/:send//',
    '//:send',
    '/groups//:send',
    '/groups/g1/:send/:send',
    '/groups/g1/connections/{c1}/connections/{c1}',
    '/connections',
    '/connections/',
    '/users/u1/groups/g1/x',
    '/%2F:send',
    '/..%2F:send',
  ])('there is nothing at %s', async (operation) => {
    const { J1 } = await scene().cast({ J1: {} });
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect(await scene().call(method, operation)).toMatchObject({ status: 404, body: '' });
    }
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('dots lead nowhere', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    await scene().call('DELETE', '/groups/../connections/{c1}');
    await scene().call('DELETE', '/groups/%2E%2E/connections/{c1}');
    await scene().call('DELETE', '/api/hubs/other/../chat/connections/{c1}');
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('a URL beyond the limit for headers is refused, and nobody else notices', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const answer = await scene().call('DELETE', `/connections/{c1}?reason=${'r'.repeat(20_000)}`);
    expect([414, 431]).toContain(answer.status);
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each([
    { what: 'values in brackets', query: 'excluded[]={c1}' },
    { what: 'values by index', query: 'excluded[0]={c1}' },
    { what: 'values by name', query: 'excluded[x]={c1}' },
    { what: 'a name in other spelling', query: 'e%5B%5Dxcluded={c1}' },
  ])('$what are no values: $query', async ({ query }) => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await scene().call('POST', `/:send?${query}`, text('x'))).toEqual(done(202));
    expect(await scene().heard(J1)).toHaveLength(1);
  });

  it('a version in brackets is none', async () => {
    // So that the request is one of 2020-10-01, where a close is answered with 200.
    const call = { version: null };
    const operation = '/connections/no-such?api-version[]=2024-12-01';
    expect(await scene().call('DELETE', operation, call)).toEqual(done(200));
  });

  it('a target in brackets is none', async () => {
    await scene().cast({ J1: {} });
    const operation = '/permissions/sendToGroup/connections/{c1}?targetName[]=g1';
    expect(await scene().status('PUT', operation)).toBe(400);
  });

  it.each([
    'targetName=g1&targetName=g2',
    'messageTtlSeconds=1&messageTtlSeconds=2',
    'reason=a&reason=b',
  ])('the repeated parameter in %s is no failure of ours', async (query) => {
    await scene().cast({ J1: {} });
    for (const [method, operation] of [
      ['PUT', '/permissions/sendToGroup/connections/{c1}'],
      ['POST', '/:send'],
      ['DELETE', '/connections/no-such'],
    ] as const) {
      expect(await scene().status(method, `${operation}?${query}`)).toBeLessThan(500);
    }
  });

  it('thousands of excluded connections are no trouble', async () => {
    const { J1, J2 } = await scene().cast({ J1: {}, J2: {} });
    const excluded = Array.from({ length: 1000 }, (_, index) => `excluded=${String(index)}`);
    const operation = `/:send?${excluded.join('&')}&excluded={c1}`;
    // A token for the whole URL would not fit beside it.
    const token = restToken(scene().rest.url('/api/hubs/chat/:send'));
    expect(await scene().call('POST', operation, { ...text('x'), token })).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([]);
    expect(await scene().heard(J2)).toHaveLength(1);
  });
});

/** The status that a request gets which is written byte by byte. */
async function statusOf(scene: Scene, ...lines: readonly string[]): Promise<number> {
  const raw = await RawSocket.connect(scene.stage.port);
  raw.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  const { status } = await raw.head();
  raw.destroy();
  return status;
}

describe.each(SURFACES)('hostile headers on %s', (platform) => {
  const scene = useScene(platform);

  it.each(['good, good', 'good, bad', 'bad, good'])(
    '15.22 two Authorization headers are refused: %s',
    async (order) => {
      const { J1 } = await scene().cast({ J1: {} });
      const target = scene().target('/connections/{c1}');
      const tokens = { good: restToken(scene().rest.url(target)), bad: 'not.a.jwt' };
      const lines = order
        .split(', ')
        .map((kind) => `Authorization: Bearer ${tokens[kind as keyof typeof tokens]}`);
      const host = `Host: ${new URL(scene().stage.url).host}`;
      const request = `DELETE ${target} HTTP/1.1`;
      expect(await statusOf(scene(), request, host, ...lines)).toBe(401);
      expect(await scene().heard(J1)).toEqual([]);
    },
  );

  it.each([
    { what: 'A second Host counts for nothing', hosts: ['{own}', 'evil.example'] },
    { what: 'No Host is no host', hosts: [] },
  ])('$what', async ({ hosts }) => {
    const { J1 } = await scene().cast({ J1: {} });
    const target = scene().target('/connections/{c1}');
    const own = new URL(scene().stage.url).host;
    const status = await statusOf(
      scene(),
      `DELETE ${target} HTTP/1.1`,
      ...hosts.map((host) => `Host: ${host.replace('{own}', own)}`),
      `Authorization: Bearer ${restToken(`http://evil.example${target}`)}`,
    );
    // RFC 9112 wants a 400 for both; either way nobody gets in.
    expect([400, 401]).toContain(status);
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('a forwarded host is not believed', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const target = scene().target('/connections/{c1}');
    const answer = await scene().rest.call('DELETE', target, {
      token: restToken(`http://evil.example${target}`),
      headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    });
    expect(answer.status).toBe(401);
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('a method in a header is not believed', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const headers = { 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE' };
    expect(await scene().status('POST', '/connections/{c1}', { headers })).toBe(405);
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each(['TRACE', 'PROPFIND', 'PATCH', 'OPTIONS', 'GET'])(
    'the method %s is not allowed anywhere',
    async (method) => {
      for (const path of ['/api/health', '/api/hubs/chat/:send', '/api/hubs/chat/users/u1']) {
        expect((await scene().rest.call(method, path)).status).toBe(405);
      }
    },
  );

  it.each(['HEAD / HTTP/1.1\r\nHost', 'HEAD /api/health', '\u0000\u0001\u0002', 'x '.repeat(9000)])(
    'what is no HTTP is refused, and nobody else notices: %j',
    async (line) => {
      const { J1 } = await scene().cast({ J1: {} });
      expect(await statusOf(scene(), line)).toBeLessThan(500);
      expect(await scene().heard(J1)).toEqual([]);
    },
  );
});
