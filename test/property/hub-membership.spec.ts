import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  oneof,
  option,
  record,
  subarray,
  type Arbitrary,
} from 'fast-check';
import type { Target } from '../../lib/backplane/backplane.message.js';
import { Message } from '../../lib/engine/message.js';
import { textPayload } from '../../lib/engine/payload.js';
import { nextTurn } from '../unit/engine/support/fake.channel.js';
import { EngineRig, lines, type Client } from '../unit/engine/support/engine.rig.js';
import { lineProtocol, reliableLineProtocol } from '../unit/engine/support/line.protocol.js';

const IDS = ['c0', 'c1', 'c2', 'c3'];
const USERS = ['ann', 'bob'];
const GROUPS = ['g', 'h', 'i'];
const MAX_GROUPS = 2;
const MAX_REMEMBERED = 3;

const id = constantFrom(...IDS);
const group = constantFrom(...GROUPS);
const userId = constantFrom(...USERS);
const target: Arbitrary<Target> = oneof(
  constant({ kind: 'all' }),
  record({ kind: constant('group'), group }),
  record({ kind: constant('user'), userId }),
  record({ kind: constant('connection'), connectionId: id }),
);

const TARGETS: readonly Target[] = [
  { kind: 'all' },
  ...GROUPS.map((name): Target => ({ kind: 'group', group: name })),
  ...USERS.map((user): Target => ({ kind: 'user', userId: user })),
  ...IDS.map((connectionId): Target => ({ kind: 'connection', connectionId })),
];

type Step =
  | {
      readonly do: 'connect';
      readonly id: string;
      readonly userId: string | undefined;
      readonly groups: string[];
      readonly reliable: boolean;
    }
  | { readonly do: 'lose' | 'end'; readonly id: string }
  | { readonly do: 'join' | 'leave'; readonly target: Target; readonly groups: string[] }
  | { readonly do: 'leaveAll'; readonly target: Target }
  | { readonly do: 'close' | 'send'; readonly target: Target; readonly excluded: string[] }
  | { readonly do: 'remember' | 'forget'; readonly userId: string; readonly group: string }
  | { readonly do: 'forgetAll'; readonly userId: string }
  | { readonly do: 'turn' };

const groups = subarray(GROUPS, { minLength: 1, maxLength: MAX_GROUPS });
const excluded = subarray(IDS, { maxLength: 2 });
const STEP: Arbitrary<Step> = oneof(
  record({
    do: constant('connect'),
    id,
    userId: option(userId, { nil: undefined }),
    groups: subarray(GROUPS, { maxLength: 1 }),
    reliable: boolean(),
  }),
  record({ do: constantFrom('lose', 'end'), id }),
  record({ do: constantFrom('join', 'leave'), target, groups }),
  record({ do: constant('leaveAll'), target }),
  record({ do: constantFrom('close', 'send'), target, excluded }),
  record({ do: constantFrom('remember', 'forget'), userId, group }),
  record({ do: constant('forgetAll'), userId }),
  record({ do: constant('turn') }),
);

interface ModelConnection {
  readonly userId: string | undefined;
  readonly groups: Set<string>;
  readonly received: string[];
  readonly reliable: boolean;
}

/** What a hub should be: slow, and easy to believe. */
class Model {
  readonly connections = new Map<string, ModelConnection>();
  readonly remembered = new Set<string>();

  select(wanted: Target): [id: string, connection: ModelConnection][] {
    return [...this.connections].filter(([connectionId, connection]) => {
      switch (wanted.kind) {
        case 'all':
          return true;
        case 'group':
          return connection.groups.has(wanted.group);
        case 'user':
          return connection.userId === wanted.userId;
        case 'connection':
          return connectionId === wanted.connectionId;
      }
    });
  }

  rememberedOf(user: string | undefined): string[] {
    const prefix = `${user}/`;
    const pairs = [...this.remembered].filter((pair) => pair.startsWith(prefix));
    return pairs.map((pair) => pair.slice(prefix.length));
  }
}

