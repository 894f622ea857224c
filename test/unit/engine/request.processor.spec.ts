import type { Backplane } from '../../../lib/backplane/backplane.interface.js';
import { MemoryBackplane } from '../../../lib/backplane/memory/memory.backplane.js';
import type { Connection } from '../../../lib/engine/connection.js';
import type { EngineOptions } from '../../../lib/engine/engine.js';
import { textPayload } from '../../../lib/engine/payload.js';
import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import type {
  EventRequest,
  SendToGroupRequest,
  UpstreamMessage,
} from '../../../lib/engine/upstream-message.js';
import { deferred } from '../../support/deferred.js';
import { nextTurn } from './support/fake.channel.js';
import { EngineRig, lines, type Client } from './support/engine.rig.js';
import { bareLineProtocol } from './support/line.protocol.js';

let rig: EngineRig;

async function start(options: Partial<EngineOptions> = {}): Promise<void> {
  rig = await EngineRig.started(options);
}

beforeEach(() => start());

afterEach(async () => {
  await rig.engine.stop();
});

function process(connection: Connection, message: UpstreamMessage): Promise<void> | undefined {
  return rig.engine.serve('chat').processor.process(connection, message);
}

/** Processes one message after the other, and hands out what the client was sent since. */
async function ask(client: Client, ...messages: UpstreamMessage[]): Promise<string[]> {
  await nextTurn();
  const before = lines(client).length;
  for (const message of messages) await process(client.connection, message);
  await nextTurn();
  return lines(client).slice(before);
}

/** Leaves out `ackId` where there is none, as the codecs do. */
function acked(ackId: number | bigint | undefined): { ackId?: bigint } {
  return ackId === undefined ? {} : { ackId: BigInt(ackId) };
}

function join(group: string, ackId?: number | bigint): UpstreamMessage {
  return { type: 'joinGroup', group, ...acked(ackId) };
}

function leave(group: string, ackId?: number | bigint): UpstreamMessage {
  return { type: 'leaveGroup', group, ...acked(ackId) };
}

function send(
  group: string,
  ackId?: number | bigint,
  more: Partial<SendToGroupRequest> = {},
): SendToGroupRequest {
  return {
    type: 'sendToGroup',
    group,
    payload: textPayload('hi'),
    noEcho: false,
    ttlSeconds: 0,
    ...acked(ackId),
    ...more,
  };
}

function event(name: string, ackId?: number | bigint): EventRequest {
  return { type: 'event', event: name, payload: textPayload('data'), ...acked(ackId) };
}

const OK: UserEventOutcome = { handled: true, replies: [] };

