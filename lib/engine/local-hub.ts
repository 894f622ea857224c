import type { Backplane } from '../backplane/backplane.interface.js';
import type { GroupStateItem, Target } from '../backplane/backplane.message.js';
import { subjectOf } from '../backplane/backplane.subjects.js';
import { Connection, type ConnectionInit, type ConnectionParts } from './connection.js';
import { FanOut, type Audience } from './fan-out.js';
import { Group } from './group.js';
import type { EngineLimits } from './limits.js';
import type { ConnectionChannel } from './ports/connection-channel.interface.js';
import type { EventSink } from './ports/event-sink.interface.js';
import { RememberedGroups } from './remembered-groups.js';
import { SmallSet } from './small-set.js';

/** What a hub is built from. */
export interface LocalHubParts {
  readonly backplane: Backplane;
  readonly events: EventSink;
  readonly limits: Readonly<EngineLimits>;
  readonly connection: ConnectionParts;
  /** Told when a member that has said something about itself leaves a group. */
  readonly onStateCleared: (group: string, item: GroupStateItem) => void;
  /** Told when nothing is left in the hub. */
  readonly onEmpty: (hub: LocalHub) => void;
}

const NOBODY: Iterable<Connection> = [];

/**
 * The part of a hub that lives in this process: its connections, and the indexes by user and group,
 * which change together in this one place.
 */
export class LocalHub implements Audience {
  readonly fanOut: FanOut;
  readonly remembered: RememberedGroups;
  readonly #connections = new Map<string, Connection>();
  readonly #groups = new Map<string, Group>();
  readonly #users = new Map<string, SmallSet<Connection>>();
  /** Subscriptions that the backplane has not confirmed yet. */
  readonly #subscribing = new Map<string, Promise<void>>();

  constructor(
    /** Lower case. */
    readonly name: string,
    private readonly parts: LocalHubParts,
  ) {
    this.remembered = new RememberedGroups(parts.limits.rememberedGroupsPerHub);
    this.fanOut = new FanOut(this, parts.connection.outbox.scheduler);
  }

  get size(): number {
    return this.#connections.size;
  }

  get isFull(): boolean {
    return this.#connections.size >= this.parts.limits.connectionsPerHub;
  }

  get limits(): Readonly<EngineLimits> {
    return this.parts.limits;
  }

