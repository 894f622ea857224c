import { getHubToken, type WebPubSubHub } from 'nestjs-web-pubsub';
import { PLATFORMS } from '../../support/platforms.js';
import { ReliableClient } from '../../support/reliable.client.js';
import { startStage, type Stage } from '../../support/stage.js';

const LOST = { code: 1008, reason: 'The connection could not be recovered.' };
const GROUP = { groups: ['room'] };

describe.each(PLATFORMS)('json.reliable.webpubsub.azure.v1 on %s', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform, { module: { websocket: { recoveryWindowSeconds: 2 } } });
  });

  afterAll(async () => {
    await stage.close();
  });

  const clients: ReliableClient[] = [];

  async function connect(persona = GROUP): Promise<ReliableClient> {
    const client = await ReliableClient.connect(stage, persona);
    clients.push(client);
    return client;
  }

  // A normal close ends the connection for good, so that the stage is empty after each test.
  afterEach(async () => {
    for (const { id } of clients.splice(0)) await stage.api('DELETE', `/connections/${id}`);
    await stage.clear();
  });

  const send = async (...texts: string[]): Promise<void> => {
    for (const text of texts) await stage.api('POST', '/groups/room/:send', { text });
  };

  /** The same from inside, many times as fast. */
  const flood = async (count: number): Promise<void> => {
    const chat = stage.host.app.get<WebPubSubHub>(getHubToken('chat'));
    for (let sent = 0; sent < count; sent += 1) await chat.sendToGroup('room', sent);
  };

  const expectAlive = async (client: ReliableClient): Promise<void> => {
    await client.wire.expectQuiet();
  };

  it('R01 the connected frame carries a token', async () => {
    const client = await connect();
    expect(client.token).not.toBe('');
    expect(client.id).not.toBe('');
  });

  it('R02 numbers messages from 1', async () => {
    const client = await connect();
    await send('a', 'b', 'c');
    expect(await client.hearMany(3)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  it('R03 acks and pongs carry no number and leave no gap', async () => {
    const client = await connect();
    await send('a');
    expect(await client.hearMany(1)).toEqual([[1, 'a']]);
    client.send({ type: 'joinGroup', group: 'other', ackId: 1 });
    expect(await client.wire.hear()).toBe('{"type":"ack","ackId":1,"success":true}');
    await expectAlive(client);
    await send('b');
    expect(await client.hearMany(1)).toEqual([[2, 'b']]);
  });

  it('R04 each member has its own numbers', async () => {
    const first = await connect();
    await send('only one');
    const second = await connect();
    await send('both');
    expect(await first.hearMany(2)).toEqual([
      [1, 'only one'],
      [2, 'both'],
    ]);
    expect(await second.hearMany(1)).toEqual([[1, 'both']]);
  });

  it('R05 sends again what was not confirmed, byte for byte, and goes on', async () => {
    const client = await connect();
    await stage.api('POST', '/groups/room/:send', { json: '{"n":12345678901234567890.0}' });
    const first = await client.wire.hear();
    await client.cut();
    await client.recover();
    expect(await client.wire.hear()).toBe(first);
    await send('live');
    expect(await client.hearMany(1)).toEqual([[2, 'live']]);
  });

  it.each<[string, number, number, string[]]>([
    ['R06 confirmed: nothing', 1, 1, []],
    ['R07 a number beyond what was sent: nothing', 3, 99, []],
    ['R08 up to 3 of 5: 4 and 5', 5, 3, ['4', '5']],
  ])('%s is sent again', async (_case, count, confirmed, again) => {
    const client = await connect();
    await send(...Array.from({ length: count }, (_, index) => String(index + 1)));
    await client.hearMany(count);
    client.send({ type: 'sequenceAck', sequenceId: confirmed });
    await expectAlive(client);
    await client.cut();
    await client.recover();
    expect(await client.hearMany(again.length)).toEqual(again.map((data) => [Number(data), data]));
    await expectAlive(client);
  });

  it('R09 keeps what is sent meanwhile, in order', async () => {
    const client = await connect();
    await send('before');
    await client.hearMany(1);
    client.send({ type: 'sequenceAck', sequenceId: 1 });
    await expectAlive(client);
    await client.cut();
    await send('x', 'y', 'z');
    await client.recover();
    expect(await client.hearMany(3)).toEqual([
      [2, 'x'],
      [3, 'y'],
      [4, 'z'],
    ]);
  });

  it('R10 groups, roles and ack ids are as they were', async () => {
    const client = await connect();
    const join = { type: 'joinGroup', group: 'more', ackId: 7 };
    client.send(join);
    await client.wire.hear();
    await client.cut();
    await client.recover();
    client.send(join);
    expect(await client.wire.hearJson()).toMatchObject({
      success: false,
      error: { name: 'Duplicate' },
    });
    await stage.api('POST', '/groups/more/:send', { text: 'still in' });
    expect(await client.hearMany(1)).toEqual([[1, 'still in']]);
    client.send({ type: 'sendToGroup', group: 'more', dataType: 'text', data: 'may', ackId: 8 });
    expect(await client.hearMany(1)).toEqual([[2, 'may']]);
  });

  it('a second, third and tenth recovery work like the first', async () => {
    const client = await connect();
    for (let round = 1; round <= 10; round += 1) {
      await client.cut();
      await send(String(round));
      await client.recover();
      const expected = Array.from({ length: round }, (_, index) => [index + 1, String(index + 1)]);
      expect(await client.hearMany(round)).toEqual(expected);
    }
  });

  it('an older token of the connection is still good', async () => {
    const client = await connect();
    const { token } = client;
    await client.cut();
    await client.recover();
    client.token = token;
    await client.cut();
    await client.recover();
    await expectAlive(client);
  });

  describe('R11, R12 what does not recover', () => {
    it.each<[string, (own: ReliableClient, other: ReliableClient) => string]>([
      ['a bad token', (own) => own.recoveryUrl({ token: 'nonsense' })],
      [
        'a token with a changed code',
        (own) => own.recoveryUrl({ token: `${own.token.slice(0, -2)}AA` }),
      ],
      [
        'a token with a later end',
        (own) => own.recoveryUrl({ token: `zzzzzzzz.${own.token.split('.')[1]}` }),
      ],
      ['an unknown id', (own) => own.recoveryUrl({ id: 'f'.repeat(32) })],
      ['no token', (own) => own.recoveryUrl({ token: '' })],
      ["another connection's token", (own, other) => own.recoveryUrl({ token: other.token })],
      ['R14 another hub', (own) => own.recoveryUrl({ hub: 'other' })],
      ['a huge token', (own) => own.recoveryUrl({ token: 'x'.repeat(5000) })],
    ])('%s, and the connection itself goes on', async (_what, url) => {
      const [own, other] = [await connect(), await connect()];
      expect(await ReliableClient.refusal(url(own, other))).toEqual(LOST);
      await expectAlive(own);
    });

    it.each(['json', 'raw'] as const)('R28 a connection of a %s client', async (kind) => {
      const own = await connect();
      const plain = await stage[kind]();
      const url = own.recoveryUrl({ id: plain.id });
      expect(await ReliableClient.refusal(url)).toEqual(LOST);
    });
  });

  it('R13 the hub is found in any letter case', async () => {
    const client = await connect();
    const { code } = await Promise.race([
      ReliableClient.refusal(client.recoveryUrl({ hub: 'CHAT' })),
      client.wire.closed,
    ]);
    expect(code).toBe(1006);
  });

  it('R15 offering nothing it is reliable JSON as before', async () => {
    const client = await connect();
    await client.cut();
    await send('kept');
    await client.recover([]);
    expect(await client.hearMany(1)).toEqual([[1, 'kept']]);
  });

  it('R15 offering another protocol it is answered, and served, its own', async () => {
    const client = await connect();
    await client.cut();
    await send('kept');
    // On a bare socket: `ws` as a client refuses a name that it has not offered.
    const target = client.recoveryUrl().replace(/^ws:\/\/[^/]+/, '');
    const offered = { 'Sec-WebSocket-Protocol': 'json.webpubsub.azure.v1' };
    const upgrade = await stage.upgrade(target, offered);
    expect(upgrade.headers['sec-websocket-protocol']).toBe('json.reliable.webpubsub.azure.v1');
    expect(await upgrade.text()).toContain('"reconnectionToken"');
    expect(await upgrade.text()).toContain('"sequenceId":1');
  });

  it('R16 takes over from a socket that is still open', async () => {
    const client = await connect();
    const old = client.wire;
    await client.recover();
    expect((await old.closed).code).toBe(1006);
    await send('new socket');
    expect(await client.hearMany(1)).toEqual([[1, 'new socket']]);
  });

  it('R17 an expired access token in the URL does not matter', async () => {
    const exp = Math.floor(Date.now() / 1000) - 299;
    const client = await ReliableClient.connect(stage, { ...GROUP, claims: { exp } });
    clients.push(client);
    await client.cut();
    await client.recover();
    await expectAlive(client);
  });

  it.each([
    ['R18 1000', 1000],
    ['U18 an empty close frame', undefined],
  ])('%s from the client is final', async (_what, code) => {
    const client = await connect();
    client.wire.close(code);
    await client.wire.closed;
    expect(await ReliableClient.refusal(client.recoveryUrl())).toEqual(LOST);
  });

  it('R19 4000 from the client is not', async () => {
    const client = await connect();
    client.wire.close(4000);
    await client.wire.closed;
    await client.recover();
    await expectAlive(client);
  });

  it('R20 when the window is over it is gone, and disconnected is raised once', async () => {
    const client = await connect();
    await client.cut();
    const gone = await stage.sink.until('disconnecteds');
    expect(gone.reason).toBe('The connection recovery timeout expired.');
    expect(await ReliableClient.refusal(client.recoveryUrl())).toEqual(LOST);
    expect(stage.sink.disconnecteds).toHaveLength(1);
    expect((await stage.api('HEAD', `/connections/${client.id}`)).status).toBe(404);
  });

  it.each([
    ['R21 attached', false],
    ['R22, G10 detached', true],
  ])('a close over REST is final: %s', async (_what, isDetached) => {
    const client = await connect();
    if (isDetached) await client.cut();
    expect((await stage.api('DELETE', `/connections/${client.id}`)).status).toBe(204);
    expect(await ReliableClient.refusal(client.recoveryUrl())).toEqual(LOST);
    expect((await stage.sink.until('disconnecteds')).reason).toBe(
      'Application server closed the connection.',
    );
  });

  it('R23 a recovery raises no event; D8 a detached connection exists', async () => {
    const client = await connect();
    await client.cut();
    expect((await stage.api('HEAD', `/connections/${client.id}`)).status).toBe(200);
    expect((await stage.api('HEAD', '/groups/room')).status).toBe(200);
    await client.recover();
    expect(stage.sink.connecteds).toHaveLength(1);
    expect(stage.sink.disconnecteds).toHaveLength(0);
  });

  it('R24, U31 exactly 1000 unconfirmed are kept; one more ends it', async () => {
    const client = await connect();
    await client.cut();
    await flood(1000);
    await client.recover();
    expect((await client.hearMany(1000)).at(-1)?.[0]).toBe(1000);
    await send('too much');
    expect(await client.wire.closed).toEqual({
      code: 1008,
      reason: 'The reliable message buffer is full.',
    });
    expect(await ReliableClient.refusal(client.recoveryUrl())).toEqual(LOST);
  });

  it('R25 who confirms can go on for ever', async () => {
    const client = await connect();
    for (const last of [999, 1998]) {
      await flood(999);
      await client.hearMany(999);
      client.send({ type: 'sequenceAck', sequenceId: last });
      await expectAlive(client);
    }
  });

  it('R26 more than 16 MiB unconfirmed end it', async () => {
    const client = await connect();
    const bytes = Buffer.alloc(1024 * 1024);
    const closed = client.wire.closed;
    for (let count = 0; count < 13; count += 1) {
      await stage.api('POST', '/groups/room/:send', { bytes });
    }
    expect((await closed).code).toBe(1008);
  });

  it.each(['{"type":"sequenceAck"}', '{"type":"sequenceAck","sequenceId":"1"}', 'nonsense'])(
    'R27 %s ends it for good',
    async (frame) => {
      const client = await connect();
      client.wire.send(frame);
      expect((await client.wire.closed).code).toBe(1007);
      expect(await ReliableClient.refusal(client.recoveryUrl())).toEqual(LOST);
    },
  );

  it('R29 the answer of a handler is kept like any message, and the handler is not asked again', async () => {
    stage.sink.onUserEvent = () => ({
      handled: true,
      replies: [{ payload: { dataType: 'text', bytes: Buffer.from('answer') } }],
    });
    const client = await connect();
    client.send({ type: 'event', event: 'ask', dataType: 'text', data: '', ackId: 1 });
    expect(await client.hearMany(1)).toEqual([[1, 'answer']]);
    await client.cut();
    await client.recover();
    expect(await client.hearMany(1)).toEqual([[1, 'answer']]);
    expect(stage.sink.userEvents).toHaveLength(1);
  });

  it('F19 what was granted stays granted', async () => {
    const client = await ReliableClient.connect(stage, { roles: [] });
    clients.push(client);
    const path = `/permissions/sendToGroup/connections/${client.id}`;
    await stage.api('PUT', path, { query: { targetName: 'g1' } });
    await client.cut();
    await client.recover();
    expect((await stage.api('HEAD', path, { query: { targetName: 'g1' } })).status).toBe(200);
  });

  it.each([
    ['N07 1: dropped after a second', '1', [[2, 'later']]],
    [
      'N08 0: kept',
      '0',
      [
        [1, 'short'],
        [2, 'later'],
      ],
    ],
  ])('a time to live of %s', async (_what, messageTtlSeconds, expected) => {
    const client = await connect();
    await client.cut();
    const query = { messageTtlSeconds };
    await stage.api('POST', '/groups/room/:send', { text: 'short', query });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await send('later');
    await client.recover();
    expect(await client.hearMany(expected.length)).toEqual(expected);
  });

  it('a message that was received before the cut is done, and its answers are kept', async () => {
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      stage.sink.onUserEvent = async () => {
        resolve();
        await new Promise<void>((done) => (answer = done));
        const payload = { dataType: 'text' as const, bytes: Buffer.from('late answer') };
        return { handled: true, replies: [{ payload }] };
      };
    });
    const client = await connect();
    client.send({ type: 'event', event: 'ask', dataType: 'text', data: '' });
    await asked;
    await client.cut();
    await client.recover();
    client.wire.send('{"type":"ping"}');
    answer?.();
    expect(await client.hearMany(1)).toEqual([[1, 'late answer']]);
    expect(await client.wire.hear()).toBe('{"type":"pong"}');
  });
});
