import jwt from 'jsonwebtoken';
import type { HubDriver, SendOptions } from '../../../../lib/drivers/hub-driver.interface.js';
import { binaryPayload, jsonPayload, textPayload } from '../../../../lib/engine/payload.js';
import { ACCESS_KEY } from '../../../support/keys.js';
import { useScriptedService, type Script } from './support/scripted.service.js';

const HUB = '/api/hubs/chat';
const V = 'api-version=2024-12-01';
const TEXT = textPayload('hi');
const NAME = "a b+c%2F'ü?#&=:@\\{group}";
const ENCODED = "a%20b%2Bc%252F'%C3%BC%3F%23%26%3D%3A%40%5C%7Bgroup%7D";

interface Operation {
  readonly name: string;
  readonly call: (hub: HubDriver) => Promise<unknown>;
  readonly status: number;
  readonly line: string;
  readonly answer: unknown;
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'sendToAll (L6)',
    call: (hub) => hub.sendToAll(TEXT),
    status: 202,
    line: `POST ${HUB}/:send?${V}`,
    answer: undefined,
  },
  {
    name: 'sendToGroup (L13)',
    call: (hub) => hub.sendToGroup(NAME, TEXT),
    status: 202,
    line: `POST ${HUB}/groups/${ENCODED}/:send?${V}`,
    answer: undefined,
  },
  {
    name: 'sendToUser (L22)',
    call: (hub) => hub.sendToUser(NAME, TEXT),
    status: 202,
    line: `POST ${HUB}/users/${ENCODED}/:send?${V}`,
    answer: undefined,
  },
  {
    name: 'sendToConnection (L9)',
    call: (hub) => hub.sendToConnection(NAME, TEXT),
    status: 202,
    line: `POST ${HUB}/connections/${ENCODED}/:send?${V}`,
    answer: undefined,
  },
  {
    name: 'connectionExists (L8)',
    call: (hub) => hub.connectionExists(NAME),
    status: 200,
    line: `HEAD ${HUB}/connections/${ENCODED}?${V}`,
    answer: true,
  },
  {
    name: 'connectionExists of nobody',
    call: (hub) => hub.connectionExists('c1'),
    status: 404,
    line: `HEAD ${HUB}/connections/c1?${V}`,
    answer: false,
  },
  {
    name: 'groupExists (L11)',
    call: (hub) => hub.groupExists(NAME),
    status: 200,
    line: `HEAD ${HUB}/groups/${ENCODED}?${V}`,
    answer: true,
  },
  {
    name: 'groupExists of an empty one',
    call: (hub) => hub.groupExists('g1'),
    status: 404,
    line: `HEAD ${HUB}/groups/g1?${V}`,
    answer: false,
  },
  {
    name: 'userExists (L20)',
    call: (hub) => hub.userExists(NAME),
    status: 200,
    line: `HEAD ${HUB}/users/${ENCODED}?${V}`,
    answer: true,
  },
  {
    name: 'userExists of nobody',
    call: (hub) => hub.userExists('ann'),
    status: 404,
    line: `HEAD ${HUB}/users/ann?${V}`,
    answer: false,
  },
  {
    name: 'closeConnection (L7)',
    call: (hub) => hub.closeConnection(NAME, 'bye now'),
    status: 204,
    line: `DELETE ${HUB}/connections/${ENCODED}?${V}&reason=bye%20now`,
    answer: undefined,
  },
  {
    name: 'closeAllConnections (L3)',
    call: (hub) => hub.closeAllConnections({ excluded: ['c1', 'c&2'], reason: 'bye' }),
    status: 204,
    line: `POST ${HUB}/:closeConnections?${V}&excluded=c1&excluded=c%262&reason=bye`,
    answer: undefined,
  },
  {
    name: 'closeGroupConnections (L12)',
    call: (hub) => hub.closeGroupConnections(NAME, { excluded: ['c1'] }),
    status: 204,
    line: `POST ${HUB}/groups/${ENCODED}/:closeConnections?${V}&excluded=c1`,
    answer: undefined,
  },
  {
    name: 'closeUserConnections (L21)',
    call: (hub) => hub.closeUserConnections(NAME, { excluded: ['c1'], reason: 'bye' }),
    status: 204,
    line: `POST ${HUB}/users/${ENCODED}/:closeConnections?${V}&excluded=c1&reason=bye`,
    answer: undefined,
  },
  {
    name: 'addConnectionToGroup (L16)',
    call: (hub) => hub.addConnectionToGroup(NAME, 'c1'),
    status: 200,
    line: `PUT ${HUB}/groups/${ENCODED}/connections/c1?${V}`,
    answer: true,
  },
  {
    name: 'removeConnectionFromGroup (L15)',
    call: (hub) => hub.removeConnectionFromGroup(NAME, 'c1'),
    status: 204,
    line: `DELETE ${HUB}/groups/${ENCODED}/connections/c1?${V}`,
    answer: true,
  },
  {
    name: 'removeConnectionFromAllGroups (L10)',
    call: (hub) => hub.removeConnectionFromAllGroups(NAME),
    status: 204,
    line: `DELETE ${HUB}/connections/${ENCODED}/groups?${V}`,
    answer: true,
  },
  {
    name: 'addUserToGroup (L25)',
    call: (hub) => hub.addUserToGroup(NAME, 'ann'),
    status: 200,
    line: `PUT ${HUB}/users/ann/groups/${ENCODED}?${V}`,
    answer: true,
  },
  {
    name: 'removeUserFromGroup (L24)',
    call: (hub) => hub.removeUserFromGroup('g1', NAME),
    status: 204,
    line: `DELETE ${HUB}/users/${ENCODED}/groups/g1?${V}`,
    answer: undefined,
  },
  {
    name: 'removeUserFromAllGroups (L23)',
    call: (hub) => hub.removeUserFromAllGroups(NAME),
    status: 204,
    line: `DELETE ${HUB}/users/${ENCODED}/groups?${V}`,
    answer: undefined,
  },
  {
    name: 'grantPermission (L19)',
    call: (hub) => hub.grantPermission('sendToGroup', NAME, 'a/b'),
    status: 200,
    line: `PUT ${HUB}/permissions/sendToGroup/connections/${ENCODED}?${V}&targetName=a%2Fb`,
    answer: true,
  },
  {
    name: 'revokePermission (L17)',
    call: (hub) => hub.revokePermission('joinLeaveGroup', 'c1', 'g1'),
    status: 204,
    line: `DELETE ${HUB}/permissions/joinLeaveGroup/connections/c1?${V}&targetName=g1`,
    answer: true,
  },
  {
    name: 'checkPermission (L18)',
    call: (hub) => hub.checkPermission('sendToGroup', 'c1', '*'),
    status: 200,
    line: `HEAD ${HUB}/permissions/sendToGroup/connections/c1?${V}&targetName=*`,
    answer: 'allowed',
  },
];

