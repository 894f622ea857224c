import { jest } from '@jest/globals';
import { Message } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { FakeChannel, nextTurn } from './support/fake.channel.js';
import { EngineRig, lines, type Client } from './support/engine.rig.js';
import { bareLineProtocol, lineProtocol, reliableLineProtocol } from './support/line.protocol.js';

const RECOVERY_WINDOW_MS = 30_000;

let rig: EngineRig;

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
  rig = await EngineRig.started();
});

afterEach(async () => {
  await rig.engine.stop();
  jest.useRealTimers();
});

function sendTo({ connection }: Client, ...texts: string[]): void {
  for (const text of texts) {
    connection.deliver(new Message({ origin: { from: 'server' }, payload: textPayload(text) }));
  }
}

/** The client comes back on another socket. */
async function recover({ connection }: Client): Promise<Client> {
  const channel = new FakeChannel();
  connection.recover(channel);
  connection.drained(channel);
  await nextTurn();
  return { connection, channel };
}

function reasons(): string[] {
  return rig.events.disconnecteds.map(({ reason }) => reason);
}

describe('Connection', () => {
  it('greets its client before anything else', async () => {
    const client = await rig.connectBlocked({ id: 'c1' });
    sendTo(client, 'one');
    client.connection.drained(client.channel);
    expect(lines(client)).toEqual(['connected c1', 'server one']);
  });

  it('counts its events from 1', async () => {
    const { connection } = await rig.connect();
    expect([1, 2, 3].map(() => connection.nextEventId())).toEqual([1, 2, 3]);
  });

  it('says who it is', async () => {
    const { connection } = await rig.connect({ id: 'c1', userId: 'ann' });
    connection.state = 's';
    expect(connection.info).toEqual({
      hub: 'chat',
      connectionId: 'c1',
      userId: 'ann',
      subprotocol: undefined,
      state: 's',
      identity: expect.any(Object),
    });
  });

  it('aborts what works for it when it ends, also what asks later', async () => {
    const { connection } = await rig.connect();
    const { endSignal } = connection;
    expect(endSignal.aborted).toBe(false);
    connection.ended('');
    expect(endSignal.aborted).toBe(true);
    const late = await rig.connect();
    late.connection.ended('');
    expect(late.connection.endSignal.aborted).toBe(true);
  });
});

describe('closing a connection', () => {
  const CLOSES: readonly [
    how: string,
    close: (client: Client) => void,
    expected: { code: number; reason: string; lines: string[]; event: string },
  ][] = [
    [
      'by the application',
      ({ connection }) => connection.closeByApplication(undefined),
      {
        code: 1000,
        reason: '',
        lines: ['disconnected Application server closed the connection.'],
        event: 'Application server closed the connection.',
      },
    ],
    [
      'by the application, with a reason longer than a Close frame (J59)',
      ({ connection }) => connection.closeByApplication('r'.repeat(500)),
      {
        code: 1000,
        reason: '',
        lines: [
          `disconnected Application server closed the connection. Reason: ${'r'.repeat(500)}`,
        ],
        event: `Application server closed the connection. Reason: ${'r'.repeat(500)}`,
      },
    ],
    [
      'for a reason of the protocol',
      ({ connection }) => connection.close(1007, 'invalid'),
      { code: 1007, reason: 'invalid', lines: [], event: 'invalid' },
    ],
    [
      'for a queue that is full (U8)',
      ({ connection }) => connection.outboxOverflow(),
      {
        code: 1008,
        reason: 'The outbound message queue is full.',
        lines: [],
        event: 'The outbound message queue is full.',
      },
    ],
  ];

  it.each(CLOSES)(
    '%s writes what was sent before, and nothing after it',
    async (_how, close, expected) => {
      const client = await rig.connect({ id: 'c1' });
      sendTo(client, 'before');
      close(client);
      sendTo(client, 'after');
      client.connection.reply(Buffer.from('late\n'));
      await nextTurn();
      expect(lines(client)).toEqual(['connected c1', 'server before', ...expected.lines]);
      expect(client.channel.closes).toMatchObject([
        { code: expected.code, reason: expected.reason },
      ]);
      expect(reasons()).toEqual([expected.event]);
      expect(client.connection.isOpen).toBe(false);
    },
  );

  it.each(CLOSES)('%s happens once', async (_how, close) => {
    const client = await rig.connect();
    for (let count = 0; count < 2; count += 1) close(client);
    client.connection.lost(client.channel, '');
    client.connection.ended('');
    expect(client.channel.closes).toHaveLength(1);
    expect(reasons()).toHaveLength(1);
  });

  it('gives a client that reads more time for its answer than one that does not', async () => {
    const [reader, sleeper] = [await rig.connect(), await rig.connect()];
    reader.connection.close(1000, '');
    sleeper.connection.outboxOverflow();
    expect(reader.channel.closes[0]?.graceMs).toBe(5000);
    expect(sleeper.channel.closes[0]?.graceMs).toBe(1000);
  });

  it('tells a client without words for it by the Close frame alone (W18)', async () => {
    const client = await rig.connect({ protocol: bareLineProtocol });
    client.connection.closeByApplication('bye');
    await nextTurn();
    expect(lines(client)).toEqual([]);
    expect(client.channel.closes).toMatchObject([{ code: 1000, reason: '' }]);
    expect(reasons()).toEqual(['Application server closed the connection. Reason: bye']);
  });
});

