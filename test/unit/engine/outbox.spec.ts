import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { Outbox, type OutboxSettings } from '../../../lib/engine/outbox.js';
import { FakeChannel, nextTurn } from './support/fake.channel.js';
import { alive } from './support/garbage.js';

const NEVER = 0;
const KIB = 1024;
const EARLY_FLUSH_BYTES = 256 * KIB;

let now = 1_000_000;

function settings(limits: Partial<OutboxSettings> = {}): OutboxSettings {
  return {
    scheduler: new FlushScheduler(),
    clock: () => now,
    maxMessages: 5,
    maxBytes: 100,
    hardMaxBytes: 1000,
    ...limits,
  };
}

class Client {
  readonly channel = new FakeChannel();
  readonly outbox: Outbox;
  overflows = 0;
  onOverflow: () => void = () => {};

  constructor(shared: OutboxSettings) {
    this.outbox = new Outbox(shared, this.channel, {
      outboxOverflow: () => {
        this.overflows += 1;
        this.onOverflow();
      },
    });
  }

  /** One whose WebSocket has been accepted and who reads. */
  static reading(shared = settings()): Client {
    const client = new Client(shared);
    client.outbox.drained();
    return client;
  }

  append(...texts: string[]): void {
    for (const text of texts) this.outbox.append(Buffer.from(text), NEVER);
  }

  /** What it was written, write by write. */
  get writes(): string[] {
    return this.channel.writes.map(String);
  }
}

/** A client whose socket has not taken everything that was written to it: "x". */
async function blockedClient(shared = settings()): Promise<Client> {
  const client = Client.reading(shared);
  client.channel.takes = false;
  client.append('x');
  await nextTurn();
  expect(client.outbox.isBlocked).toBe(true);
  return client;
}

beforeEach(() => {
  now = 1_000_000;
});

describe('Outbox of a client that reads', () => {
  it('writes once for all frames that come together, in order', async () => {
    const client = Client.reading();
    client.append('a', 'b');
    client.outbox.reply(Buffer.from('ack'));
    client.append('c');
    expect(client.writes).toEqual([]);
    await Promise.resolve();
    expect(client.writes).toEqual(['abackc']);
    client.append('d');
    await nextTurn();
    await nextTurn();
    expect(client.writes).toEqual(['abackc', 'd']);
  });

  it('writes the very same bytes to everybody who got the same frames', async () => {
    const shared = settings();
    const clients = Array.from({ length: 12 }, () => Client.reading(shared));
    for (const text of ['a', 'b', 'c']) {
      const frame = Buffer.from(text);
      for (const client of clients) client.outbox.append(frame, now + 1000);
    }
    await nextTurn();
    expect(clients[0]?.writes).toEqual(['abc']);
    const buffers = new Set(clients.map((client) => client.channel.writes[0]));
    expect(buffers.size).toBe(1);
  });

  it('writes to each what is its own when only some of it is shared', async () => {
    const shared = settings();
    const [one, other] = [Client.reading(shared), Client.reading(shared)];
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    for (const { outbox } of [one, other]) outbox.append(a, NEVER);
    one.outbox.reply(Buffer.from('1'));
    other.outbox.reply(Buffer.from('2'));
    for (const { outbox } of [one, other]) outbox.append(b, NEVER);
    await nextTurn();
    expect([one.writes, other.writes]).toEqual([['a1b'], ['a2b']]);
  });

  it('does not wait for the end of the turn with very much', () => {
    const client = Client.reading(settings({ maxBytes: 4 * EARLY_FLUSH_BYTES }));
    const chunk = Buffer.alloc(100 * KIB, 'x');
    for (let count = 0; count < 6; count += 1) client.outbox.append(chunk, NEVER);
    expect(client.channel.writes.map(({ length }) => length)).toEqual([300 * KIB, 300 * KIB]);
  });

  it('does not wait for the end of the turn with very many', () => {
    const client = Client.reading();
    client.append('1', '2', '3', '4', '5', '6', '7');
    expect(client.writes).toEqual(['12345']);
  });

  it('shares what it writes early, and what comes after it', async () => {
    const shared = settings({ maxBytes: 4 * EARLY_FLUSH_BYTES });
    const clients = [Client.reading(shared), Client.reading(shared), Client.reading(shared)];
    for (let count = 0; count < 4; count += 1) {
      const chunk = Buffer.alloc(100 * KIB, 'x');
      for (const client of clients) client.outbox.append(chunk, NEVER);
    }
    await nextTurn();
    for (const [index, length] of [300 * KIB, 100 * KIB].entries()) {
      const buffers = new Set(clients.map((client) => client.channel.writes[index]));
      expect([buffers.size, [...buffers][0]?.length]).toEqual([1, length]);
    }
  });

  it('never counts what is written at once against a limit', async () => {
    const client = Client.reading();
    for (let count = 0; count < 100; count += 1) client.append('x'.repeat(50));
    await nextTurn();
    expect(client.overflows).toBe(0);
    expect(client.channel.text).toHaveLength(5000);
  });

  it('holds nothing of what has been written', async () => {
    const shared = settings({ maxBytes: 1024 * KIB });
    const channels = Array.from({ length: 3 }, () => ({
      bufferedBytes: 0,
      write: () => true,
      close: () => {},
      abort: () => {},
    }));
    const outboxes = channels.map(
      (channel) => new Outbox(shared, channel, { outboxOverflow: () => {} }),
    );
    const refs = Array.from({ length: 3 }, () => {
      const frame = Buffer.alloc(64 * KIB);
      for (const outbox of outboxes) outbox.append(frame, NEVER);
      return new WeakRef(frame);
    });
    expect(await alive(refs)).toBe(3);
    for (const outbox of outboxes) outbox.drained();
    await nextTurn();
    expect(await alive(refs)).toBe(0);
    expect(outboxes).toHaveLength(3);
  });
});

