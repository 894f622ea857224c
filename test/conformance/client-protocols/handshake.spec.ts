import type { ConnectAccepted } from '../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../support/deferred.js';
import { SECONDARY_ACCESS_KEY } from '../../support/keys.js';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Claims, type Stage } from '../../support/stage.js';
import { ack, forbidden, heard, join, send } from './json.cases.js';

const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
const REJECTED = 'The connect event handler rejected the connection.';
const NOW = (): number => Math.floor(Date.now() / 1000);
const offer = (names: string): Record<string, string> => ({ 'Sec-WebSocket-Protocol': names });

describe.each(PLATFORMS)('the handshake on %s', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform, {
      module: { hubs: { chat: {}, lobby: { anonymousConnectPolicy: 'allow' } } },
    });
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  function accept(answer: Omit<ConnectAccepted, 'accepted'>): void {
    stage.sink.onConnect = () => ({ accepted: true, ...answer });
  }

  function toAsk(): string {
    return `/client/hubs/chat?access_token=${stage.token()}&name=a&name=b`;
  }

  /** The status of an upgrade to `/client/hubs/chat` with a token of these claims. */
  async function statusWith(claims: Claims): Promise<number> {
    const { status } = await stage.upgrade(`/client/hubs/chat?access_token=${stage.token(claims)}`);
    return status;
  }

  describe('is accepted', () => {
    it.each([
      { id: 'H01', where: 'the canonical path', target: '/client/hubs/chat?' },
      { id: 'H02', where: 'the legacy path', target: '/client/?hub=chat&' },
      { id: '1.1', where: 'the legacy path without a slash', target: '/client?hub=chat&' },
      { id: '1.1', where: 'a hub in capitals', target: '/client/hubs/CHAT?' },
      { id: '1.1', where: 'an escaped hub', target: '/client/hubs/%63hat?' },
      { id: '1.1', where: 'a slash behind the hub', target: '/client/hubs/chat/?' },
      {
        id: '1.1',
        where: 'a path hub beside another in the query',
        target: '/client/hubs/chat?hub=x&',
      },
    ])('$id on $where', async ({ target }) => {
      const upgrade = await stage.upgrade(
        `${target}access_token=${stage.token()}`,
        offer(JSON_PROTOCOL),
      );
      expect(upgrade.status).toBe(101);
      expect(upgrade.headers['sec-websocket-protocol']).toBe(JSON_PROTOCOL);
      const connected = await stage.sink.until('connecteds');
      expect(connected.connection).toMatchObject({ hub: 'chat', userId: 'ann' });
      expect(await upgrade.text()).toBe(
        `{"type":"system","event":"connected","userId":"ann","connectionId":"${connected.connection.connectionId}"}`,
      );
    });

    it('H03 with the token in the Authorization header', async () => {
      for (const scheme of ['Bearer', 'bearer']) {
        const headers = { Authorization: `${scheme} ${stage.token()}` };
        expect((await stage.upgrade('/client/hubs/chat', headers)).status).toBe(101);
        expect((await stage.upgrade('/client/hubs/chat?access_token=', headers)).status).toBe(101);
      }
    });

    it('H04 with ACCESS_TOKEN as the query key', async () => {
      const { status } = await stage.upgrade(`/client/hubs/chat?ACCESS_TOKEN=${stage.token()}`);
      expect(status).toBe(101);
    });

    it.each<{ id: string; what: string; claims: () => Claims }>([
      { id: 'H09', what: 'expired 2 minutes ago', claims: () => ({ exp: NOW() - 120 }) },
      { id: '1.3', what: 'valid in 2 minutes', claims: () => ({ nbf: NOW() + 120 }) },
      {
        id: '1.3',
        what: 'issued by anybody at any time',
        claims: () => ({ iss: 'x', iat: NOW() + 9999 }),
      },
      {
        id: 'H12',
        what: 'for /client/hubs/CHAT',
        claims: () => ({ aud: `${stage.url}/client/hubs/CHAT` }),
      },
      {
        id: '1.3',
        what: 'for several audiences',
        claims: () => ({ aud: ['http://elsewhere/', `${stage.url}/client/hubs/chat`] }),
      },
      ...['http', 'https', 'ws', 'wss'].map((scheme) => ({
        id: '1.3',
        what: `for ${scheme}`,
        claims: () => ({ aud: `${scheme}://127.0.0.1:${String(stage.port)}/client/hubs/chat` }),
      })),
      {
        id: 'U26',
        what: 'for the legacy form',
        claims: () => ({ aud: `${stage.url}/client/?hub=chat` }),
      },
    ])('$id with a token $what', async ({ claims }) => {
      expect(await statusWith(claims())).toBe(101);
    });

    it('H28 without a user', async () => {
      const client = await stage.json({ userId: undefined });
      expect(client.connected).toBe(
        `{"type":"system","event":"connected","userId":null,"connectionId":"${client.id}"}`,
      );
    });

    it('H29 without a token where the hub allows it', async () => {
      const upgrade = await stage.upgrade('/client/hubs/lobby', offer(JSON_PROTOCOL));
      expect(upgrade.status).toBe(101);
      expect(JSON.parse(await upgrade.text())).toMatchObject({ event: 'connected', userId: null });
      expect((await stage.upgrade('/client/hubs/lobby?access_token=x')).status).toBe(401);
    });

    it('H29 grants an anonymous client no roles', async () => {
      const client = await stage.json({ hub: 'lobby', anonymous: true });
      client.send(join(1));
      expect(await client.hear()).toBe(forbidden(1, 'join', 'room'));
    });

    it('H30 with a role as a single string', async () => {
      const client = await stage.json({ claims: { role: 'webpubsub.joinLeaveGroup' } });
      client.send(join(1));
      expect(await client.hear()).toBe(ack(1));
    });

    it('1.3 with a group as a single string', async () => {
      const client = await stage.json({ roles: [], claims: { 'webpubsub.group': 'room' } });
      await stage.operate('POST', '/groups/room/:send', { text: 'hi' });
      expect(await client.hear()).toBe(heard('"dataType":"text","data":"hi"', 'null'));
    });

    it('H31 for longer than its token lives', async () => {
      const claims = { exp: NOW() - 298 };
      const client = await stage.json({ groups: ['room'], claims });
      while ((await statusWith(claims)) === 101) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      client.send(send('"data":1,"ackId":1'));
      expect(await client.hear()).toBe(heard('"dataType":"json","data":1'));
      expect(await client.hear()).toBe(ack(1));
    });

    it('H32 with a reconnection token but no connection to recover', async () => {
      for (const query of [
        'awps_reconnection_token=x',
        'awps_connection_id=&awps_reconnection_token=x',
      ]) {
        const upgrade = await stage.upgrade(
          `/client/hubs/chat?access_token=${stage.token()}&${query}`,
          offer(JSON_PROTOCOL),
        );
        expect(upgrade.status).toBe(101);
        expect(JSON.parse(await upgrade.text())).toMatchObject({ event: 'connected' });
      }
    });

    it('1.5 without extensions', async () => {
      const upgrade = await stage.upgrade(`/client/hubs/chat?access_token=${stage.token()}`, {
        'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
      });
      expect(upgrade.status).toBe(101);
      expect(upgrade.headers['sec-websocket-extensions']).toBeUndefined();
    });

    it('1.1 whatever its Origin', async () => {
      const upgrade = await stage.upgrade(`/client/hubs/chat?access_token=${stage.token()}`, {
        Origin: 'http://elsewhere.example',
      });
      expect(upgrade.status).toBe(101);
    });

    it('1.7 with an id of its own that is safe in a URL', async () => {
      const clients = [await stage.json(), await stage.json()];
      for (const { id } of clients) expect(id).toMatch(/^[\w-]{20,}$/);
      expect(clients[0]?.id).not.toBe(clients[1]?.id);
    });
  });

  describe('settles the subprotocol', () => {
    it.each([
      { id: 'H16', offered: 'JSON.WEBPUBSUB.AZURE.V1', chosen: 'JSON.WEBPUBSUB.AZURE.V1' },
      { id: 'H17', offered: `x.custom, ${JSON_PROTOCOL}`, chosen: JSON_PROTOCOL },
      { id: 'H17', offered: `x.custom,${JSON_PROTOCOL},y`, chosen: JSON_PROTOCOL },
      { id: 'H19', offered: 'x.custom', chosen: undefined },
      { id: 'H19', offered: 'mqtt', chosen: undefined },
      { id: 'H21', offered: undefined, chosen: undefined },
    ])('$id of $offered as $chosen', async ({ offered, chosen }) => {
      const headers = offered === undefined ? {} : offer(offered);
      const upgrade = await stage.upgrade(
        `/client/hubs/chat?access_token=${stage.token()}`,
        headers,
      );
      expect(upgrade.status).toBe(101);
      expect(upgrade.headers['sec-websocket-protocol']).toBe(chosen);
      await stage.operate('POST', '/:send', { text: 'first' });
      const first = await upgrade.text();
      expect(first.startsWith('{"type":"system","event":"connected"')).toBe(chosen !== undefined);
      expect(first === 'first').toBe(chosen === undefined);
    });
  });

  describe('is refused', () => {
    it.each<{ id: string; what: string; claims: () => Claims }>([
      { id: 'H08', what: 'that expired 10 minutes ago', claims: () => ({ exp: NOW() - 600 }) },
      { id: 'H10', what: 'without exp', claims: () => ({ exp: undefined }) },
      { id: '1.3', what: 'that is valid in 10 minutes', claims: () => ({ nbf: NOW() + 600 }) },
      {
        id: 'H11',
        what: 'for another hub',
        claims: () => ({ aud: `${stage.url}/client/hubs/other` }),
      },
      {
        id: '1.3',
        what: 'for a longer path',
        claims: () => ({ aud: `${stage.url}/client/hubs/chat/x` }),
      },
      {
        id: '1.3',
        what: 'for another host',
        claims: () => ({ aud: 'http://evil/client/hubs/chat' }),
      },
      {
        id: '1.3',
        what: 'for MQTT',
        claims: () => ({ aud: `${stage.url}/clients/mqtt/hubs/chat` }),
      },
      { id: '1.3', what: 'for nobody', claims: () => ({ aud: undefined }) },
    ])('$id with 401 for a token $what', async ({ claims }) => {
      const token = stage.token(claims());
      const answer = await stage.refusal(`/client/hubs/chat?access_token=${token}`);
      expect(answer).toMatchObject({ status: 401, body: '' });
    });

    it('H05 with 401 when the query token is bad and the header token good', async () => {
      const answer = await stage.refusal('/client/hubs/chat?access_token=x', {
        Authorization: `Bearer ${stage.token()}`,
      });
      expect(answer).toMatchObject({ status: 401, body: '' });
    });

    it('H06 with 401 without a token', async () => {
      expect(await stage.refusal('/client/hubs/chat')).toMatchObject({ status: 401, body: '' });
    });

    it('H07 with 401 for a token of another key', async () => {
      const token = stage.token({}, 'another-key-that-is-long-enough-for-hs256');
      const answer = await stage.refusal(`/client/hubs/chat?access_token=${token}`);
      expect(answer).toMatchObject({ status: 401, body: '' });
    });

    it('H13 with 400 when it is a plain request', async () => {
      const answer = await fetch(`${stage.url}/client/hubs/chat?access_token=${stage.token()}`);
      expect(answer.status).toBe(400);
      await answer.body?.cancel();
    });

    it.each([
      { id: 'H14', target: '/client/hubs/1chat?' },
      { id: '1.4', target: '/client/hubs/?' },
      { id: '1.4', target: '/client/?' },
      { id: '1.4', target: '/client?hub=&' },
      { id: '1.4', target: '/client?hub=a%20b&' },
    ])('$id with 400 for the hub of $target', async ({ target }) => {
      const answer = await stage.refusal(`${target}access_token=${stage.token()}`);
      expect(answer.status).toBe(400);
    });

    it.each([
      { what: 'blank', groups: ['  '] },
      { what: 'empty', groups: ['room', ''] },
      { what: 'too long', groups: ['g'.repeat(1025)] },
    ])('H15 with 400 for a token with a group that is $what', async ({ groups }) => {
      const token = stage.token({ 'webpubsub.group': groups });
      const answer = await stage.refusal(`/client/hubs/chat?access_token=${token}`);
      expect(answer).toMatchObject({
        status: 400,
        body: 'The token contains an invalid group name.',
      });
    });

    it('1.4 with the first failure in the order of the checks', async () => {
      const bad = stage.token({ 'webpubsub.group': [' '] });
      const order = [
        { target: '/client/hubs/1chat?webpubsub_mode=foo', status: 400 },
        { target: '/client/hubs/chat?webpubsub_mode=foo', status: 401 },
        { target: `/client/hubs/chat?webpubsub_mode=foo&access_token=${bad}`, status: 400 },
      ];
      for (const { target, status } of order) {
        expect((await stage.refusal(target)).status).toBe(status);
      }
      const last = await stage.refusal(order[2]?.target ?? '');
      expect(last.body).toBe('The token contains an invalid group name.');
    });
  });

  describe('asks the connect handler', () => {
    it('H20 which chooses a custom subprotocol: the client is raw', async () => {
      accept({ subprotocol: 'x.custom' });
      const upgrade = await stage.upgrade(toAsk(), offer(`${JSON_PROTOCOL}, x.custom`));
      expect(upgrade.status).toBe(101);
      expect(upgrade.headers['sec-websocket-protocol']).toBe('x.custom');
      await stage.operate('POST', '/:send', { text: 'first' });
      expect(await upgrade.text()).toBe('first');
    });

    it('1.5 which chooses among the known ones', async () => {
      accept({ subprotocol: JSON_PROTOCOL });
      const upgrade = await stage.upgrade(toAsk(), offer(`x.custom, ${JSON_PROTOCOL}`));
      expect(upgrade.headers['sec-websocket-protocol']).toBe(JSON_PROTOCOL);
      expect(JSON.parse(await upgrade.text())).toMatchObject({ event: 'connected' });
    });

    it('1.5 which chooses what was not offered: 500', async () => {
      accept({ subprotocol: 'y.custom' });
      expect((await stage.refusal(toAsk(), offer('x.custom'))).status).toBe(500);
    });

    it.each([401, 403, 400, 429, 503])('H22 which refuses with %i', async (status) => {
      stage.sink.onConnect = () => ({ accepted: false, status });
      expect(await stage.refusal(toAsk())).toMatchObject({ status, body: REJECTED });
      expect(stage.sink.connecteds).toEqual([]);
    });

    it('1.6 which throws: 500, and nothing of the error', async () => {
      stage.sink.onConnect = () => Promise.reject(new Error('secret'));
      const answer = await stage.refusal(toAsk());
      expect(answer.status).toBe(500);
      expect(answer.body).not.toContain('secret');
    });

    it('1.6 which names an invalid group: 500', async () => {
      accept({ groups: ['room', ' '] });
      expect((await stage.refusal(toAsk())).status).toBe(500);
    });

    it('H23 which changes nothing', async () => {
      accept({});
      const client = await stage.json({ groups: ['g0'] });
      expect(JSON.parse(client.connected)).toMatchObject({ userId: 'ann' });
      client.send(send('"data":1,"ackId":1', 'g0'));
      expect(await client.hear()).toBe(heard('"dataType":"json","data":1', '"ann"', 'g0'));
      expect(await client.hear()).toBe(ack(1));
    });

    it('H24 which names another user, groups and no roles', async () => {
      accept({ userId: 'zoe', groups: ['g1'], roles: [] });
      const client = await stage.json({ groups: ['g0'] });
      expect(JSON.parse(client.connected)).toMatchObject({ userId: 'zoe' });
      await stage.operate('POST', '/groups/g0/:send', { text: 'lost' });
      await stage.operate('POST', '/groups/g1/:send', { text: 'hi' });
      expect(await client.hear()).toBe(heard('"dataType":"text","data":"hi"', 'null', 'g1'));
      client.send(join(1));
      expect(await client.hear()).toBe(forbidden(1, 'join', 'room'));
    });

    it('1.6 which replaces the user by an empty name', async () => {
      accept({ userId: '' });
      const client = await stage.json();
      const { userId } = JSON.parse(client.connected) as { userId: string | null };
      // An empty name and no name are the same user: nobody.
      expect([null, '']).toContain(userId);
    });

    it('H25 which names no groups: those of the token stay', async () => {
      accept({ groups: [] });
      const client = await stage.json({ groups: ['g0'] });
      await stage.operate('POST', '/groups/g0/:send', { text: 'hi' });
      expect(await client.hear()).toBe(heard('"dataType":"text","data":"hi"', 'null', 'g0'));
    });

    it('H27 which sees the request, but no token', async () => {
      accept({ state: 'a state' });
      const upgrade = await stage.upgrade(toAsk(), {
        ...offer(`x.custom, ${JSON_PROTOCOL}`),
        Authorization: `Bearer ${stage.token()}`,
        'X-Custom': 'seen',
      });
      expect(upgrade.status).toBe(101);
      const [asked] = stage.sink.connects;
      expect(asked?.query).toMatchObject({ name: ['a', 'b'] });
      expect(asked?.query).not.toHaveProperty('access_token');
      expect(asked?.claims).toMatchObject({ sub: ['ann'], role: expect.any(Array) });
      expect(asked?.subprotocols).toEqual(['x.custom', JSON_PROTOCOL]);
      const names = Object.keys(asked?.headers ?? {}).map((name) => name.toLowerCase());
      expect(names).toContain('x-custom');
      expect(names).not.toContain('authorization');
      expect(JSON.stringify(asked)).not.toContain(stage.token().split('.')[0]);
      const connected = await stage.sink.until('connecteds');
      expect(connected).toMatchObject({
        id: 1,
        connection: { state: 'a state', connectionId: asked?.connection.connectionId },
      });
    });

    it('1.4 only when everything else is in order', async () => {
      accept({});
      await stage.refusal('/client/hubs/chat');
      await stage.refusal(`${toAsk()}&webpubsub_mode=foo`);
      expect(stage.sink.connects).toEqual([]);
    });

    it('1.4 and is not connected before it answered', async () => {
      let exists: number | undefined;
      stage.sink.onConnect = async ({ connection }) => {
        const answer = await stage.api('HEAD', `/connections/${connection.connectionId}`);
        exists = answer.status;
        return { accepted: true };
      };
      const client = await stage.json();
      expect(exists).toBe(404);
      expect((await stage.api('HEAD', `/connections/${client.id}`)).status).toBe(200);
    });
  });

  describe('that asks for a lost connection', () => {
    it.each([
      { with: 'a token', query: () => `&access_token=${stage.token()}` },
      { with: 'a bad token', query: () => '&access_token=x' },
      { with: 'nothing else', query: () => '' },
      { with: 'a broken mode', query: () => '&webpubsub_mode=foo' },
    ])('1.4 is accepted with $with, and closed with 1008', async ({ query }) => {
      const upgrade = await stage.upgrade(
        `/client/hubs/chat?awps_connection_id=gone&awps_reconnection_token=x${query()}`,
        offer(JSON_PROTOCOL),
      );
      expect(upgrade.status).toBe(101);
      expect(await upgrade.raw.closeFrame()).toEqual({
        code: 1008,
        reason: 'The connection could not be recovered.',
      });
      expect([...stage.sink.connects, ...stage.sink.connecteds]).toEqual([]);
    });

    it('4.1 is closed with 1008 when the connection is a raw one', async () => {
      const client = await stage.raw();
      const upgrade = await stage.upgrade(`/client/hubs/chat?awps_connection_id=${client.id}`);
      expect(await upgrade.raw.closeFrame()).toMatchObject({ code: 1008 });
      await stage.operate('POST', '/:send', { text: 'still here' });
      expect(await client.hear()).toBe('still here');
    });
  });

  describe('is done when the socket opens', () => {
    it('1.9 for a REST send and an existence check', async () => {
      for (let round = 0; round < 20; round += 1) {
        const client = await stage.raw({ userId: `u${String(round)}`, groups: ['room'] });
        const [user, group] = await Promise.all([
          stage.api('HEAD', `/users/u${String(round)}`),
          stage.api('HEAD', '/groups/room'),
          stage.operate('POST', '/groups/room/:send', { text: String(round) }),
        ]);
        expect([user.status, group.status]).toEqual([200, 200]);
        expect(await client.hear()).toBe(String(round));
      }
    });

    it('1.9 and no message precedes the connected frame', async () => {
      const flooding = { isOn: true };
      const flood = (async () => {
        while (flooding.isOn) await stage.operate('POST', '/groups/room/:send', { text: 'flood' });
      })();
      for (let round = 0; round < 20; round += 1) {
        const client = await stage.json({ groups: ['room'] });
        expect(JSON.parse(client.connected)).toMatchObject({ type: 'system', event: 'connected' });
      }
      flooding.isOn = false;
      await flood;
    });

    it('1.9 for frames that came along with the request', async () => {
      const upgrade = await stage.upgrade(
        `/client/hubs/chat?access_token=${stage.token()}`,
        offer(JSON_PROTOCOL),
        join(1),
      );
      expect(JSON.parse(await upgrade.text())).toMatchObject({ event: 'connected' });
      expect(await upgrade.text()).toBe(ack(1));
    });
  });
});