describe('a connection whose socket breaks', () => {
  it('is over if its protocol has no recovery', async () => {
    const client = await rig.connect({ protocol: lineProtocol });
    client.connection.lost(client.channel, '');
    expect(client.connection.isOpen).toBe(false);
    expect(reasons()).toEqual(['The connection ended.']);
  });

  it('waits for its client, and still gets messages', async () => {
    const client = await rig.connect({ id: 'r', groups: ['g'], protocol: reliableLineProtocol });
    sendTo(client, 'one');
    await nextTurn();
    client.connection.lost(client.channel, 'broken');
    sendTo(client, 'two');
    jest.advanceTimersByTime(RECOVERY_WINDOW_MS - 1);
    expect(client.connection.isOpen).toBe(true);
    expect(client.connection.groups.size).toBe(1);
    const back = await recover(client);
    expect(lines(client)).toEqual(['connected r token', '1 one']);
    expect(lines(back)).toEqual(['connected r token', '1 one', '2 two']);
    jest.advanceTimersByTime(10 * RECOVERY_WINDOW_MS);
    expect(client.connection.isOpen).toBe(true);
    expect(reasons()).toEqual([]);
  });

  it('is over when its client does not come back in time (R20)', async () => {
    const client = await rig.connect({ groups: ['g'], protocol: reliableLineProtocol });
    client.connection.lost(client.channel, 'broken');
    jest.advanceTimersByTime(RECOVERY_WINDOW_MS + 100);
    expect(client.connection.isOpen).toBe(false);
    expect(reasons()).toEqual(['The connection recovery timeout expired.']);
    expect([...rig.backplane.subjects]).toEqual(['nodes']);
  });

  it('has as much time again when it breaks again', async () => {
    const client = await rig.connect({ protocol: reliableLineProtocol });
    client.connection.lost(client.channel, 'broken');
    jest.advanceTimersByTime(RECOVERY_WINDOW_MS - 1000);
    const back = await recover(client);
    back.connection.lost(back.channel, 'broken again');
    jest.advanceTimersByTime(RECOVERY_WINDOW_MS - 1);
    expect(client.connection.isOpen).toBe(true);
    jest.advanceTimersByTime(101);
    expect(client.connection.isOpen).toBe(false);
  });

  it('is over at once when the application closes it (R22)', async () => {
    const client = await rig.connect({ protocol: reliableLineProtocol });
    client.connection.lost(client.channel, 'broken');
    client.connection.closeByApplication(undefined);
    expect(reasons()).toEqual(['Application server closed the connection.']);
    expect(client.channel.closes).toEqual([]);
    jest.advanceTimersByTime(10 * RECOVERY_WINDOW_MS);
    expect(reasons()).toHaveLength(1);
  });
});

describe('a connection that moves to another socket', () => {
  it('cuts the old one, and does not listen to it any more (R16)', async () => {
    const client = await rig.connect({ protocol: reliableLineProtocol });
    await nextTurn();
    const back = await recover(client);
    expect(client.channel.aborts).toBe(1);
    expect(client.connection.isServedBy(client.channel)).toBe(false);
    expect(client.connection.isServedBy(back.channel)).toBe(true);
    const before = client.channel.writes.length;
    client.connection.lost(client.channel, 'the old one');
    client.connection.drained(client.channel);
    sendTo(back, 'one');
    client.connection.flushForClose(client.channel);
    expect(back.channel.writes).toHaveLength(1);
    await nextTurn();
    expect(lines(back).slice(1)).toEqual(['1 one']);
    expect(client.channel.writes).toHaveLength(before);
    expect(client.connection.isOpen).toBe(true);
  });

  it('sends again what is not confirmed, however often, with its old numbers (R08, R09)', async () => {
    const client = await rig.connect({ id: 'r', protocol: reliableLineProtocol });
    sendTo(client, 'a', 'b', 'c');
    await nextTurn();
    client.connection.session?.confirm?.(1n);
    const second = await recover(client);
    sendTo(second, 'd');
    await nextTurn();
    const third = await recover(second);
    expect(lines(second)).toEqual(['connected r token', '2 b', '3 c', '4 d']);
    expect(lines(third)).toEqual(['connected r token', '2 b', '3 c', '4 d']);
  });

  it('ends once, although its client confirms nothing (R24)', async () => {
    const client = await rig.connect({ protocol: reliableLineProtocol });
    for (let count = 0; count < 1001; count += 1) sendTo(client, String(count));
    expect(reasons()).toEqual([]);
    await nextTurn();
    sendTo(client, 'late');
    await nextTurn();
    expect(reasons()).toEqual(['The reliable message buffer is full.']);
    expect(client.channel.closes).toEqual([
      { code: 1008, reason: 'The reliable message buffer is full.', graceMs: 1000 },
    ]);
  });
});