describe('Outbox before the WebSocket is accepted', () => {
  it('keeps everything until the socket is there', async () => {
    const client = new Client(settings());
    expect(client.outbox.isBlocked).toBe(true);
    client.outbox.reply(Buffer.from('connected '));
    client.append('a', 'b');
    await nextTurn();
    expect(client.writes).toEqual([]);
    client.outbox.drained();
    expect(client.writes).toEqual(['connected ab']);
    expect(client.outbox.isBlocked).toBe(false);
  });
});

describe('Outbox of a client that does not read', () => {
  it('keeps its frames until the socket takes them, and then writes them in one piece', async () => {
    const client = await blockedClient();
    client.append('a');
    await nextTurn();
    client.append('b');
    await nextTurn();
    expect(client.writes).toEqual(['x']);
    client.channel.takes = true;
    client.outbox.drained();
    expect(client.writes).toEqual(['x', 'ab']);
    client.append('c');
    await nextTurn();
    expect(client.writes).toEqual(['x', 'ab', 'c']);
  });

  it('stays blocked when it does not take those either', async () => {
    const client = await blockedClient();
    client.append('a');
    client.outbox.drained();
    expect(client.writes).toEqual(['x', 'a']);
    expect(client.outbox.isBlocked).toBe(true);
    client.append('b');
    await nextTurn();
    expect(client.writes).toEqual(['x', 'a']);
  });

  it('writes nothing twice when it blocks between a frame and the end of the turn', async () => {
    const client = Client.reading();
    client.channel.takes = false;
    client.append('1', '2', '3', '4', '5', '6');
    await nextTurn();
    expect(client.writes).toEqual(['12345']);
    client.channel.takes = true;
    client.outbox.drained();
    await nextTurn();
    expect(client.writes).toEqual(['12345', '6']);
  });

  it.each<[string, Partial<OutboxSettings>, string[], string[]]>([
    ['messages', {}, ['1', '2', '3', '4', '5'], ['6']],
    ['bytes', { maxBytes: 10 }, ['12345', '67890'], ['1']],
  ])('lets so many %s wait and no more', async (_what, limits, fitting, surplus) => {
    const client = await blockedClient(settings(limits));
    client.append(...fitting);
    await nextTurn();
    expect(client.overflows).toBe(0);
    client.append(...surplus);
    await nextTurn();
    expect(client.overflows).toBe(1);
  });

  it('counts the bytes that wait in the operating system', async () => {
    const client = await blockedClient();
    client.channel.bufferedBytes = 98;
    client.append('12');
    await nextTurn();
    expect(client.overflows).toBe(0);
    client.append('3');
    await nextTurn();
    expect(client.overflows).toBe(1);
  });

  it('ends its connection once, and not while somebody walks over the members of a group', async () => {
    const shared = settings();
    const members = new Set([await blockedClient(shared), await blockedClient(shared)]);
    const walked: Client[] = [];
    let walking = false;
    for (const member of members) {
      member.onOverflow = () => {
        expect(walking).toBe(false);
        members.delete(member);
        member.outbox.flushForClose();
      };
    }
    for (let count = 0; count < 20; count += 1) {
      walking = true;
      for (const member of members) {
        member.append('m');
        walked.push(member);
      }
      walking = false;
    }
    expect(walked).toHaveLength(40);
    await Promise.resolve();
    expect(members.size).toBe(0);
    await nextTurn();
    expect(new Set(walked.map(({ overflows }) => overflows))).toEqual(new Set([1]));
  });

  it('drops what it was owed with the overflow, and takes nothing more', async () => {
    const client = await blockedClient();
    client.append('1', '2', '3', '4', '5', '6', '7');
    client.outbox.reply(Buffer.from('ack'));
    client.outbox.appendUnlimited(Buffer.from('u'), NEVER);
    client.outbox.flushForClose();
    client.outbox.drained();
    await nextTurn();
    expect(client.writes).toEqual(['x']);
    expect(client.overflows).toBe(1);
  });

  it('holds nothing of what it has dropped', async () => {
    const client = await blockedClient(settings({ maxBytes: 1024 * KIB }));
    const refs = Array.from({ length: 6 }, () => {
      const frame = Buffer.alloc(64 * KIB);
      client.outbox.append(frame, NEVER);
      return new WeakRef(frame);
    });
    expect(await alive(refs)).toBe(0);
    expect(client.overflows).toBe(1);
  });

  it.each<[string, (outbox: Outbox, frame: Buffer) => void]>([
    ['replies', (outbox, frame) => outbox.reply(frame)],
    ['frames that somebody else limits', (outbox, frame) => outbox.appendUnlimited(frame, NEVER)],
  ])('never ends its connection over %s', async (_what, add) => {
    const client = await blockedClient();
    for (let count = 0; count < 50; count += 1) add(client.outbox, Buffer.from('0123456789'));
    await nextTurn();
    expect(client.overflows).toBe(0);
    client.channel.takes = true;
    client.outbox.drained();
    expect(client.channel.text).toBe(`x${'0123456789'.repeat(50)}`);
  });

  describe('when messages have a time to live (client-protocols.md 9.2)', () => {
    it('is not sent what has expired meanwhile', async () => {
      const client = await blockedClient();
      client.outbox.append(Buffer.from('short '), now + 1000);
      client.outbox.append(Buffer.from('long '), now + 5000);
      client.append('forever');
      now += 1000;
      client.outbox.drained();
      expect(client.writes).toEqual(['x', 'long forever']);
    });

    it('is not written to when everything has expired', async () => {
      const client = await blockedClient();
      client.outbox.append(Buffer.from('a'), now + 1000);
      now += 1000;
      client.outbox.drained();
      expect(client.writes).toEqual(['x']);
      expect(client.outbox.isBlocked).toBe(false);
    });

    it('is not ended for what has expired', async () => {
      const client = await blockedClient();
      for (let count = 0; count < 100; count += 1) {
        client.outbox.append(Buffer.from(String(count % 10)), now + 4000);
        now += 1000;
      }
      await nextTurn();
      expect(client.overflows).toBe(0);
      client.outbox.drained();
      expect(client.writes).toEqual(['x', '789']);
    });

    it('is ended for what has not', async () => {
      const client = await blockedClient();
      for (let count = 0; count < 6; count += 1) client.outbox.append(Buffer.from('a'), now + 1);
      await nextTurn();
      expect(client.overflows).toBe(1);
    });

    it('does not pile up what has expired, even if somebody else limits it', async () => {
      const client = await blockedClient(settings({ maxBytes: 1024 * KIB }));
      const refs = Array.from({ length: 50 }, () => {
        const frame = Buffer.alloc(64 * KIB);
        client.outbox.appendUnlimited(frame, now + 4000);
        now += 1000;
        return new WeakRef(frame);
      });
      expect(await alive(refs)).toBeLessThanOrEqual(6);
    });

    it('reaches everybody who reads in time as the very same bytes', async () => {
      const shared = settings();
      const clients = [Client.reading(shared), Client.reading(shared)];
      for (const text of ['a', 'b']) {
        const frame = Buffer.from(text);
        for (const client of clients) client.outbox.append(frame, now + 1000);
      }
      await nextTurn();
      expect(clients[0]?.writes).toEqual(['ab']);
      expect(clients[1]?.channel.writes[0]).toBe(clients[0]?.channel.writes[0]);
    });
  });
});

