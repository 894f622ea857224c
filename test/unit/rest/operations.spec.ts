import { serviceErrors } from '../../../lib/errors/service-errors.js';
import { ANNOUNCED_VERSIONS } from '../../../lib/rest/api-version.js';
import { PLATFORMS, type RestApplication, startRest } from './support/rest.application.js';

const TEXT = { headers: { 'content-type': 'text/plain' }, body: 'hello' };
const HELLO = { dataType: 'text', bytes: Buffer.from('hello') };

/** Method, path, driver operation, its arguments, and the statuses of 2020-10-01 and 2024-12-01. */
const OPERATIONS = [
  ['POST', '/:send', 'sendToAll', [HELLO, { excluded: [], messageTtlSeconds: 0 }], 202, 202],
  ['HEAD', '/connections/c1', 'connectionExists', ['c1'], 200, 200],
  ['DELETE', '/connections/c1', 'closeConnection', ['c1', undefined], 200, 204],
  [
    'POST',
    '/connections/c1/:send',
    'sendToConnection',
    ['c1', HELLO, { messageTtlSeconds: 0 }],
    202,
    202,
  ],
  ['HEAD', '/groups/g1', 'groupExists', ['g1'], 200, 200],
  [
    'POST',
    '/groups/g1/:send',
    'sendToGroup',
    ['g1', HELLO, { excluded: [], messageTtlSeconds: 0 }],
    202,
    202,
  ],
  ['PUT', '/groups/g1/connections/c1', 'addConnectionToGroup', ['g1', 'c1'], 200, 200],
  ['DELETE', '/groups/g1/connections/c1', 'removeConnectionFromGroup', ['g1', 'c1'], 200, 204],
  ['HEAD', '/users/u1', 'userExists', ['u1'], 200, 200],
  ['POST', '/users/u1/:send', 'sendToUser', ['u1', HELLO, { messageTtlSeconds: 0 }], 202, 202],
  ['DELETE', '/users/u1/groups/g1', 'removeUserFromGroup', ['g1', 'u1'], 200, 204],
  ['DELETE', '/users/u1/groups', 'removeUserFromAllGroups', ['u1'], 200, 204],
  ['DELETE', '/connections/c1/groups', 'removeConnectionFromAllGroups', ['c1'], 204, 204],
  ['POST', '/:closeConnections', 'closeAllConnections', [{ excluded: [] }], 204, 204],
  [
    'POST',
    '/groups/g1/:closeConnections',
    'closeGroupConnections',
    ['g1', { excluded: [] }],
    204,
    204,
  ],
  [
    'POST',
    '/users/u1/:closeConnections',
    'closeUserConnections',
    ['u1', { excluded: [] }],
    204,
    204,
  ],
] as const;

const PERMISSION = '/permissions/sendToGroup/connections/c1';

