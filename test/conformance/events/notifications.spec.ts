import { startEventStage, type EventStage } from '../../support/event-target.js';
import { ReliableClient } from '../../support/reliable.client.js';
import type { WireClient } from '../../support/wire.client.js';

const EVENT = '{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}';
const ENDED = 'The connection ended.';

describe('notifications (events.md 15.3)', () => {
  let stage: EventStage;
  beforeAll(async () => {
    stage = await startEventStage({ module: { websocket: { recoveryWindowSeconds: 0.5 } } });
  });
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  async function reasonOf(): Promise<unknown> {
    return JSON.parse((await stage.post('disconnected')).body.toString());
  }

  it('N1 connected has an empty object, once', async () => {
    const client = await stage.json({ userId: 'ana' });
    const post = await stage.post('connected');
    expect(post).toMatchObject({ method: 'POST', target: '/e/chat/connected' });
    expect(post.body.toString()).toBe('{}');
    expect(post.header('Content-Type')).toMatch(/^application\/json(; charset=utf-8)?$/);
    expect(post.header('ce-type')).toBe('azure.webpubsub.sys.connected');
    expect(post.header('ce-id')).toBe('1');
    expect(post.header('ce-userId')).toBe('ana');
    expect(post.header('ce-subprotocol')).toBe('json.webpubsub.azure.v1');
    client.close(1000);
    await stage.post('disconnected');
    expect(stage.posted).toEqual(['connect', 'connected', 'disconnected']);
  });

  it('N2 connected may fail four times: the client stays, the log knows', async () => {
    stage.answer({ connected: { status: 500 } });
    const client = await stage.json();
    await stage.post('connected', 4);
    client.send(EVENT);
    expect(await client.hearJson()).toMatchObject({ success: true });
    client.close(1000);
    await stage.post('disconnected');
    const attempts = stage.posts('connected').map(({ rawHeaders }) => rawHeaders);
    expect(attempts).toEqual(Array.from({ length: 4 }, () => attempts[0]));
    expect(stage.log.join()).toMatch(/event connected of connection .+ failed/);
  });

  it('N3 connected without an answer delays no event', async () => {
    stage.answer({ connected: 'hang' });
    const client = await stage.json();
    await stage.post('connected');
    client.send(EVENT);
    expect(await client.hearJson()).toMatchObject({ type: 'ack', success: true });
  });

  it.each<[string, (client: WireClient) => void, string]>([
    ['N4 closes with a text', (client) => client.close(1000, 'bye'), 'bye'],
    ['N4 closes with a text outside ASCII', (client) => client.close(1000, 'tschüß'), 'tschüß'],
    ['5.4 closes without a text', (client) => client.close(1000), ENDED],
    ['5.4 closes without a code', (client) => client.close(), ENDED],
    ['5.4 goes without a word', (client) => client.socket.terminate(), ENDED],
  ])('%s: disconnected says so', async (_, leave, reason) => {
    leave(await stage.json());
    expect(await reasonOf()).toEqual({ reason });
    const post = await stage.post('disconnected');
    expect(post.header('ce-type')).toBe('azure.webpubsub.sys.disconnected');
    expect(post.header('ce-id')).toBe('2');
  });

  it.each([
    ['one connection', (id: string) => ['DELETE', `/connections/${id}`] as const],
    ['all connections', () => ['POST', '/:closeConnections'] as const],
  ])('N5 the server closes %s', async (_, operation) => {
    const client = await stage.json();
    const [method, path] = operation(client.id);
    await stage.operate(method, path, { query: { reason: 'Done' } });
    expect(await reasonOf()).toEqual({
      reason: 'Application server closed the connection. Reason: Done',
    });
  });

  it('5.4 a violation of the protocol has the reason of its Close', async () => {
    const client = await stage.json();
    client.send('{oops');
    const { reason } = await client.closed;
    expect(reason).not.toBe('');
    expect(await reasonOf()).toEqual({ reason });
  });

  it('N6 a reliable client that comes back raises nothing', async () => {
    const client = await ReliableClient.connect(stage);
    await stage.post('connected');
    await client.cut();
    await client.recover();
    client.send({ type: 'event', event: 'e1', dataType: 'text', data: 'x', ackId: 1 });
    await client.wire.hear();
    expect(stage.posted).toEqual(['connect', 'connected', 'e1']);
    client.wire.close(1000, 'bye');
    expect(await reasonOf()).toEqual({ reason: 'bye' });
  });

  it('N7 a reliable client that stays away is gone in the end', async () => {
    const client = await ReliableClient.connect(stage);
    await client.cut();
    expect(await reasonOf()).toEqual({ reason: 'The connection recovery timeout expired.' });
    expect((await stage.post('disconnected')).header('ce-connectionId')).toBe(client.id);
  });

  it('N8 the state of an answer does not count', async () => {
    stage.answer({ connected: { status: 204, headers: [['ce-connectionState', 'S']] } });
    const client = await stage.json();
    await stage.post('connected');
    client.send(EVENT);
    await client.hear();
    expect((await stage.post('e1')).header('ce-connectionState')).toBeUndefined();
  });

  it('2.9 the cookies of an answer do', async () => {
    stage.answer({ connected: { status: 204, headers: [['Set-Cookie', 'r=1']] } });
    const client = await stage.json();
    const { aborted } = await stage.post('connected');
    expect(await aborted).toBe(false);
    client.send(EVENT);
    await client.hear();
    expect((await stage.post('e1')).header('Cookie')).toBe('r=1');
  });

  it('N9 a client that leaves at once has both', async () => {
    const raw = await stage.rawSocket();
    raw.destroy();
    await Promise.all([stage.post('connected'), stage.post('disconnected')]);
    expect(new Set(stage.posted)).toEqual(new Set(['connect', 'connected', 'disconnected']));
    expect(stage.posted).toHaveLength(3);
  });

  it('5.4 whoever is told that a client has gone finds it gone', async () => {
    let status: number | undefined;
    stage.answer({
      disconnected: async (post) => {
        const path = `/connections/${post.header('ce-connectionId')}`;
        ({ status } = await stage.api('HEAD', path));
        return { status: 204 };
      },
    });
    const client = await stage.json();
    client.close(1000);
    await (
      await stage.post('disconnected')
    ).aborted;
    expect(status).toBe(404);
  });

  it('11.1 changes of groups are told where somebody asks for them', async () => {
    const groupPresenceEvents = { eventNames: ['joined', 'left'] as const, groupFilters: ['r*'] };
    stage.use({ eventHandlers: [stage.handler({ systemEvents: [], groupPresenceEvents })] });
    const client = await stage.json({ groups: ['room', 'other'] });
    const joined = await stage.post('joined');
    expect(joined.header('ce-type')).toBe('azure.webpubsub.gp.joined');
    expect(joined.body.toString()).toBe('{"group":"room"}');
    client.send('{"type":"leaveGroup","group":"room"}');
    const left = await stage.post('left');
    expect(left.header('ce-type')).toBe('azure.webpubsub.gp.left');
    expect(left.body.toString()).toBe('{"group":"room"}');
    await client.expectQuiet();
    expect(stage.posted).toEqual(['joined', 'left']);
  });
});