describe('Outbox.flushForClose', () => {
  it('writes what is queued before the turn is over, and nothing again after it', async () => {
    const client = Client.reading();
    client.append('a', 'b');
    client.outbox.flushForClose();
    expect(client.writes).toEqual(['ab']);
    await nextTurn();
    expect(client.writes).toEqual(['ab']);
  });

  it('writes to a socket that does not take it', async () => {
    const client = await blockedClient();
    client.append('a', 'b');
    client.outbox.flushForClose();
    expect(client.writes).toEqual(['x', 'ab']);
  });

  it('writes nothing when nothing is queued', () => {
    const client = Client.reading();
    client.outbox.flushForClose();
    expect(client.writes).toEqual([]);
  });
});

describe('frames that somebody else limits', () => {
  it('end the connection only far beyond the limit', async () => {
    const shared = settings({ maxBytes: 10, hardMaxBytes: 20 });
    let overflows = 0;
    const channel = { write: () => false, bufferedBytes: 0, close: () => {}, abort: () => {} };
    const outbox = new Outbox(shared, channel, { outboxOverflow: () => (overflows += 1) });
    outbox.appendUnlimited(Buffer.alloc(20), 0);
    await Promise.resolve();
    expect(overflows).toBe(0);
    outbox.appendUnlimited(Buffer.alloc(1), 0);
    outbox.appendUnlimited(Buffer.alloc(1), 0);
    await Promise.resolve();
    expect(overflows).toBe(1);
  });
});