/** The engine beside its model; what is seen of both is noted, to be compared at the end. */
class World {
  readonly actual: unknown[] = [];
  readonly expected: unknown[] = [];
  readonly model = new Model();
  readonly clients = new Map<string, Client>();
  /** Every client that there ever was, and what it should have received. */
  readonly visits: [client: Client, received: string[]][] = [];

  constructor(readonly rig: EngineRig) {}

  static async start(): Promise<World> {
    const limits = { groupsPerConnection: MAX_GROUPS, rememberedGroupsPerHub: MAX_REMEMBERED };
    return new World(await EngineRig.started({ limits }));
  }

  async take(step: Step, mark: string): Promise<void> {
    const { model, rig } = this;
    const hub = rig.engine.hub('chat');
    switch (step.do) {
      case 'connect':
        return this.#connect(step);
      case 'lose':
        return this.#lose(step.id);
      case 'end':
        this.clients.get(step.id)?.connection.ended('');
        model.connections.delete(step.id);
        return;
      case 'join':
        return this.#join(step.target, step.groups);
      case 'leave':
      case 'leaveAll': {
        const names = step.do === 'leave' ? step.groups : 'all';
        const selected = model.select(step.target);
        const verdict = selected.length === 0 ? 'absent' : 'yes';
        for (const [, { groups: joined }] of selected) {
          for (const name of names === 'all' ? GROUPS : names) joined.delete(name);
        }
        const request = { type: 'changeGroups', change: 'leave', target: step.target } as const;
        return this.#note('left', await hub.ask({ ...request, groups: names }), verdict);
      }
      case 'close':
        for (const [connectionId] of model.select(step.target)) {
          if (!step.excluded.includes(connectionId)) model.connections.delete(connectionId);
        }
        return hub.close(step.target, undefined, new Set(step.excluded));
      case 'send': {
        for (const [connectionId, { received }] of model.select(step.target)) {
          if (!step.excluded.includes(connectionId)) received.push(mark);
        }
        const init = { origin: { from: 'server' }, payload: textPayload(mark) } as const;
        return hub.deliver(step.target, new Message(init), new Set(step.excluded));
      }
      case 'remember': {
        const pair = `${step.userId}/${step.group}`;
        const hasRoom = model.remembered.has(pair) || model.remembered.size < MAX_REMEMBERED;
        if (hasRoom) model.remembered.add(pair);
        const { userId: user, group: name } = step;
        const answer = hub.askEveryNode({ type: 'rememberGroup', userId: user, group: name });
        return this.#note('remembered', await answer, hasRoom ? 'yes' : 'limit');
      }
      case 'forget':
        model.remembered.delete(`${step.userId}/${step.group}`);
        await hub.askEveryNode({ type: 'forgetGroup', userId: step.userId, group: step.group });
        return;
      case 'forgetAll':
        for (const name of GROUPS) model.remembered.delete(`${step.userId}/${name}`);
        await hub.askEveryNode({ type: 'forgetGroup', userId: step.userId, group: undefined });
        return;
      case 'turn':
        return nextTurn();
    }
  }

  /** Looks at the indexes from outside. */
  async look(): Promise<void> {
    const { model, rig } = this;
    const hub = rig.engine.hub('chat');
    const { local } = rig.engine.serve('chat');
    const gone = this.visits.length - model.connections.size;
    this.#note('size', local.size, model.connections.size);
    this.#note('disconnected', rig.events.disconnecteds.length, gone);
    for (const wanted of TARGETS) {
      const expected = model.select(wanted).map(([connectionId]) => connectionId);
      const actual = Array.from(local.select(wanted), (connection) => connection.id);
      this.#note(wanted, actual.toSorted().join(), expected.toSorted().join());
      this.#note(wanted, await hub.exists(wanted), expected.length > 0);
    }
    for (const [connectionId, { groups: joined }] of model.connections) {
      const actual = Array.from(local.connection(connectionId)?.groups ?? [], ({ name }) => name);
      this.#note(connectionId, actual.toSorted().join(), [...joined].toSorted().join());
    }
    local.releaseIfEmpty();
  }

