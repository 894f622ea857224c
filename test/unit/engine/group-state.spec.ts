import { jest } from '@jest/globals';
import type { Backplane } from '../../../lib/backplane/backplane.interface.js';
import type { GroupStateItem } from '../../../lib/backplane/backplane.message.js';
import { Batch } from '../../../lib/engine/batch.js';
import type { Connection } from '../../../lib/engine/connection.js';
import type { Deliverable } from '../../../lib/engine/delivery.js';
import { GroupStateMessage } from '../../../lib/engine/group-state.message.js';
import { GroupStates } from '../../../lib/engine/group-states.js';
import { MessageBlocks } from '../../../lib/engine/message.blocks.js';
import { ReliableSession } from '../../../lib/engine/reliable.session.js';
import { jsonEncoder } from '../../../lib/protocols/json/json.encoder.js';
import { jsonProtocol } from '../../../lib/protocols/json/json.protocol.js';
import { reliableJsonEncoder } from '../../../lib/protocols/json/reliable-json.protocol.js';
import { rawEncoder } from '../../../lib/protocols/raw/raw.protocol.js';
import { EngineRig, type Client } from './support/engine.rig.js';
import { nextTurn } from './support/fake.channel.js';

function item(connectionId: string, more: Partial<GroupStateItem> = {}): GroupStateItem {
  return {
    connectionId,
    userId: 'ann',
    state: new Map([['k', 'v']]),
    updatedAt: 1,
    ...more,
  };
}

/** A member that remembers what it was told. */
class Member {
  readonly told: Deliverable[] = [];
  #changes = 0;

  constructor(
    readonly id: string,
    readonly userId?: string,
  ) {}

  deliver(message: Deliverable): void {
    this.told.push(message);
  }

  nextStateChange(): number {
    this.#changes += 1;
    return this.#changes;
  }

  get asConnection(): Connection {
    return this as unknown as Connection;
  }
}

describe('GroupStates', () => {
  it('forgets a member once, and says what the others must hear', () => {
    const states = new GroupStates();
    const ann = new Member('a', 'ann');
    states.set(ann.asConnection, item('a'));
    expect(states.remove(ann.asConnection)).toEqual({
      connectionId: 'a',
      userId: 'ann',
      state: undefined,
      updatedAt: 1,
    });
    expect(states.remove(ann.asConnection)).toBeUndefined();
    expect(states.lowest(200)).toEqual([]);
  });

  it('keeps nothing of a state that was cleared', () => {
    const states = new GroupStates();
    const ann = new Member('a');
    states.set(ann.asConnection, item('a'));
    states.set(ann.asConnection, item('a', { state: undefined }));
    expect(states.lowest(200)).toEqual([]);
    expect(states.remove(ann.asConnection)).toBeUndefined();
  });

  it('tells everybody who watches, with one message', () => {
    const states = new GroupStates();
    const members = [new Member('a'), new Member('b'), new Member('c')] as const;
    for (const member of members) states.watch(member.asConnection);
    states.unwatch(members[1].asConnection);
    states.tell('room', item('z'));
    expect(members.map(({ told }) => told.length)).toEqual([1, 0, 1]);
    expect(members[0].told[0]).toBe(members[2].told[0]);
  });
});

describe('GroupStateMessage', () => {
  const message = new GroupStateMessage({ kind: 'update', group: 'room', items: [item('a')] });

  it('is encoded once for all watchers of a protocol', () => {
    expect(message.frame(jsonEncoder)).toBe(message.frame(jsonEncoder));
  });

  it('carries the number of each reliable connection', () => {
    const frame = message.sequencedFrame(reliableJsonEncoder, 7).toString();
    const text = frame.slice(frame.indexOf('{'));
    expect(JSON.parse(text)).toMatchObject({ type: 'groupStateUpdate', sequenceId: 7 });
  });

  it('is nothing for a protocol without states', () => {
    expect(message.isFor(jsonEncoder)).toBe(true);
    expect(message.isFor(rawEncoder)).toBe(false);
    expect(() => message.frame(rawEncoder)).toThrow('does not know');
  });
});

describe('a reliable connection that confirms no states', () => {
  function session(): { session: ReliableSession; overflows: () => number } {
    let overflows = 0;
    const owner = {
      sessionOverflow: () => {
        overflows += 1;
      },
      reply: () => {},
    };
    const parts = {
      blocks: new MessageBlocks(),
      clock: () => 0,
      maxMessages: 3,
      maxBytes: 100_000,
      hardMaxBytes: 200_000,
      recoveryWindowMs: 1000,
    };
    return {
      session: new ReliableSession(parts, reliableJsonEncoder, owner),
      overflows: () => overflows,
    };
  }

  const update = (id: string, group = 'room'): Batch =>
    new Batch([new GroupStateMessage({ kind: 'update', group, items: [item(id)] })]);

  it('keeps the newest of each member only, when there is no room for all', async () => {
    const { session: kept, overflows } = session();
    for (let count = 0; count < 50; count += 1) {
      for (const id of ['a', 'b']) kept.deliver(update(id), reliableJsonEncoder, undefined);
    }
    await Promise.resolve();
    expect(overflows()).toBe(0);
    expect(kept.size).toBeLessThanOrEqual(3);
  });

  it('does not take members or groups for each other', async () => {
    const { session: kept, overflows } = session();
    for (const state of [update('a'), update('b'), update('a', 'other'), update('b', 'other')]) {
      kept.deliver(state, reliableJsonEncoder, undefined);
    }
    await Promise.resolve();
    expect(overflows()).toBe(1);
  });
});

describe('group states on a backplane that fails', () => {
  let rig: EngineRig;

  beforeEach(async () => {
    rig = await EngineRig.started();
  });

  afterEach(async () => {
    await rig.engine.stop();
  });

  async function connect(): Promise<Client> {
    const roles = ['webpubsub.setGroupState', 'webpubsub.getGroupState'];
    return await rig.connect({ groups: ['room'], roles, protocol: jsonProtocol });
  }

  async function ask({ connection, channel }: Client, message: object): Promise<string> {
    const before = channel.text.length;
    const frame = Buffer.from(JSON.stringify({ group: 'room', ...message }));
    const { processor } = rig.engine.serve('chat');
    await processor.process(connection, jsonProtocol.decode(frame, false));
    await nextTurn();
    return channel.text.slice(before);
  }

  it('does not subscribe a client that it could not give a snapshot', async () => {
    const [ann, bob] = [await connect(), await connect()];
    const failing = jest
      .spyOn(rig.backplane, 'request')
      .mockImplementation(async () => await Promise.reject(new Error('no link')));
    const answer = await ask(ann, { type: 'subscribeGroupState', ackId: 1 });
    failing.mockRestore();
    expect(answer).toContain('"success":false,"error":{"name":"InternalServerError"');
    const heard = ann.channel.text;
    await ask(bob, { type: 'setGroupState', state: { a: 'b' } });
    expect(ann.channel.text).toBe(heard);
  });

  it('reports a cleared state that it could not announce', async () => {
    const ann = await connect();
    await ask(ann, { type: 'setGroupState', state: { a: 'b' } });
    jest
      .spyOn(rig.backplane as Backplane, 'publish')
      .mockImplementation(async () => await Promise.reject(new Error('no link')));
    ann.connection.ended('gone');
    await nextTurn();
    expect(rig.diagnostics.errors).toMatchObject([{ cause: new Error('no link') }]);
  });
});