describe('Outbox of a member of a crowd that is being written to', () => {
  const shared = settings();
  const writeOut = (append: () => void): void => shared.scheduler.writeOut(append);

  it('writes at once when nothing waits', () => {
    const client = Client.reading(shared);
    writeOut(() => client.append('a'));
    expect(client.writes).toEqual(['a']);
  });

  it('joins with what waits', async () => {
    const client = Client.reading(shared);
    client.append('a');
    writeOut(() => client.append('b'));
    expect(client.writes).toEqual([]);
    await nextTurn();
    expect(client.writes).toEqual(['ab']);
  });

  it('looks once more at what can expire when its turn has come', async () => {
    const client = Client.reading(shared);
    writeOut(() => client.outbox.append(Buffer.from('late'), now + 1));
    now += 1;
    client.append('b');
    await nextTurn();
    expect(client.writes).toEqual(['b']);
  });

  it('keeps what a socket does not take, and counts it', async () => {
    const client = Client.reading(shared);
    client.channel.takes = false;
    writeOut(() => client.append('a', 'b', 'c'));
    expect(client.writes).toEqual(['a']);
    expect(client.outbox.isBlocked).toBe(true);
    await nextTurn();
    expect(client.writes).toEqual(['a']);
    client.outbox.drained();
    expect(client.writes).toEqual(['a', 'bc']);
  });
});