  /** Everybody leaves, and everything is forgotten. */
  async leave(): Promise<void> {
    const { rig } = this;
    await nextTurn();
    for (const [client, received] of this.visits) {
      const texts = lines(client).map((line) => /^(?:server|\d+) (.*)$/.exec(line)?.[1]);
      this.#note('received', texts.filter((text) => text !== undefined).join(), received.join());
    }
    const before = rig.engine.serve('chat');
    for (const { connection } of this.clients.values()) connection.ended('');
    for (const user of USERS) {
      const hub = rig.engine.hub('chat');
      await hub.askEveryNode({ type: 'forgetGroup', userId: user, group: undefined });
    }
    this.#note('hub is known', rig.engine.serve('chat') === before, false);
    this.#note('subjects', [...rig.backplane.subjects].join(), 'nodes');
    this.#note('disconnected', rig.events.disconnecteds.length, this.visits.length);
    await rig.engine.stop();
  }

  #note(what: unknown, actual: unknown, expected: unknown): void {
    this.actual.push([what, actual]);
    this.expected.push([what, expected]);
  }

  async #connect(step: Extract<Step, { do: 'connect' }>): Promise<void> {
    const { model, rig } = this;
    if (model.connections.has(step.id)) return;
    const protocol = step.reliable ? reliableLineProtocol : lineProtocol;
    const { id: connectionId, userId: user, groups: first, reliable } = step;
    const named = { id: connectionId, groups: first, protocol };
    const client = await rig.connect(user === undefined ? named : { ...named, userId: user });
    this.clients.set(step.id, client);
    const wanted = [...new Set([...step.groups, ...model.rememberedOf(user)])];
    const joined = new Set(wanted.slice(0, MAX_GROUPS));
    const received: string[] = [];
    model.connections.set(step.id, { userId: user, groups: joined, received, reliable });
    this.visits.push([client, received]);
  }

  /** The socket breaks, and a client that can come back does so at once, on the same channel. */
  #lose(connectionId: string): void {
    const client = this.clients.get(connectionId);
    const known = this.model.connections.get(connectionId);
    if (client === undefined || known === undefined) return;
    const { connection, channel } = client;
    connection.flushForClose(channel);
    connection.session?.confirm?.(BigInt(known.received.length));
    connection.lost(channel, 'broken');
    if (known.reliable) {
      connection.recover(channel);
      connection.drained(channel);
    } else {
      this.model.connections.delete(connectionId);
    }
  }

  async #join(wanted: Target, names: readonly string[]): Promise<void> {
    const selected = this.model.select(wanted);
    const hasRoom = selected.every(
      ([, { groups: joined }]) => new Set([...joined, ...names]).size <= MAX_GROUPS,
    );
    const verdict = selected.length === 0 ? 'absent' : hasRoom ? 'yes' : 'limit';
    if (hasRoom)
      for (const [, connection] of selected) for (const n of names) connection.groups.add(n);
    const request = { type: 'changeGroups', change: 'join', target: wanted } as const;
    const answer = await this.rig.engine.hub('chat').ask({ ...request, groups: names });
    this.#note('joined', answer, verdict);
  }
}

describe('the indexes of a hub', () => {
  it('agree with a naive model, and leave nothing behind', async () => {
    await assert(
      // Without a size, fast-check makes ten steps at most.
      asyncProperty(array(STEP, { maxLength: 40, size: 'max' }), async (steps) => {
        const world = await World.start();
        for (const [index, step] of steps.entries()) {
          await world.take(step, `m${index}`);
          await world.look();
        }
        await world.leave();
        expect(world.actual).toEqual(world.expected);
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});