const NOBODY = (code: string): Script => ({
  status: 404,
  headers: { 'content-type': 'application/json; charset=utf-8', 'x-ms-error-code': code },
  body: JSON.stringify({ code, message: 'Not found.', target: 'Connection' }),
});

const service = useScriptedService();

describe('requests of AzureHub', () => {
  it.each(OPERATIONS)('$name', async ({ call, status, line, answer }) => {
    service().willAnswer({ status });
    expect(await call(await service().hub())).toEqual(answer);
    expect(service().seen.map((request) => request.line)).toEqual([line]);
  });

  it('signs each for its own URL', async () => {
    service().willAnswer({ status: 202 });
    await (await service().hub()).sendToGroup('g 1', TEXT);
    const token = String(service().last.headers['authorization']).replace('Bearer ', '');
    expect(jwt.verify(token, ACCESS_KEY)).toMatchObject({
      aud: `${service().url}/api/hubs/chat/groups/g%201/:send?api-version=2024-12-01`,
    });
  });

  it.each([
    { groups: ['g1', 'a/b'], filter: "userId eq 'ü'" },
    { groups: ['g1'], filter: '' },
  ])('change many memberships as JSON: %j (L2, L5)', async (request) => {
    service().willAnswer({ status: 200 }, { status: 200 });
    const hub = await service().hub();
    await hub.addConnectionsToGroups(request.groups, request.filter);
    await hub.removeConnectionsFromGroups(request.groups, request.filter);
    const [added, removed] = service().seen;
    expect(added?.line).toBe(`POST ${HUB}/:addToGroups?${V}`);
    expect(removed?.line).toBe(`POST ${HUB}/:removeFromGroups?${V}`);
    for (const { body, headers } of service().seen) {
      expect(JSON.parse(body)).toEqual(request);
      expect(headers['content-type']).toMatch(/^application\/json/);
    }
  });

  it.each([
    ['addConnectionToGroup', 'Error.Connection.NotExisted'],
    ['addUserToGroup', 'Warning.User.NotExisted'],
    ['grantPermission', 'Info.Connection.NotExisted'],
    ['revokePermission', 'Info.Connection.NotExisted'],
  ] as const)('%s reports nobody as false', async (operation, code) => {
    service().willAnswer(NOBODY(code));
    const hub = await service().hub();
    const isPermission = operation.endsWith('Permission');
    const [first, second, third] = isPermission ? ['sendToGroup', 'c1', 'g1'] : ['g1', 'c1'];
    const call = hub[operation].bind(hub) as (...names: unknown[]) => Promise<boolean>;
    expect(await call(first, second, third)).toBe(false);
  });

  it('do not take a 404 that is not from the service for nobody', async () => {
    service().willAnswer({ status: 404, headers: { 'content-type': 'text/html' }, body: '<p>' });
    const hub = await service().hub();
    await expect(hub.addConnectionToGroup('g1', 'c1')).rejects.toMatchObject({
      code: 'Error.NotFound',
      statusCode: 404,
    });
  });

  it.each([
    [200, 'denied'],
    [404, 'absent'],
  ])('look whether a connection without permission is there: %i', async (status, expected) => {
    service().willAnswer({ status: 404 }, { status });
    const hub = await service().hub();
    expect(await hub.checkPermission('sendToGroup', 'c1', 'g1')).toBe(expected);
    expect(service().last.line).toBe(`HEAD ${HUB}/connections/c1?${V}`);
  });
});

