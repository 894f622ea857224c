import { AzureDriver } from '../../../lib/drivers/azure/azure.driver.js';
import type { HubDriver } from '../../../lib/drivers/hub-driver.interface.js';
import { binaryPayload, jsonPayload, textPayload } from '../../../lib/engine/payload.js';
import { WebPubSubHub } from '../../../lib/hub/web-pubsub-hub.js';
import { ACCESS_KEY } from '../../support/keys.js';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';
import { WireClient } from '../../support/wire.client.js';

const MARKER = 'That is all.';
const TEXT = textPayload('hi');
const NAMES = ['with space', 'ü', '100%', 'a%2Fb', 'a+b', '?#&=:@', "o'hara", '\u{1f600}'];

// The embedded service stands for the one in Azure: it has the same REST API.
describe.each(PLATFORMS)('AzureDriver against the embedded service on %s', (platform) => {
  let stage: Stage;
  let driver: AzureDriver;
  let hub: HubDriver;

  async function connect(key: string): Promise<AzureDriver> {
    const connectionString = `Endpoint=${stage.url};AccessKey=${key};Version=1.0;`;
    return await AzureDriver.create({ connectionString, maxRetries: 0 });
  }

  /** The frames a client got up to now. */
  async function heard(client: WireClient): Promise<string[]> {
    await hub.sendToConnection(client.id, textPayload(MARKER));
    const frames: string[] = [];
    for (;;) {
      const frame = String(await client.hear());
      if (frame.includes(MARKER)) return frames;
      frames.push(frame);
    }
  }

  beforeAll(async () => {
    stage = await startStage(platform);
    driver = await connect(ACCESS_KEY);
    hub = driver.hub('chat');
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  describe('sends', () => {
    const PAYLOADS = [
      ['text', textPayload('grüß'), '"dataType":"text","data":"grüß"', 'grüß'],
      [
        'JSON digit for digit',
        jsonPayload('{"n":12345678901234567890.10,"a":[1]}'),
        '"dataType":"json","data":{"n":12345678901234567890.10,"a":[1]}',
        '{"n":12345678901234567890.10,"a":[1]}',
      ],
      ['a JSON string', jsonPayload('"hi"'), '"dataType":"json","data":"hi"', '"hi"'],
      ['bytes', binaryPayload(Buffer.of(65, 66)), '"dataType":"binary","data":"QUI="', 'AB'],
      ['nothing', textPayload(''), '"dataType":"text","data":""', ''],
    ] as const;

    it.each(PAYLOADS)('carry %s to everybody', async (_, payload, J, W) => {
      const json = await stage.json({ groups: ['g1'] });
      const raw = await stage.raw({ userId: 'bob', groups: ['g1'] });
      await hub.sendToAll(payload);
      await hub.sendToGroup('g1', payload);
      await hub.sendToUser('ann', payload);
      await hub.sendToConnection(json.id, payload);
      const server = `{"type":"message","from":"server",${J}}`;
      const group = `{"type":"message","from":"group","group":"g1","fromUserId":null,${J}}`;
      expect(await heard(json)).toEqual([server, group, server, server]);
      expect(await heard(raw)).toEqual([W, W]);
    });

    it('pass excluded connections by', async () => {
      const ann = await stage.json({ groups: ['g1'] });
      const bob = await stage.json({ userId: 'bob', groups: ['g1'] });
      await hub.sendToAll(TEXT, { excluded: [ann.id] });
      await hub.sendToGroup('g1', TEXT, { excluded: [bob.id] });
      expect([await heard(ann), await heard(bob)].map(({ length }) => length)).toEqual([1, 1]);
    });

    it('carry metadata', async () => {
      const ann = await stage.json();
      await hub.sendToAll(TEXT, {
        metadata: new Map([['trace', '00-ab c']]),
        messageTtlSeconds: 5,
      });
      expect(JSON.parse((await heard(ann))[0] ?? '')).toMatchObject({
        metadata: { trace: '00-ab c' },
      });
    });

    it('reach those who match a filter', async () => {
      const ann = await stage.json({ groups: ['g1'] });
      const bob = await stage.json({ userId: "api-version=bo'b", groups: ['g1'] });
      const filter = "userId eq 'api-version=bo''b'";
      await hub.sendToAll(TEXT, { filter });
      await hub.sendToGroup('g1', TEXT, { filter });
      await hub.sendToUser('ann', TEXT, { filter });
      expect([await heard(ann), await heard(bob)].map(({ length }) => length)).toEqual([0, 2]);
    });

    it('with a filter that is none are refused', async () => {
      await expect(hub.sendToAll(TEXT, { filter: 'no filter' })).rejects.toMatchObject({
        code: 'Error.BadRequest',
        statusCode: 400,
        target: 'filter',
      });
    });
  });

  describe('connections, users and groups', () => {
    it.each(NAMES)('are found under the name %s', async (name) => {
      expect(await hub.userExists(name)).toBe(false);
      const ann = await stage.json({ userId: name, groups: [name] });
      expect(await hub.userExists(name)).toBe(true);
      expect(await hub.groupExists(name)).toBe(true);
      expect(await hub.connectionExists(ann.id)).toBe(true);
      await hub.sendToUser(name, TEXT);
      await hub.sendToGroup(name, TEXT);
      expect(await heard(ann)).toHaveLength(2);
      await hub.removeUserFromGroup(name, name);
      expect(await hub.groupExists(name)).toBe(false);
      expect(await hub.addUserToGroup(name, name)).toBe(true);
      expect(await hub.groupExists(name)).toBe(true);
    });

    it('that are not there are reported', async () => {
      expect(await hub.connectionExists('nobody')).toBe(false);
      expect(await hub.groupExists('nothing')).toBe(false);
      expect(await hub.addConnectionToGroup('g1', 'nobody')).toBe(false);
      expect(await hub.addUserToGroup('g1', 'nobody')).toBe(false);
      expect(await hub.grantPermission('sendToGroup', 'nobody', 'g1')).toBe(false);
      expect(await hub.checkPermission('sendToGroup', 'nobody', 'g1')).toBe('absent');
    });

    it('join and leave', async () => {
      const ann = await stage.json();
      expect(await hub.addConnectionToGroup('g1', ann.id)).toBe(true);
      expect(await hub.addUserToGroup('g2', 'ann')).toBe(true);
      expect(await hub.removeConnectionFromGroup('g1', ann.id)).toBe(true);
      expect(await hub.groupExists('g1')).toBe(false);
      await hub.removeUserFromAllGroups('ann');
      expect(await hub.groupExists('g2')).toBe(false);
    });

    it('leave every group at once', async () => {
      const ann = await stage.json({ groups: ['g1', 'g2'] });
      expect(await hub.removeConnectionFromAllGroups(ann.id)).toBe(true);
      expect([await hub.groupExists('g1'), await hub.groupExists('g2')]).toEqual([false, false]);
    });

    it('join and leave many groups by a filter', async () => {
      await stage.json();
      await stage.json({ userId: 'bob' });
      await hub.addConnectionsToGroups(['g1', 'a/b'], "userId eq 'ann'");
      expect(await hub.groupExists('g1')).toBe(true);
      await hub.removeConnectionsFromGroups(['g1'], "'a/b' in groups");
      expect(await hub.groupExists('g1')).toBe(false);
    });

    it('may what they are permitted', async () => {
      const ann = await stage.json({ roles: [] });
      const check = async (): Promise<string> =>
        await hub.checkPermission('sendToGroup', ann.id, 'a/b');
      expect(await check()).toBe('denied');
      expect(await hub.grantPermission('sendToGroup', ann.id, 'a/b')).toBe(true);
      expect(await check()).toBe('allowed');
      expect(await hub.revokePermission('sendToGroup', ann.id, 'a/b')).toBe(true);
      expect(await check()).toBe('denied');
    });

    it('are listed page by page, and found among many', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) {
        ids.push((await stage.json({ userId: `u${String(i)}`, groups: ['g1'] })).id);
      }
      const seen: string[] = [];
      let continuationToken: string | undefined;
      do {
        const page = await hub.listConnectionsInGroup('g1', { maxPageSize: 2, continuationToken });
        seen.push(...page.members.map(({ connectionId }) => connectionId));
        ({ continuationToken } = page);
      } while (continuationToken !== undefined);
      expect(seen.toSorted()).toEqual(ids.toSorted());
      expect(await hub.userExistsInGroup('u4', 'g1')).toBe(true);
      expect(await hub.userExistsInGroup('nobody', 'g1')).toBe(false);
      expect(await hub.listConnectionsInGroup('g9')).toEqual({ members: [] });
    });
  });

  describe('closing', () => {
    it('ends one connection', async () => {
      const ann = await stage.json();
      await hub.closeConnection(ann.id, 'bye & thanks');
      expect(await ann.hearJson()).toMatchObject({
        message: 'Application server closed the connection. Reason: bye & thanks',
      });
      expect(await hub.connectionExists(ann.id)).toBe(false);
    });

    it.each([
      [
        'closeAllConnections',
        async (excluded: string[]) => await hub.closeAllConnections({ excluded }),
      ],
      [
        'closeGroupConnections',
        async (excluded: string[]) => await hub.closeGroupConnections('g1', { excluded }),
      ],
      [
        'closeUserConnections',
        async (excluded: string[]) => await hub.closeUserConnections('ann', { excluded }),
      ],
    ])('%s ends all but the excluded', async (_, close) => {
      const stays = await stage.json({ groups: ['g1'] });
      const goes = await stage.json({ groups: ['g1'] });
      await close([stays.id]);
      await goes.closed;
      expect(await hub.connectionExists(stays.id)).toBe(true);
    });
  });

  describe('tokens', () => {
    it('let clients in', async () => {
      const { url } = await hub.getClientAccessToken({
        userId: 'carol',
        groups: ['g1'],
        roles: ['webpubsub.sendToGroup'],
      });
      const carol = await WireClient.open(url, ['json.webpubsub.azure.v1']);
      expect(await carol.hearJson()).toMatchObject({ event: 'connected', userId: 'carol' });
      expect(await hub.groupExists('g1')).toBe(true);
      carol.close();
      await carol.closed;
    });
  });

  describe('a hub of the application', () => {
    it('works on it unchanged', async () => {
      const chat = new WebPubSubHub(hub, driver);
      const ann = await stage.json();
      await chat.group('g1').addConnection(ann.id);
      await chat.group('g1').sendToAll({ n: 1 });
      await chat.sendToUser('ann', 'hi', { contentType: 'text/plain' });
      expect(
        (await heard(ann)).map((frame) => (JSON.parse(frame) as { data: unknown }).data),
      ).toEqual([{ n: 1 }, 'hi']);
      expect(await chat.getServiceStatus()).toBe(true);
      await expect(chat.group('g1').addConnection('nobody')).rejects.toMatchObject({
        code: 'Error.Connection.NotExisted',
        statusCode: 404,
      });
      await expect(chat.addUserToGroup('g1', 'ann', { remember: true })).rejects.toMatchObject({
        code: 'NotSupportedByAzure',
        statusCode: 501,
      });
    });
  });

  it('is healthy as long as the service is', async () => {
    expect(await driver.isHealthy()).toBe(true);
  });

  it('is told that its key is wrong', async () => {
    const stranger = await connect(`${ACCESS_KEY}x`);
    const rejection = { code: 'Error.Unauthorized', statusCode: 401 };
    await expect(stranger.hub('chat').sendToAll(TEXT)).rejects.toMatchObject(rejection);
    await expect(stranger.hub('chat').userExists('ann')).rejects.toMatchObject(rejection);
  });
});

describe('AzureDriver against a service with a path in front', () => {
  it('calls below it, and sends clients there', async () => {
    const stage = await startStage('express', {
      prefix: '/realtime',
      configure: (app) => app.setGlobalPrefix('realtime'),
    });
    const endpoint = `${stage.url}/realtime`;
    const driver = await AzureDriver.create({ endpoint, accessKey: ACCESS_KEY, maxRetries: 0 });
    const ann = await stage.json();
    expect(await driver.hub('chat').userExists('ann')).toBe(true);
    expect(await driver.isHealthy()).toBe(true);
    const { url } = await driver.hub('chat').getClientAccessToken();
    const anybody = await WireClient.open(url);
    for (const client of [ann, anybody]) client.close();
    await anybody.closed;
    await stage.clear();
    await stage.close();
  });
});