  /** Ends every connection that is left, detached ones too. */
  endAll(reason: string): void {
    for (const connection of Array.from(this.#connections.values())) connection.ended(reason);
  }

  connection(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  /** `undefined` when it has no member here. */
  group(name: string): Group | undefined {
    return this.#groups.get(name);
  }

  /** The connections here that a command is about. Not to be changed while it is iterated. */
  select(target: Target): Iterable<Connection> {
    this.fanOut.settle();
    return this.members(target);
  }

  members(target: Target): Iterable<Connection> {
    switch (target.kind) {
      case 'all':
        return this.#connections.values();
      case 'group':
        return this.#groups.get(target.group)?.members ?? NOBODY;
      case 'user':
        return this.#users.get(target.userId) ?? NOBODY;
      case 'connection': {
        const connection = this.#connections.get(target.connectionId);
        return connection === undefined ? NOBODY : [connection];
      }
    }
  }

  countOf(target: Target): number {
    switch (target.kind) {
      case 'all':
        return this.#connections.size;
      case 'group':
        return this.#groups.get(target.group)?.members.size ?? 0;
      case 'user':
        return this.#users.get(target.userId)?.size ?? 0;
      case 'connection':
        return 1;
    }
  }

  /**
   * Makes a connection addressable: by id, by user, and in its first groups. When the result settles,
   * nothing that is sent to any of them passes it by.
   */
  async add(
    init: ConnectionInit,
    channel: ConnectionChannel,
    groups: Iterable<string>,
  ): Promise<Connection> {
    this.fanOut.settle();
    const connection = new Connection(init, this, channel, this.parts.connection);
    const { id, userId } = connection;
    const isFirst = this.#connections.size === 0;
    this.#connections.set(id, connection);
    const waits = [
      this.#subscribeOnce({ kind: 'all' }, isFirst),
      this.#subscribeOnce({ kind: 'connection', connectionId: id }, true),
    ];
    if (userId !== undefined) waits.push(this.#addToUser(connection, userId));
    const remembered = userId === undefined ? [] : this.remembered.of(userId);
    // Its own groups first: what it is too many for is what the hub remembers.
    for (const group of [...groups, ...remembered]) {
      if (this.hasRoomFor(connection, [group])) waits.push(this.join(connection, group));
    }
    try {
      await settled(waits);
    } catch (error) {
      connection.ended('Internal server error');
      throw error;
    }
    return connection;
  }

  /** Tells the event handlers that a connection is there, and which groups it is in. */
  announce(connection: Connection): void {
    this.parts.events.connected({ connection: connection.info, id: connection.nextEventId() });
    connection.isAnnounced = true;
    for (const group of Array.from(connection.groups)) {
      this.#tellOfGroup('groupJoined', connection, group.name);
    }
  }

  /** Takes a connection out of every index, and tells the event handlers. */
  remove(connection: Connection, reason: string): void {
    this.fanOut.settle();
    if (!this.#connections.delete(connection.id)) return;
    for (const group of Array.from(connection.groups)) this.leave(connection, group.name);
    if (connection.userId !== undefined) this.#removeFromUser(connection, connection.userId);
    this.#unsubscribe({ kind: 'connection', connectionId: connection.id });
    if (this.#connections.size === 0) this.#unsubscribe({ kind: 'all' });
    const mqtt = connection.session?.ending;
    this.parts.events.disconnected({
      connection: connection.info,
      id: connection.nextEventId(),
      reason,
      ...(mqtt && { mqtt }),
    });
    this.releaseIfEmpty();
  }

  /** Whether one more group is too many for the connection. */
  hasRoomFor(connection: Connection, groups: Iterable<string>): boolean {
    const added = new Set<string>();
    for (const name of groups) if (!this.isMember(connection, name)) added.add(name);
    return connection.groups.size + added.size <= this.parts.limits.groupsPerConnection;
  }

  isMember(connection: Connection, groupName: string): boolean {
    const group = this.#groups.get(groupName);
    return group !== undefined && connection.groups.has(group);
  }

  /** Idempotent. The caller has checked {@link hasRoomFor}. */
  join(connection: Connection, groupName: string): Promise<void> | undefined {
    this.fanOut.settle();
    const known = this.#groups.get(groupName);
    const group = known ?? new Group(groupName);
    if (known === undefined) this.#groups.set(groupName, group);
    if (group.members.add(connection)) {
      connection.groups.add(group);
      this.#tellOfGroup('groupJoined', connection, groupName);
    }
    const target: Target = { kind: 'group', group: groupName };
    return this.#subscribeOnce(target, known === undefined)?.catch((error: unknown) => {
      this.leave(connection, groupName);
      throw error;
    });
  }

  /** Idempotent. */
  leave(connection: Connection, groupName: string): void {
    this.fanOut.settle();
    const group = this.#groups.get(groupName);
    if (group === undefined || !group.members.delete(connection)) return;
    connection.groups.delete(group);
    connection.session?.left?.(groupName);
    const cleared = group.states?.remove(connection);
    if (cleared !== undefined) this.parts.onStateCleared(groupName, cleared);
    this.#tellOfGroup('groupLeft', connection, groupName);
    if (group.members.size > 0) return;
    this.#groups.delete(groupName);
    this.#unsubscribe({ kind: 'group', group: groupName });
  }

  releaseIfEmpty(): void {
    if (this.#connections.size === 0 && this.remembered.isEmpty) this.parts.onEmpty(this);
  }

  #tellOfGroup(change: 'groupJoined' | 'groupLeft', connection: Connection, group: string): void {
    const { events } = this.parts;
    if (!connection.isAnnounced || !events.observesGroup(this.name, group)) return;
    events[change]({ connection: connection.info, id: connection.nextEventId(), group });
  }

  #addToUser(connection: Connection, userId: string): Promise<void> | undefined {
    const known = this.#users.get(userId);
    const connections = known ?? new SmallSet<Connection>();
    if (known === undefined) this.#users.set(userId, connections);
    connections.add(connection);
    return this.#subscribeOnce({ kind: 'user', userId }, known === undefined);
  }

  #removeFromUser(connection: Connection, userId: string): void {
    const connections = this.#users.get(userId);
    if (connections === undefined) return;
    connections.delete(connection);
    if (connections.size > 0) return;
    this.#users.delete(userId);
    this.#unsubscribe({ kind: 'user', userId });
  }

  /** Subscribes for who is first; who comes while that is under way waits for it too. */
  #subscribeOnce(target: Target, isFirst: boolean): Promise<void> | undefined {
    if (!isFirst && this.#subscribing.size === 0) return undefined;
    const subject = subjectOf(this.name, target);
    if (!isFirst) return this.#subscribing.get(subject);
    const subscribed = this.parts.backplane.subscribe(subject);
    if (subscribed === undefined) return undefined;
    const tracked = subscribed.finally(() => {
      if (this.#subscribing.get(subject) === tracked) this.#subscribing.delete(subject);
    });
    this.#subscribing.set(subject, tracked);
    return tracked;
  }

  #unsubscribe(target: Target): void {
    this.parts.backplane.unsubscribe(subjectOf(this.name, target));
  }
}

/** Waits for what is not done yet: in memory, for nothing. */
export async function settled(waits: Iterable<Promise<void> | undefined>): Promise<void> {
  await Promise.all([...waits].filter((wait) => wait !== undefined));
}