describe('RequestProcessor', () => {
  it('J01 answers a ping', async () => {
    const client = await rig.connect();
    expect(await ask(client, { type: 'ping' })).toEqual(['pong']);
  });

  it('J41 ignores a sequenceAck where nothing is numbered', async () => {
    const client = await rig.connect();
    expect(await ask(client, { type: 'sequenceAck', sequenceId: 1n })).toEqual([]);
  });

  it('takes no turn of the loop for what it can do at once', async () => {
    const { connection } = await rig.connect();
    for (const message of [join('g', 1), send('g', 2), leave('g', 3), event('nobody', 4)]) {
      expect(process(connection, message)).toBeUndefined();
    }
  });

  describe('joining and leaving', () => {
    it('J02, J04, J05 are idempotent and acked', async () => {
      const client = await rig.connect();
      const requests = [join('g', 1), join('g', 2), leave('g', 3), leave('g', 4)];
      expect(await ask(client, ...requests)).toEqual(['ack 1', 'ack 2', 'ack 3', 'ack 4']);
      expect(client.connection.groups.size).toBe(0);
    });

    it('J06, J09 happen without an ack too', async () => {
      const client = await rig.connect();
      expect(await ask(client, join('g'))).toEqual([]);
      expect(client.connection.groups.size).toBe(1);
      expect(await ask(client, leave('g'))).toEqual([]);
      expect(client.connection.groups.size).toBe(0);
    });

    it('J07, J08 are acked with any number of 64 bits', async () => {
      const client = await rig.connect();
      const answers = await ask(client, join('g', 0), join('g', 18446744073709551615n));
      expect(answers).toEqual(['ack 0', 'ack 18446744073709551615']);
    });

    it('have no more room than a connection may take', async () => {
      await rig.engine.stop();
      await start({ limits: { groupsPerConnection: 2 } });
      const client = await rig.connect({ groups: ['a'] });
      expect(await ask(client, join('b', 1), join('c', 2), join('a', 3))).toEqual([
        'ack 1',
        'ack 2 BadRequest: The client is in 2 groups already.',
        'ack 3',
      ]);
      expect(await ask(client, leave('a', 4), join('c', 2))).toEqual(['ack 4', 'ack 2']);
    });
  });

  describe('permissions', () => {
    it('P01, P02, P03 are needed', async () => {
      const client = await rig.connect({ roles: [] });
      expect(await ask(client, join('room', 1), leave('room', 2), send('room', 3))).toEqual([
        "ack 1 Forbidden: The client does not have permission to join group 'room'.",
        "ack 2 Forbidden: The client does not have permission to leave group 'room'.",
        "ack 3 Forbidden: The client does not have permission to send to group 'room'.",
      ]);
    });

    it('P04 are missed in silence without an ack, and nothing is done', async () => {
      const client = await rig.connect({ roles: [], groups: ['old'] });
      const watcher = await rig.connect({ groups: ['room'] });
      expect(await ask(client, join('room'), leave('old'), send('room'))).toEqual([]);
      expect(Array.from(client.connection.groups, ({ name }) => name)).toEqual(['old']);
      expect(lines(watcher)).toHaveLength(1);
      expect(client.connection.isOpen).toBe(true);
    });

    it('of one kind are not those of the other', async () => {
      const client = await rig.connect({ roles: ['webpubsub.sendToGroup'] });
      const answers = await ask(client, send('room', 1), join('room', 2));
      expect(answers).toEqual(['ack 1', expect.stringMatching(/^ack 2 Forbidden/)]);
    });
  });

  describe('sending', () => {
    it('J14 reaches a sender who is a member before its ack', async () => {
      const client = await rig.connect({ groups: ['g'] });
      expect(await ask(client, send('g', 1))).toEqual(['group hi', 'ack 1']);
    });

    it('J15, J16 leaves out the sending connection alone', async () => {
      const sender = await rig.connect({ userId: 'ann', groups: ['g'] });
      const other = await rig.connect({ userId: 'ann', groups: ['g'] });
      expect(await ask(sender, send('g', 1, { noEcho: true }))).toEqual(['ack 1']);
      expect(lines(other)).toContain('group hi');
    });

    it('J17, J18 needs neither members nor membership', async () => {
      const sender = await rig.connect();
      const member = await rig.connect({ groups: ['g'] });
      expect(await ask(sender, send('empty', 1), send('g', 2))).toEqual(['ack 1', 'ack 2']);
      expect(lines(member)).toContain('group hi');
    });

    it.each([
      ['ann', 'ann'],
      ['', ''],
      [undefined, null],
    ])('says that %j sent it (J57)', async (userId, fromUserId) => {
      const published: unknown[] = [];
      rig.backplane.publish = (_hub, _subject, command): undefined => {
        published.push(command);
      };
      const { connection } = await rig.connect(userId === undefined ? {} : { userId });
      const metadata = new Map([['k', 'v']]);
      await process(connection, send('g', 1, { metadata, ttlSeconds: 30 }));
      await process(connection, send('g', 2));
      const origin = { from: 'group', group: 'g', fromUserId };
      const payload = textPayload('hi');
      expect(published).toMatchObject([
        { message: { origin, payload, metadata, expiresAt: rig.now + 30_000 } },
        { message: { origin, payload, metadata: undefined, expiresAt: 0 } },
      ]);
    });
  });

  describe('ack memory (5.6)', () => {
    it('J03 knows a number that succeeded, and does nothing again', async () => {
      const client = await rig.connect({ groups: ['g'] });
      expect(await ask(client, send('g', 1), send('g', 1))).toEqual([
        'group hi',
        'ack 1',
        'ack 1 Duplicate: Message with ack-id: 1 has been processed',
      ]);
    });

    it('J11 does not remember what failed', async () => {
      const client = await rig.connect({ roles: [] });
      expect(await ask(client, join('g', 1))).toEqual([expect.stringMatching(/^ack 1 Forbidden/)]);
      client.connection.permissions.change('joinLeaveGroup', true, 'g');
      expect(await ask(client, join('g', 1))).toEqual(['ack 1']);
    });

    it('J12 forgets the oldest of 1001', async () => {
      const client = await rig.connect();
      const requests = Array.from({ length: 1001 }, (_, index) => join('g', index + 1));
      await ask(client, ...requests);
      expect(await ask(client, join('g', 2), join('g', 1))).toEqual([
        'ack 2 Duplicate: Message with ack-id: 2 has been processed',
        'ack 1',
      ]);
    });

    it('J13 has one number space for all kinds of requests', async () => {
      rig.events.onUserEvent = () => OK;
      const client = await rig.connect();
      const duplicate = 'ack 5 Duplicate: Message with ack-id: 5 has been processed';
      const answers = await ask(client, join('g', 5), event('e', 5), leave('g', 5), send('g', 5));
      expect(answers).toEqual(['ack 5', duplicate, duplicate, duplicate]);
      expect(rig.events.userEvents).toEqual([]);
      expect(client.connection.groups.size).toBe(1);
    });

    it('looks for a duplicate before it looks for a permission (15.4)', async () => {
      const client = await rig.connect();
      await ask(client, send('g', 1));
      client.connection.permissions.change('sendToGroup', false, 'g');
      expect(await ask(client, send('g', 1), send('g', 2))).toEqual([
        expect.stringMatching(/^ack 1 Duplicate/),
        expect.stringMatching(/^ack 2 Forbidden/),
      ]);
    });

    it('belongs to one connection', async () => {
      const [one, other] = [await rig.connect(), await rig.connect()];
      await ask(one, join('g', 1));
      expect(await ask(other, join('g', 1))).toEqual(['ack 1']);
    });

    it('is not made for clients that want no acks', async () => {
      const client = await rig.connect();
      await ask(client, join('g'), send('g'));
      expect(client.connection.ackMemory).toBeUndefined();
    });
  });

  describe('events', () => {
    it('are told to the handler with all that belongs to them', async () => {
      rig.events.onUserEvent = () => OK;
      const client = await rig.connect({ id: 'c1', userId: 'ann' });
      const metadata = new Map([['k', 'v']]);
      await ask(client, { ...event('order.new', 1), metadata }, event('e'));
      const connection = { hub: 'chat', connectionId: 'c1', userId: 'ann' };
      expect(rig.events.userEvents).toMatchObject([
        { connection, id: 1, event: 'order.new', payload: textPayload('data'), metadata },
        { connection, id: 2, event: 'e', metadata: undefined },
      ]);
    });

    it('J45 are answered before they are acked', async () => {
      const replies = ['one', 'two'].map((text) => ({ payload: textPayload(text) }));
      rig.events.onUserEvent = () => ({ handled: true, replies });
      const client = await rig.connect();
      expect(await ask(client, event('e', 1))).toEqual(['server one', 'server two', 'ack 1']);
    });

    it('J48, J52 are acked without an answer', async () => {
      rig.events.onUserEvent = () => OK;
      const client = await rig.connect();
      expect(await ask(client, event('e', 1), event('e'))).toEqual(['ack 1']);
    });

    it('J42 fail when nobody handles them, as often as they are raised', async () => {
      const client = await rig.connect();
      const failure = 'ack 7 InternalServerError: Internal server error';
      expect(await ask(client, event('e', 7), event('e', 7))).toEqual([failure, failure]);
    });

    it.each<[string, () => UserEventOutcome | Promise<UserEventOutcome>, number]>([
      ['says that it failed', () => ({ handled: false }), 0],
      ['throws', () => Promise.reject(new Error('secret')), 1],
    ])('J50 fail without a detail when the handler %s', async (_what, answer, logged) => {
      rig.events.onUserEvent = answer;
      const client = await rig.connect();
      expect(await ask(client, event('e', 1))).toEqual([
        'ack 1 InternalServerError: Internal server error',
      ]);
      expect(rig.diagnostics.errors).toHaveLength(logged);
      rig.events.onUserEvent = () => OK;
      expect(await ask(client, event('e', 1))).toEqual(['ack 1']);
    });

    it('J43 fail in silence without an ack, and the connection stays', async () => {
      const client = await rig.connect();
      expect(await ask(client, event('nobody'))).toEqual([]);
      expect(client.connection.isOpen).toBe(true);
    });

    it('set the state that later events carry', async () => {
      const states = ['first', undefined, ''];
      rig.events.onUserEvent = () => {
        const state = states.shift();
        return state === undefined ? OK : { ...OK, state };
      };
      const client = await rig.connect();
      await ask(client, event('e'), event('e'), event('e'), event('e'));
      const seen = rig.events.userEvents.map(({ connection }) => connection.state);
      expect(seen).toEqual([undefined, 'first', 'first', '']);
    });

    it('hold up the next message until they are done (3.6)', async () => {
      const outcome = deferred<UserEventOutcome>();
      rig.events.onUserEvent = () => outcome.promise;
      const client = await rig.connect();
      const work = process(client.connection, event('e', 1));
      expect(work).toBeInstanceOf(Promise);
      await nextTurn();
      expect(lines(client)).toHaveLength(1);
      outcome.resolve(OK);
      await work;
      await nextTurn();
      expect(lines(client).slice(1)).toEqual(['ack 1']);
    });

    it('tell their handler when the connection ends, and answer nobody then', async () => {
      const outcome = deferred<UserEventOutcome>();
      let signal: AbortSignal | undefined;
      rig.events.userEvent = (_event, given) => {
        signal = given;
        return outcome.promise;
      };
      const client = await rig.connect();
      const work = process(client.connection, event('e', 1));
      expect(signal?.aborted).toBe(false);
      client.connection.closeByApplication(undefined);
      expect(signal?.aborted).toBe(true);
      outcome.resolve({ handled: true, replies: [{ payload: textPayload('late') }] });
      await work;
      await nextTurn();
      expect(lines(client).slice(1)).toEqual([
        'disconnected Application server closed the connection.',
      ]);
    });
  });

  describe('a failure without an ack (5.7, U3)', () => {
    it('closes with its reason where that was chosen', async () => {
      await rig.engine.stop();
      await start({ unacknowledgedFailure: 'close' });
      const client = await rig.connect({ roles: [] });
      expect(await ask(client, join('g', 1), join('g'))).toEqual([
        expect.stringMatching(/^ack 1 Forbidden/),
        "disconnected The client does not have permission to join group 'g'.",
      ]);
      expect(client.channel.closes).toEqual([{ code: 1000, reason: '', graceMs: 5000 }]);
    });

    it.each(['ignore', 'close'] as const)(
      'closes with the code of a protocol that has one, whether or not %j was chosen',
      async (unacknowledgedFailure) => {
        await rig.engine.stop();
        await start({ unacknowledgedFailure });
        const client = await rig.connect({ roles: [], protocol: bareLineProtocol });
        expect(await ask(client, send('g'))).toEqual([]);
        expect(client.channel.closes).toEqual([{ code: 1011, reason: 'Forbidden', graceMs: 5000 }]);
      },
    );
  });

  describe('on a backplane that takes its time', () => {
    it('acks a join when no message can be missed any more, and logs why it failed', async () => {
      const subscribed: { resolve: () => void; reject: (why: Error) => void }[] = [];
      const backplane: Backplane = new MemoryBackplane();
      await rig.engine.stop();
      await start({ backplane });
      const client = await rig.connect();
      backplane.subscribe = () =>
        new Promise((resolve, reject) => subscribed.push({ resolve, reject }));
      const joined = process(client.connection, join('g', 1));
      const failed = process(client.connection, join('h', 2));
      await nextTurn();
      expect(lines(client)).toHaveLength(1);
      subscribed[0]?.resolve();
      await joined;
      const cause = new Error('the link is down');
      subscribed[1]?.reject(cause);
      await failed;
      await nextTurn();
      expect(lines(client).slice(1)).toEqual([
        'ack 1',
        'ack 2 InternalServerError: Internal server error',
      ]);
      expect(rig.diagnostics.errors).toEqual([{ message: expect.any(String), cause }]);
    });
  });
});
