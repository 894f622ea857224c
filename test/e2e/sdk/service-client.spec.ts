import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  AzureKeyCredential,
  odata,
  WebPubSubServiceClient,
  type WebPubSubServiceClientOptions,
} from '@azure/web-pubsub';
import { ACCESS_KEY, SECONDARY_ACCESS_KEY } from '../../support/keys.js';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';
import { WireClient } from '../../support/wire.client.js';

const TEXT = { contentType: 'text/plain' } as const;
const BYTES = Uint8Array.of(1, 2, 3).buffer;
const MARKER = 'That is all.';

interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

describe.each(PLATFORMS)('WebPubSubServiceClient against %s', (platform) => {
  let stage: Stage;
  let service: WebPubSubServiceClient;
  const seen: SeenRequest[] = [];

  function connect(key: string, hub = 'chat'): WebPubSubServiceClient {
    const connectionString = `Endpoint=${stage.url};AccessKey=${key};Version=1.0;`;
    // Nobody waits for what will not change.
    const options: WebPubSubServiceClientOptions & { retryOptions: object } = {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    };
    return new WebPubSubServiceClient(connectionString, hub, options);
  }

  /** What a client heard of what was sent to it up to now. */
  async function heard(client: WireClient): Promise<unknown[]> {
    await service.sendToConnection(client.id, MARKER, TEXT);
    const frames: unknown[] = [];
    for (;;) {
      const frame = await client.hear();
      if (frame.includes(MARKER)) return frames;
      frames.push(typeof frame === 'string' && frame.startsWith('{') ? JSON.parse(frame) : frame);
    }
  }

  beforeAll(async () => {
    stage = await startStage(platform, { module: { secondaryAccessKey: SECONDARY_ACCESS_KEY } });
    service = connect(ACCESS_KEY);
    stage.host.server.prependListener('request', ({ method, url, headers }: IncomingMessage) => {
      seen.push({ method, url, headers: { ...headers } });
    });
  });

  afterEach(async () => {
    await stage.clear();
    seen.length = 0;
  });

  afterAll(async () => {
    await stage.close();
  });

  describe('sends', () => {
    const MESSAGES = [
      {
        what: 'a text',
        send: { message: 'hi', options: TEXT },
        J: { dataType: 'text', data: 'hi' },
        W: 'hi',
      },
      {
        what: 'a string as JSON (M2)',
        send: { message: 'hi' },
        J: { dataType: 'json', data: 'hi' },
        W: '"hi"',
      },
      {
        what: 'JSON',
        send: { message: { a: [1, null, 'é'] } },
        J: { dataType: 'json', data: { a: [1, null, 'é'] } },
        W: { a: [1, null, 'é'] },
      },
      {
        what: 'bytes',
        send: { message: BYTES },
        J: { dataType: 'binary', data: 'AQID' },
        W: Buffer.from(BYTES),
      },
    ];

    /** The four sends, each to the clients J and W. */
    const SENDS = [
      {
        method: 'sendToAll',
        from: { from: 'server' },
        call: async ({ message, options }: Send) => await service.sendToAll(message, options),
      },
      {
        method: 'group().sendToAll',
        from: { from: 'group', group: 'g1', fromUserId: null },
        call: async ({ message, options }: Send) =>
          await service.group('g1').sendToAll(message, options),
      },
      {
        method: 'sendToUser',
        from: { from: 'server' },
        call: async ({ message, options }: Send) =>
          await service.sendToUser('ann', message, options),
      },
      {
        method: 'sendToConnection',
        from: { from: 'server' },
        call: async ({ message, options }: Send, ...clients: WireClient[]) => {
          for (const { id } of clients) await service.sendToConnection(id, message, options);
        },
      },
    ];

    interface Send {
      readonly message: object;
      readonly options?: object;
    }

    it.each(SENDS.flatMap((send) => MESSAGES.map((message) => ({ ...send, ...message }))))(
      '$what with $method',
      async ({ call, send, from, J, W }) => {
        const clients = [
          await stage.json({ groups: ['g1'] }),
          await stage.raw({ groups: ['g1'] }),
        ] as const;
        const other = await stage.json({ hub: 'other', groups: ['g1'] });
        await call(send as unknown as Send, ...clients);
        expect(await heard(clients[0])).toEqual([{ type: 'message', ...from, ...J }]);
        expect(await heard(clients[1])).toEqual([W]);
        await other.expectQuiet();
      },
    );

    it('M1 the empty text with its type and its length', async () => {
      const W = await stage.raw();
      await service.sendToAll('', TEXT);
      expect(seen[0]).toMatchObject({
        method: 'POST',
        url: '/api/hubs/chat/:send?api-version=2024-12-01',
        headers: { 'content-type': 'text/plain', 'content-length': '0' },
      });
      expect(await heard(W)).toEqual(['']);
    });

    it('M3 to all who pass an empty filter', async () => {
      const W = await stage.raw();
      await service.sendToAll('x', { filter: '' });
      expect(seen[0]?.url).toContain('filter=');
      expect(await heard(W)).toEqual(['"x"']);
    });

    it('with a time to live, and not with one that is too long', async () => {
      const W = await stage.raw();
      await service.sendToAll('x', { messageTtlSeconds: 300 });
      await expect(service.sendToAll('y', { messageTtlSeconds: 301 })).rejects.toMatchObject({
        statusCode: 400,
      });
      expect(await heard(W)).toEqual(['"x"']);
    });

    it('to all, and to a group, but excluded connections', async () => {
      const [J, W] = [await stage.json({ groups: ['g1'] }), await stage.raw({ groups: ['g1'] })];
      await service.sendToAll('x', { excludedConnections: [J.id, 'b c&d'] });
      await service.group('g1').sendToAll('y', { excludedConnections: [W.id] });
      expect(await heard(J)).toMatchObject([{ data: 'y' }]);
      expect(await heard(W)).toEqual(['"x"']);
    });

    it.each([
      {
        what: 'sendToAll',
        call: async (filter: string) => await service.sendToAll('x', { filter }),
      },
      {
        what: 'group().sendToAll',
        call: async (filter: string) => await service.group('g1').sendToAll('x', { filter }),
      },
      {
        what: 'sendToUser',
        call: async (filter: string) => await service.sendToUser("o'neil & söhne", 'x', { filter }),
      },
    ])('to those that match a filter, with $what', async ({ call }) => {
      const userId = "o'neil & söhne";
      const who = { userId, groups: ['g1'] };
      const [J, W] = [await stage.json(who), await stage.raw(who)];
      const other = await stage.json({ groups: ['g1'] });
      await call(odata`userId eq ${userId} and connectionId ne ${W.id}`);
      expect(await heard(J)).toMatchObject([{ data: 'x' }]);
      expect(await heard(W)).toEqual([]);
      expect(await heard(other)).toEqual([]);
    });

    it.each([
      { what: 'all', call: async () => await service.sendToAll('x') },
      { what: 'a group', call: async () => await service.group('g9').sendToAll('x') },
      { what: 'a user', call: async () => await service.sendToUser('nobody', 'x') },
      { what: 'a connection', call: async () => await service.sendToConnection('no-such', 'x') },
    ])('to $what that is nobody', async ({ call }) => {
      await call();
      expect(seen.map(({ method }) => method)).toEqual(['POST']);
    });
  });

  it('asks whether a connection, a user and a group exist', async () => {
    const { id } = await stage.json({ groups: ['g1'] });
    expect(await service.connectionExists(id)).toBe(true);
    expect(await service.connectionExists('no-such')).toBe(false);
    expect(await service.userExists('ann')).toBe(true);
    expect(await service.userExists('nobody')).toBe(false);
    expect(await service.groupExists('g1')).toBe(true);
    expect(await service.groupExists('g9')).toBe(false);
    expect(await connect(ACCESS_KEY, 'other').userExists('ann')).toBe(false);
  });

  it('M5 closes a connection', async () => {
    const J = await stage.json();
    await service.closeConnection(J.id, { reason: 'bye' });
    expect(await J.hearJson()).toEqual({
      type: 'system',
      event: 'disconnected',
      message: 'Application server closed the connection. Reason: bye',
    });
    expect(await J.closed).toEqual({ code: 1000, reason: '' });
    await service.closeConnection(J.id);
  });

  it.each([
    {
      what: 'all connections',
      call: async (reason: string) => await service.closeAllConnections({ reason }),
      left: [],
    },
    {
      what: 'the connections of a group',
      call: async (reason: string) => await service.group('g1').closeAllConnections({ reason }),
      left: ['bob'],
    },
    {
      what: 'the connections of a user',
      call: async (reason: string) => await service.closeUserConnections('ann', { reason }),
      left: ['bob'],
    },
  ])('closes $what', async ({ call, left }) => {
    const ann = await stage.json({ groups: ['g1'] });
    const bob = await stage.json({ userId: 'bob' });
    await call('so long');
    const stays = left.length > 0 ? [bob] : [];
    for (const client of [ann, bob].filter((one) => !stays.includes(one))) {
      expect(await client.hearJson()).toMatchObject({
        event: 'disconnected',
        message: 'Application server closed the connection. Reason: so long',
      });
      expect(await client.closed).toEqual({ code: 1000, reason: '' });
    }
    for (const client of stays) expect(await heard(client)).toEqual([]);
    expect(await service.userExists('ann')).toBe(false);
    await call('again');
  });

  it('adds who matches to groups, and takes them out', async () => {
    const [ann, bob] = [await stage.json(), await stage.json({ userId: 'bob' })];
    const groups = ['g1', 'a/b'];
    await service.addConnectionsToGroups(groups, odata`userId eq ${'ann'}`);
    await service.group('g1').sendToAll(1);
    await service.removeConnectionsFromGroups(['g1'], "'a/b' in groups");
    await service.group('g1').sendToAll(2);
    await service.addConnectionsToGroups(['g2'], '');
    await service.group('g2').sendToAll(3);
    expect(await heard(ann)).toMatchObject([{ data: 1 }, { data: 3 }]);
    expect(await heard(bob)).toMatchObject([{ data: 3 }]);
  });

  it('takes a connection out of all groups', async () => {
    const { id } = await stage.json({ groups: ['g1', 'g2'] });
    await service.removeConnectionFromAllGroups(id);
    expect(await service.groupExists('g1')).toBe(false);
    expect(await service.groupExists('g2')).toBe(false);
    await service.removeConnectionFromAllGroups('no-such', { reason: 'none' });
  });

  describe('lists the connections of a group', () => {
    let members: { connectionId: string; userId: string | null }[];

    beforeEach(async () => {
      members = [];
      for (const userId of ['ann', 'bob', undefined, 'eve', 'ann']) {
        const { id: connectionId } = await stage.json({ userId, groups: ['g 1'] });
        members.push({ connectionId, userId: userId ?? null });
      }
      members.sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
      seen.length = 0;
    });

    it.each([
      { options: undefined, count: 5, requests: 1 },
      { options: { maxPageSize: 2 }, count: 5, requests: 3 },
      { options: { maxPageSize: 2, top: 3 }, count: 3, requests: 2 },
      { options: { top: 2 }, count: 2, requests: 1 },
    ])('M8 with $options, in $requests requests', async ({ options, count, requests }) => {
      const found = [];
      for await (const member of await service.group('g 1').listConnections(options)) {
        found.push(member);
      }
      expect(found).toEqual(members.slice(0, count));
      expect(seen).toHaveLength(requests);
    });

    it('page by page', async () => {
      const pages = [];
      const list = await service.group('g 1').listConnections({ maxPageSize: 3 });
      for await (const page of list.byPage()) pages.push(page);
      expect(pages).toEqual([members.slice(0, 3), members.slice(3)]);
    });

    it('from where a page ended', async () => {
      const continuationToken = members[1]?.connectionId;
      const list = await service.group('g 1').listConnections({ continuationToken });
      const found = [];
      for await (const member of list) found.push(member);
      expect(found).toEqual(members.slice(2));
    });

    it('that has none', async () => {
      const list = await service.group('g9').listConnections();
      expect(await list.next()).toEqual({ done: true, value: undefined });
    });
  });

  it('takes a call back whose signal is aborted', async () => {
    const J = await stage.json({ groups: ['g1'] });
    const abortSignal = AbortSignal.abort();
    const aborted = { name: 'AbortError' };
    const group = service.group('g1');
    await expect(service.closeAllConnections({ abortSignal })).rejects.toMatchObject(aborted);
    await expect(
      service.removeConnectionsFromGroups(['g1'], '', { abortSignal }),
    ).rejects.toMatchObject(aborted);
    const list = await group.listConnections({ abortSignal });
    await expect(list.next()).rejects.toMatchObject(aborted);
    expect(seen).toEqual([]);
    expect(await service.groupExists('g1')).toBe(true);
    expect(await heard(J)).toEqual([]);
  });

  it('M9 knows key and port of a connection string', () => {
    const client = new WebPubSubServiceClient(
      'Endpoint=demo.example.com;AccessKey=k==;Port=8443',
      'chat',
    );
    expect(client.endpoint).toBe('https://demo.example.com:8443/');
  });

  it('works with endpoint and key apart', async () => {
    const J = await stage.json();
    const options = { allowInsecureConnection: true };
    const key = new AzureKeyCredential(ACCESS_KEY);
    await new WebPubSubServiceClient(stage.url, key, 'chat', options).sendToAll('x');
    expect(await heard(J)).toHaveLength(1);
  });

  it('M4 adds a connection to a group, and takes it out, whatever the names', async () => {
    const J = await stage.json();
    const group = service.group('a/b c+d%2F\u00e9');
    await group.addConnection(J.id);
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      url: `/api/hubs/chat/groups/a%2Fb%20c%2Bd%252F%C3%A9/connections/${J.id}?api-version=2024-12-01`,
    });
    await group.sendToAll('in');
    await group.removeConnection(J.id);
    await group.removeConnection(J.id);
    await group.sendToAll('out');
    // Slashes stay encoded in the name, as on the hosted service (1.2).
    expect(await heard(J)).toMatchObject([{ group: 'a%2Fb c+d%2F\u00e9', data: 'in' }]);
  });

  it('adds a user to groups, and takes it out of one, and of all', async () => {
    const J = await stage.json({ userId: 'b/o b' });
    // The user id has a slash, so that no path can name it: 1.2 again.
    await expect(service.group('g1').addUser('b/o b')).rejects.toMatchObject({ statusCode: 404 });
    const ann = await stage.json();
    for (const group of ['g1', 'g2', 'g3']) await service.group(group).addUser('ann');
    await service.group('g1').removeUser('ann');
    for (const group of ['g1', 'g2', 'g3']) await service.group(group).sendToAll(group);
    await service.removeUserFromAllGroups('ann');
    expect(await service.groupExists('g2')).toBe(false);
    expect(await heard(ann)).toMatchObject([{ data: 'g2' }, { data: 'g3' }]);
    expect(await heard(J)).toEqual([]);
    await service.group('g1').removeUser('nobody');
    await service.removeUserFromAllGroups('nobody');
  });

  it.each(['sendToGroup', 'joinLeaveGroup'] as const)(
    'grants and revokes %s',
    async (permission) => {
      const { id } = await stage.json({ roles: [] });
      const options = { targetName: 'g1' };
      expect(await service.hasPermission(id, permission, options)).toBe(false);
      await service.grantPermission(id, permission, options);
      expect(await service.hasPermission(id, permission, options)).toBe(true);
      expect(await service.hasPermission(id, permission, { targetName: 'g2' })).toBe(false);
      await service.revokePermission(id, permission, options);
      expect(await service.hasPermission(id, permission, options)).toBe(false);
      await service.revokePermission('no-such', permission, options);
    },
  );

  describe('throws', () => {
    const INVALID_FILTER = "Syntax error at position 14 in 'invalid filter'. (Parameter 'filter')";

    /** What the SDK makes of the validation envelope: its message is the body as it came (8.4). */
    function refusedAs(message: string): object {
      return {
        statusCode: 400,
        message: expect.stringContaining(message) as string,
        response: { parsedHeaders: { errorCode: 'Error.BadRequest' } },
      };
    }

    const missing = { statusCode: 404, code: 'Error.Connection.NotExisted' };

    it.each([
      {
        what: 'an unknown connection has nowhere to be added',
        call: async () => await service.group('g1').addConnection('no-such'),
        error: { ...missing, message: 'Connection `no-such` is not found.' },
      },
      {
        what: 'a user without connections has nowhere to be added',
        call: async () => await service.group('g1').addUser('nobody'),
        error: { statusCode: 404, code: 'Warning.User.NotExisted' },
      },
      {
        what: 'an unknown connection is granted something',
        call: async () =>
          await service.grantPermission('no-such', 'sendToGroup', { targetName: 'g1' }),
        error: { statusCode: 404, code: 'Info.Connection.NotExisted' },
      },
      {
        what: 'M7 a permission is asked for no group',
        call: async () => await service.hasPermission('no-such', 'sendToGroup'),
        error: { statusCode: 400 },
      },
      {
        what: 'the hub is none',
        call: async () => await connect(ACCESS_KEY, 'no-hub').sendToAll('x'),
        error: { statusCode: 400 },
      },
      {
        what: 'a filter is none',
        call: async () => await service.sendToAll('x', { filter: 'invalid filter' }),
        error: refusedAs(INVALID_FILTER),
      },
      {
        what: 'the filter of a change of groups is none',
        call: async () => await service.addConnectionsToGroups(['g1'], 'invalid filter'),
        error: refusedAs(INVALID_FILTER),
      },
      {
        what: 'there are no groups to change',
        call: async () => await service.removeConnectionsFromGroups([], ''),
        error: refusedAs('Invalid group name.'),
      },
      {
        what: 'a page is too long',
        call: async () =>
          await (await service.group('g1').listConnections({ maxPageSize: 201 })).next(),
        error: refusedAs('Invalid maxpagesize.'),
      },
      {
        what: 'a message is too long',
        call: async () => await service.sendToAll('x'.repeat(1024 * 1024 + 1), TEXT),
        error: { statusCode: 400, code: 'Error.BadRequest' },
      },
    ])('when $what', async ({ call, error }) => {
      await expect(call()).rejects.toMatchObject({ name: 'RestError', ...error });
    });

    it('M6 when its key is another one', async () => {
      const J = await stage.json();
      const stranger = connect('another-key-0123456789-abcdefghijklmnopqrstuvwxyz');
      const unauthorized = { name: 'RestError', statusCode: 401 };
      await expect(stranger.sendToAll('x')).rejects.toMatchObject(unauthorized);
      await expect(stranger.connectionExists(J.id)).rejects.toMatchObject(unauthorized);
      await expect(stranger.closeConnection(J.id)).rejects.toMatchObject(unauthorized);
      expect(await heard(J)).toEqual([]);
    });
  });

  it('works with the secondary key', async () => {
    const J = await stage.json();
    await connect(SECONDARY_ACCESS_KEY).sendToAll('x');
    expect(await heard(J)).toHaveLength(1);
  });

  it('works through a proxy that has another host', async () => {
    const J = await stage.json();
    const proxy = stage.url.replace('127.0.0.1', 'localhost');
    const options = { allowInsecureConnection: true, reverseProxyEndpoint: proxy };
    const connectionString = `Endpoint=${stage.url};AccessKey=${ACCESS_KEY};Version=1.0;`;
    await new WebPubSubServiceClient(connectionString, 'chat', options).sendToAll('x');
    expect(seen[0]?.headers.host).toMatch(/^localhost:/);
    expect(await heard(J)).toHaveLength(1);
  });

  it('M10 makes tokens without a request, and clients get in with them', async () => {
    const options = { userId: 'u1', roles: ['webpubsub.sendToGroup'], groups: ['g1'] };
    const { url, baseUrl, token } = await service.getClientAccessToken(options);
    expect(seen).toEqual([]);
    expect(baseUrl).toBe(`${stage.url.replace('http', 'ws')}/client/hubs/chat`);
    expect(url).toBe(`${baseUrl}?access_token=${token}`);

    const client = await WireClient.open(url, ['json.webpubsub.azure.v1']);
    const { connectionId, userId } = (await client.hearJson()) as Record<string, string>;
    expect(userId).toBe('u1');
    await service.group('g1').sendToAll('x');
    expect(await client.hearJson()).toMatchObject({ group: 'g1', data: 'x' });
    const sendsToAny = { targetName: 'any' };
    expect(await service.hasPermission(connectionId ?? '', 'sendToGroup', sendsToAny)).toBe(true);
    expect(await service.hasPermission(connectionId ?? '', 'joinLeaveGroup', sendsToAny)).toBe(
      false,
    );
    await service.closeConnection(connectionId ?? '');
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
  });
});