describe.each(PLATFORMS)('operations on %s', (platform) => {
  let rest: RestApplication;

  beforeAll(async () => {
    rest = await startRest(platform);
  });
  beforeEach(() => rest.driver.reset());
  afterAll(() => rest.close());

  const hub = (method: string, path: string, query: string, call = {}) =>
    rest.call(method, `/api/hubs/chat${path}${query}`, call);

  describe.each(OPERATIONS)('%s %s', (method, path, operation, args, first, latest) => {
    it.each([
      ['', first],
      ['?api-version=2020-10-01', first],
      ['?api-version=2021-05-01-preview', first],
      ['?api-version=2021-10-01', latest],
      ['?api-version=2024-12-01', latest],
    ])(`calls ${operation} and succeeds with the status of "%s"`, async (query, status) => {
      if (operation === 'closeConnection') rest.driver.willAnswer(operation, () => undefined);
      const reply = await hub(method, path, query, method === 'POST' ? TEXT : {});

      expect(rest.driver.calls).toEqual([{ hub: 'chat', operation, args }]);
      expect(reply).toMatchObject({ status, body: '' });
      expect(reply.headers['api-supported-versions']).toBe(ANNOUNCED_VERSIONS);
      expect(reply.headers['content-length']).toBe(
        status === 204 || method === 'HEAD' ? undefined : '0',
      );
      expect(reply.headers['transfer-encoding']).toBeUndefined();
      expect(reply.headers['content-type']).toBeUndefined();
    });
  });

  describe('HEAD /api/health (A1, A2)', () => {
    it.each([
      ['without anything', '', {}],
      [
        'whatever the version and the token',
        '?api-version=x&api-version=y',
        { authorization: '!' },
      ],
    ])('is 200 and bare, %s', async (_, query, headers) => {
      const reply = await rest.call('HEAD', `/api/health${query}`, { headers, audience: null });

      expect(reply.status).toBe(200);
      expect(reply.headers['content-length']).toBeUndefined();
      expect(reply.headers['api-supported-versions']).toBeUndefined();
    });

    it('is 503 when the driver is not healthy', async () => {
      rest.driver.isUp = false;
      expect((await rest.call('HEAD', '/api/health', { audience: null })).status).toBe(503);
    });
  });

  describe('a group of a user', () => {
    const path = '/users/u1/groups/g1';

    it('is remembered by 2020-10-01, whether or not the user has connections (K4)', async () => {
      expect((await hub('PUT', path, '?api-version=2020-10-01')).status).toBe(200);
      expect(rest.driver.calls).toEqual([
        { hub: 'chat', operation: 'rememberUserInGroup', args: ['g1', 'u1'] },
      ]);
    });

    it('can be asked for in 2020-10-01 (K4)', async () => {
      expect((await hub('HEAD', path, '')).status).toBe(200);
      rest.driver.willAnswer('userExistsInGroup', () => false);
      const missing = await hub('HEAD', path, '');
      expect(missing.status).toBe(404);
      expect(missing.headers['x-ms-error-code']).toBe('Info.User.NotInGroup');
      expect(rest.driver.calls.map((call) => call.args)).toEqual([
        ['u1', 'g1'],
        ['u1', 'g1'],
      ]);
    });

    it('cannot be asked for in later versions (K11)', async () => {
      const reply = await hub('HEAD', path, '?api-version=2024-12-01');
      expect(reply.status).toBe(405);
      expect(reply.headers.allow).toBe('DELETE, PUT');
      expect(rest.driver.calls).toEqual([]);
    });

    it('joins the connections of now in later versions, and needs some (E7, E9)', async () => {
      expect((await hub('PUT', path, '?api-version=2024-12-01')).status).toBe(200);
      rest.driver.willAnswer('addUserToGroup', () => false);
      const absent = await hub('PUT', path, '?api-version=2021-05-01-preview');
      expect(absent.status).toBe(404);
      expect(absent.headers['x-ms-error-code']).toBe('Warning.User.NotExisted');
      expect(rest.driver.calls.map((call) => call.operation)).toEqual([
        'addUserToGroup',
        'addUserToGroup',
      ]);
    });

    it('is 409 beyond what a hub remembers', async () => {
      rest.driver.willAnswer('rememberUserInGroup', () => {
        throw serviceErrors.userConflict('Too many.');
      });
      const reply = await hub('PUT', path, '');
      expect(reply.status).toBe(409);
      expect(reply.body).toBe(
        '{"code":"Error.User.Conflict","message":"Too many.","target":"User","details":null,"inner":null}',
      );
    });
  });

  describe('a missing connection', () => {
    it.each([
      // K2, K3, K8, E2, E4, F11, F12
      ['PUT', '/groups/g1/connections/no-such', 'addConnectionToGroup', '2020-10-01', 404, 'Error'],
      ['PUT', '/groups/g1/connections/no-such', 'addConnectionToGroup', '2024-12-01', 404, 'Error'],
      [
        'DELETE',
        '/groups/g1/connections/no-such',
        'removeConnectionFromGroup',
        '2020-10-01',
        404,
        'Error',
      ],
      [
        'DELETE',
        '/groups/g1/connections/no-such',
        'removeConnectionFromGroup',
        '2021-05-01-preview',
        200,
        '',
      ],
      [
        'DELETE',
        '/groups/g1/connections/no-such',
        'removeConnectionFromGroup',
        '2024-12-01',
        204,
        '',
      ],
      ['PUT', `${PERMISSION}x?targetName=g1`, 'grantPermission', '2020-10-01', 404, 'Info'],
      ['PUT', `${PERMISSION}x?targetName=g1`, 'grantPermission', '2024-12-01', 404, 'Info'],
      ['DELETE', `${PERMISSION}x?targetName=g1`, 'revokePermission', '2020-10-01', 404, 'Info'],
      ['DELETE', `${PERMISSION}x?targetName=g1`, 'revokePermission', '2021-05-01-preview', 200, ''],
      ['DELETE', `${PERMISSION}x?targetName=g1`, 'revokePermission', '2024-12-01', 204, ''],
    ] as const)(
      '%s %s (%s) in %s is %d',
      async (method, path, operation, version, status, severity) => {
        rest.driver.willAnswer(operation, () => false);
        const separator = path.includes('?') ? '&' : '?';
        const reply = await hub(method, path, `${separator}api-version=${version}`);

        expect(reply.status).toBe(status);
        expect(reply.headers['x-ms-error-code']).toBe(
          severity === '' ? undefined : `${severity}.Connection.NotExisted`,
        );
      },
    );
  });

  describe('a permission', () => {
    it.each([
      // F16
      ['sendToGroup', 'sendToGroup'],
      ['SENDTOGROUP', 'sendToGroup'],
      ['1', 'sendToGroup'],
      ['joinLeaveGroup', 'joinLeaveGroup'],
      ['2', 'joinLeaveGroup'],
    ])('%s in the path is %s', async (spelled, permission) => {
      const path = `/permissions/${spelled}/connections/c1`;
      expect((await hub('PUT', path, '?targetName=g1&api-version=2024-12-01')).status).toBe(200);
      expect((await hub('DELETE', path, '?targetName=g1&api-version=2024-12-01')).status).toBe(204);
      expect(rest.driver.calls.map((call) => call.args)).toEqual([
        [permission, 'c1', 'g1'],
        [permission, 'c1', 'g1'],
      ]);
    });

    it.each(['unknown', '0', '3', '-1', 'sendToGroup,joinLeaveGroup'])(
      '%s in the path is refused (F17)',
      async (spelled) => {
        const path = `/permissions/${spelled}/connections/c1`;
        const reply = await hub('PUT', path, '?targetName=g1&api-version=2024-12-01');
        expect(reply.status).toBe(400);
        expect(JSON.parse(reply.body)).toMatchObject({
          target: 'permission',
          message: `The value '${spelled}' is not valid.`,
        });
      },
    );

    it.each([
      // K6, K7, K12, F10; 2.3.1
      ['', '2020-10-01', undefined],
      ['', '2021-05-01-preview', undefined],
      ['group=g1', '2020-10-01', 'g1'],
      ['group=g1', '2024-12-01', 'g1'],
      ['targetName=t1&group=g1', '2020-10-01', 't1'],
      ['group=g1&targetName=t1', '2024-12-01', 't1'],
      ['TARGETNAME=t1', '2024-12-01', 't1'],
      ['targetName=*', '2024-12-01', '*'],
      ['targetName=a%20b%2Fc', '2024-12-01', 'a b/c'],
    ])('with query "%s" in %s is about the group %j', async (query, version, group) => {
      for (const method of ['PUT', 'DELETE', 'HEAD']) {
        rest.driver.willAnswer('checkPermission', () => 'allowed');
        const reply = await hub(method, PERMISSION, `?${query}&api-version=${version}`);
        expect(reply.status).toBeLessThan(300);
      }
      expect(rest.driver.calls.map((call) => call.args)).toEqual(
        Array.from({ length: 3 }, () => ['sendToGroup', 'c1', group]),
      );
    });

    it.each([
      // F14, F15
      ['', '2024-12-01'],
      ['', '2021-08-01-preview'],
      ['targetName=', '2024-12-01'],
      ['targetName=', '2020-10-01'],
      ['targetName=%20', '2024-12-01'],
    ])('with query "%s" in %s is refused with the plain envelope', async (query, version) => {
      const reply = await hub('PUT', PERMISSION, `?${query}&api-version=${version}`);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ code: 'Error.BadRequest', target: 'Request' });
      expect(reply.headers['api-supported-versions']).toBe(ANNOUNCED_VERSIONS);
      expect(rest.driver.calls).toEqual([]);
    });

    it('cannot be about a group whose name is too long (F15)', async () => {
      const query = `?targetName=${'g'.repeat(1025)}&api-version=2024-12-01`;
      expect((await hub('PUT', PERMISSION, query)).status).toBe(400);
    });

    it.each([
      // F1, F13
      ['allowed', 200, undefined],
      ['denied', 404, 'Info.Connection.NotExisted'],
      ['absent', 404, 'Info.Connection.NotExisted'],
    ])('that is %s is checked with %d', async (verdict, status, code) => {
      rest.driver.willAnswer('checkPermission', () => verdict);
      const reply = await hub('HEAD', PERMISSION, '?targetName=g1&api-version=2024-12-01');
      expect(reply.status).toBe(status);
      expect(reply.headers['x-ms-error-code']).toBe(code);
    });
  });

  describe('the query of a send', () => {
    it.each([
      // C18 to C21, 1.3
      ['excluded=c1', ['c1']],
      ['excluded=c1&excluded=c2', ['c1', 'c2']],
      ['excluded=c1,c2', ['c1,c2']],
      ['EXCLUDED=C1&excluded=b%20c%26d&excluded=a%2Bb+c', ['C1', 'b c&d', 'a+b c']],
      ['excluded=__proto__&unknown=1', ['__proto__']],
    ])('%s excludes %j', async (query, excluded) => {
      for (const path of ['/:send', '/groups/g1/:send']) {
        expect((await hub('POST', path, `?${query}`, TEXT)).status).toBe(202);
      }
      expect(rest.driver.calls.map((call) => call.args.at(-1))).toEqual([
        { excluded, messageTtlSeconds: 0 },
        { excluded, messageTtlSeconds: 0 },
      ]);
    });

    it.each(['0', '1', '300'])('takes messageTtlSeconds %s (C26)', async (ttl) => {
      for (const path of ['/:send', '/groups/g/:send', '/users/u/:send', '/connections/c/:send']) {
        expect((await hub('POST', path, `?messageTtlSeconds=${ttl}`, TEXT)).status).toBe(202);
      }
      expect(rest.driver.calls.map((call) => call.args.at(-1))).toMatchObject(
        Array.from({ length: 4 }, () => ({ messageTtlSeconds: Number(ttl) })),
      );
    });

    it.each([
      // C27
      ['too low', '-1', 'Invalid messageTtlSeconds.'],
      ['too high', '301', 'Invalid messageTtlSeconds.'],
      ['no number', 'abc', "The value 'abc' is not valid."],
      ['no whole number', '1.5', "The value '1.5' is not valid."],
      ['a template', "$value$'$target", "The value '$value$'$target' is not valid."],
      ['a bomb', '$value'.repeat(500), `The value '${'$value'.repeat(500)}' is not valid.`],
    ])('refuses messageTtlSeconds that is %s', async (_, ttl, message) => {
      const reply = await hub('POST', '/:send', `?messageTtlSeconds=${ttl}`, TEXT);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ target: 'messageTtlSeconds', message });
      expect(rest.driver.calls).toEqual([]);
    });

    it.each(['/:send', '/groups/g1/:send', '/users/u1/:send'])(
      'hands the filter to the driver as it was written, at %s (C22, C25)',
      async (path) => {
        await hub('POST', path, "?filter=userId+eq%20'%C3%A9'", TEXT);
        await hub('POST', path, '?filter=', TEXT);
        expect(rest.driver.sent.map(({ options }) => options.filter)).toEqual([
          "userId eq '\u00e9'",
          undefined,
        ]);
      },
    );

    it.each([
      '/:send?filter=userId',
      '/groups/g1/:send?filter=%20',
      "/users/u1/:send?filter='$value$property%7Bvalue%7D'%20eq",
    ])('refuses a filter that is none, at %s (C24)', async (path) => {
      const [operation = '', query] = path.split('?');
      const reply = await hub('POST', operation, `?${query}`, TEXT);
      expect(reply.status).toBe(400);
      const { target, message } = JSON.parse(reply.body) as Record<string, string>;
      expect(target).toBe('filter');
      const filter = decodeURIComponent(query?.slice('filter='.length) ?? '');
      expect(message).toContain(filter);
      expect(message).toMatch(/^Invalid syntax for '.*\(Parameter 'filter'\)$/);
      expect(rest.driver.calls).toEqual([]);
    });

    it('knows no filter for one connection (5.2)', async () => {
      expect((await hub('POST', '/connections/c1/:send', '?filter=x', TEXT)).status).toBe(202);
      expect(rest.driver.sent[0]?.options).toEqual({ messageTtlSeconds: 0 });
    });
  });

  it('hands the reason of a close to the driver (G1, G2, G5)', async () => {
    const reason = 'r'.repeat(2000);
    await hub('DELETE', '/connections/c1', '?reason=bye%20now');
    await hub('DELETE', '/connections/c1', `?reason=${reason}`);
    await hub('DELETE', '/connections/c1', '?reason=');
    expect(rest.driver.calls.map((call) => call.args)).toEqual([
      ['c1', 'bye now'],
      ['c1', reason],
      ['c1', undefined],
    ]);
  });

  it.each([
    ['/:closeConnections', 'closeAllConnections', []],
    ['/groups/g1/:closeConnections', 'closeGroupConnections', ['g1']],
    ['/users/u1/:closeConnections', 'closeUserConnections', ['u1']],
  ])('hands what %s is told to the driver (5.5)', async (path, operation, names) => {
    await hub('POST', path, '?excluded=a&reason=bye&excluded=b%20c');
    const options = { excluded: ['a', 'b c'], reason: 'bye' };
    expect(rest.driver.calls).toEqual([{ hub: 'chat', operation, args: [...names, options] }]);
  });

  it.each([
    ['/:addToGroups', 'addConnectionsToGroups'],
    ['/:removeFromGroups', 'removeConnectionsFromGroups'],
  ])(
    'reads the members of the body of %s in any letter case (5.8, 15.29)',
    async (path, operation) => {
      const headers = { 'content-type': 'application/json; charset=utf-16le' };
      const body = Buffer.from('{"Groups":["g1","\u00e9"],"more":{},"FILTER":null}', 'utf16le');
      const reply = await hub('POST', path, '?api-version=2024-12-01', { headers, body });
      expect(reply).toMatchObject({ status: 200, body: '' });
      expect(rest.driver.calls).toEqual([{ hub: 'chat', operation, args: [['g1', '\u00e9'], ''] }]);
    },
  );

  it('hands what a token is to say to the driver (H1)', async () => {
    rest.driver.willAnswer('getClientAccessToken', () => ({
      token: 'signed',
      url: '',
      baseUrl: '',
    }));
    const query = '?userId=u1&role=r1&role=r2&group=g1&minutesToExpire=5&clientType=MQTT';
    const reply = await hub('POST', '/:generateToken', query);
    expect(reply).toMatchObject({ status: 200, body: '{"token":"signed"}' });
    expect(rest.driver.calls[0]?.args).toEqual([
      {
        userId: 'u1',
        roles: ['r1', 'r2'],
        groups: ['g1'],
        expirationTimeInMinutes: 5,
        clientProtocol: 'mqtt',
      },
    ]);
  });

  it('writes the page that the driver found, and where the next one is (10)', async () => {
    rest.driver.willAnswer('listConnectionsInGroup', () => ({
      members: [{ connectionId: 'c1', userId: 'u1' }, { connectionId: 'c 2&' }],
      continuationToken: 'c 2&',
    }));
    const reply = await hub(
      'GET',
      '/groups/g%2F1/connections',
      '?top=9&maxpagesize=2&continuationToken=a',
    );
    expect(rest.driver.calls[0]?.args).toEqual([
      'g%2F1',
      { maxPageSize: 2, top: 9, continuationToken: 'a' },
    ]);
    const { value, nextLink } = JSON.parse(reply.body) as { value: unknown; nextLink: string };
    expect(value).toEqual([
      { connectionId: 'c1', userId: 'u1' },
      { connectionId: 'c 2&', userId: null },
    ]);
    expect(new URL(nextLink).pathname).toBe('/api/hubs/chat/groups/g%2F1/connections');
    expect(new URL(nextLink).search).toBe(
      '?top=7&maxpagesize=2&continuationToken=c%202%26&api-version=2020-10-01',
    );
  });

  it('lowers the name of a hub, and no other name (C32, C37, D9)', async () => {
    await rest.call('HEAD', '/api/hubs/CHAT/users/U1');
    expect(rest.driver.calls).toEqual([{ hub: 'chat', operation: 'userExists', args: ['U1'] }]);
  });
});