describe.each(PLATFORMS)('the limits of the handshake on %s', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform, {
      module: {
        secondaryAccessKey: SECONDARY_ACCESS_KEY,
        limits: { connectionsPerHub: 2 },
        websocket: { handshakeTimeoutSeconds: 0.2 },
      },
    });
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it('1.3 takes tokens of the secondary key', async () => {
    const token = stage.token({}, SECONDARY_ACCESS_KEY);
    expect((await stage.upgrade(`/client/hubs/chat?access_token=${token}`)).status).toBe(101);
  });

  it('1.4 refuses with 429 when the hub is full, but a bad token with 401', async () => {
    await stage.json();
    const second = await stage.json();
    expect((await stage.refusal(stage.target())).status).toBe(429);
    expect((await stage.refusal('/client/hubs/chat')).status).toBe(401);
    expect((await stage.upgrade(stage.target({ hub: 'other' }))).status).toBe(101);
    second.close();
    await stage.sink.until('disconnecteds');
    await stage.json();
  });

  it('1.6 refuses with 500 when the connect handler does not answer in time', async () => {
    stage.sink.onConnect = () => deferred<ConnectAccepted>().promise;
    expect((await stage.refusal(stage.target())).status).toBe(500);
    expect(stage.sink.connecteds).toEqual([]);
  });
});