describe('sends of AzureHub', () => {
  it.each([
    ['text', textPayload('grüß\u{1f600}'), 'text/plain', 'grüß\u{1f600}'],
    ['an empty text (M1)', textPayload(''), 'text/plain', ''],
    [
      'JSON digit for digit',
      jsonPayload('{ "n": 12345678901234567890.10e+2, "k":1,"k":2 }'),
      'application/json',
      '{ "n": 12345678901234567890.10e+2, "k":1,"k":2 }',
    ],
    ['a JSON string', jsonPayload('"hi"'), 'application/json', '"hi"'],
    [
      'bytes',
      binaryPayload(Buffer.from('abcdef').subarray(2, 4)),
      'application/octet-stream',
      'cd',
    ],
  ])('carry %s', async (_, payload, type, body) => {
    service().willAnswer({ status: 202 });
    await (await service().hub()).sendToAll(payload);
    const { last } = service();
    expect([last.headers['content-type'], last.body]).toEqual([type, body]);
    expect(last.headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  it.each([
    ['excluded', { excluded: ['c1', 'a,b&c'] }, '&excluded=c1&excluded=a%2Cb%26c'],
    ['filter', { filter: "userId eq 'ü'" }, '&filter=userId%20eq%20%27%C3%BC%27'],
    ['an empty filter (M3)', { filter: '' }, '&filter='],
    ['messageTtlSeconds', { messageTtlSeconds: 300 }, '&messageTtlSeconds=300'],
    ['no expiry', { messageTtlSeconds: 0 }, '&messageTtlSeconds=0'],
    [
      'text that looks like a version',
      { excluded: ['api-version'], filter: "userId ne 'api-version'" },
      '&excluded=api%2Dversion&filter=userId%20ne%20%27api%2Dversion%27',
    ],
  ] satisfies [string, SendOptions, string][])('say %s', async (_, options, query) => {
    service().willAnswer({ status: 202 }, { status: 202 });
    const hub = await service().hub();
    await hub.sendToAll(TEXT, options);
    await hub.sendToGroup('g1', TEXT, options);
    expect(service().seen.map(({ line }) => line)).toEqual([
      `POST ${HUB}/:send?${V}${query}`,
      `POST ${HUB}/groups/g1/:send?${V}${query}`,
    ]);
  });

  it('say the filter and the life of a message to a user', async () => {
    service().willAnswer({ status: 202 }, { status: 202 });
    const hub = await service().hub();
    await hub.sendToUser('ann', TEXT, { filter: 'x', messageTtlSeconds: 5, excluded: [] });
    await hub.sendToConnection('c1', TEXT, { messageTtlSeconds: 5, filter: '' });
    expect(service().seen.map(({ line }) => line)).toEqual([
      `POST ${HUB}/users/ann/:send?${V}&filter=x&messageTtlSeconds=5`,
      `POST ${HUB}/connections/c1/:send?${V}&messageTtlSeconds=5`,
    ]);
  });

  it('carry metadata in headers, beside the type of the message', async () => {
    const metadata = new Map([
      ['TraceId', 'a b'],
      ['__proto__', '{}'],
      ['empty', ''],
    ]);
    service().willAnswer({ status: 202 });
    await (await service().hub()).sendToConnection('c1', jsonPayload('1'), { metadata });
    expect(service().last.headers).toMatchObject({
      'content-type': 'application/json',
      'x-webpubsub-metadata-traceid': 'a b',
      'x-webpubsub-metadata-__proto__': '{}',
      'x-webpubsub-metadata-empty': '',
    });
  });
});

describe('pages of AzureHub (L14)', () => {
  function page(members: readonly object[], link?: string | null): Script {
    return {
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ value: members, nextLink: link }),
    };
  }

  const linkTo = (token: string): string =>
    `https://elsewhere.example${HUB}/groups/g1/connections?top=2&continuationToken=${token}&${V}`;

  it('are asked for one by one, with the token and never the link', async () => {
    service().willAnswer(
      page(
        [
          { connectionId: 'c1', userId: 'ann' },
          { connectionId: 'c2', userId: null },
        ],
        linkTo('c%3D2'),
      ),
      page([{ connectionId: 'c3' }], null),
    );
    const hub = await service().hub();
    const first = await hub.listConnectionsInGroup('g1', { maxPageSize: 2, top: 3 });
    expect(first).toEqual({
      members: [{ connectionId: 'c1', userId: 'ann' }, { connectionId: 'c2' }],
      continuationToken: 'c=2',
    });
    const { continuationToken } = first;
    const rest = await hub.listConnectionsInGroup('g1', { top: 1, continuationToken });
    expect(rest).toEqual({ members: [{ connectionId: 'c3' }], continuationToken: undefined });
    expect(service().seen.map(({ line }) => line)).toEqual([
      `GET ${HUB}/groups/g1/connections?${V}&maxpagesize=2&top=3`,
      `GET ${HUB}/groups/g1/connections?${V}&top=1&continuationToken=c%3D2`,
    ]);
  });

  it('go on to a URL that a caller gave as token nowhere', async () => {
    service().willAnswer(page([]));
    const continuationToken = 'https://evil.example/';
    await (await service().hub()).listConnectionsInGroup('g1', { continuationToken });
    expect(service().last.line).toBe(
      `GET ${HUB}/groups/g1/connections?${V}&continuationToken=https%3A%2F%2Fevil.example%2F`,
    );
  });

  it('are read until a user is found in a group', async () => {
    const hub = await service().hub();
    service().willAnswer(page([{ connectionId: 'c1' }], linkTo('c1')));
    service().willAnswer(page([{ connectionId: 'c2', userId: 'ann' }], linkTo('c2')));
    expect(await hub.userExistsInGroup('ann', 'g1')).toBe(true);
    expect(service().seen).toHaveLength(2);
    service().willAnswer(page([{ connectionId: 'c2', userId: 'ann' }]));
    expect(await hub.userExistsInGroup('Ann', 'g1')).toBe(false);
  });

  it('that never end are given up', async () => {
    const hub = await service().hub();
    service().willAnswer(page([], linkTo('c1')), page([], linkTo('c1')));
    await expect(hub.userExistsInGroup('ann', 'g1')).rejects.toMatchObject({
      code: 'UnexpectedAnswer',
      statusCode: 502,
    });
  });

  it.each(['/relative', 'https://x.example/?continuationToken=', 'https://x.example/'])(
    'with the useless link %s are an error',
    async (link) => {
      service().willAnswer(page([], link));
      const hub = await service().hub();
      await expect(hub.listConnectionsInGroup('g1')).rejects.toMatchObject({
        code: 'UnexpectedAnswer',
      });
    },
  );
});
