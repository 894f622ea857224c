import type {
  Answer,
  Command,
  MemberItem,
  Request,
  Target,
  Verdict,
} from '../backplane/backplane.message.js';
import type { Connection } from './connection.js';
import { matcherOf } from './connection.matcher.js';
import { settled, type LocalHub } from './local-hub.js';
import { lowestIds } from './lowest-ids.js';
import { Message } from './message.js';

type BulkChange = Extract<Request, { type: 'changeGroupsOfMatching' }>;

/** Does on this node what a command asks for. */
export function handleCommand(hub: LocalHub, command: Command): void {
  switch (command.type) {
    case 'deliver':
      return deliver(hub, command);
    case 'close':
      // A copy: closing takes connections out of what is being walked over.
      for (const connection of Array.from(hub.select(command.target))) {
        if (!command.excluded?.has(connection.id)) connection.closeByApplication(command.reason);
      }
      return;
    case 'groupState':
      return hub.group(command.group)?.states?.tell(command.group, command.item);
  }
}

function deliver(
  hub: LocalHub,
  { target, message, excluded, filter }: Extract<Command, { type: 'deliver' }>,
): void {
  const deliverable = Message.from(message);
  const matches = filter === undefined ? undefined : matcherOf(hub, filter);
  if (excluded === undefined && matches === undefined) {
    hub.fanOut.toAll(target, deliverable);
    return;
  }
  hub.fanOut.toSome(
    target,
    deliverable,
    (connection) => excluded?.has(connection.id) !== true && matches?.(connection) !== false,
  );
}

/** Answers on this node what a request asks for. */
export function handleRequest(hub: LocalHub, request: Request): Answer | Promise<Answer> {
  switch (request.type) {
    case 'changeGroups':
      return request.change === 'join'
        ? join(hub, request.target, request.groups === 'all' ? [] : request.groups)
        : leave(hub, request.target, request.groups);
    case 'isInGroup':
      return forEach(hub, request.target, (connection) =>
        hub.isMember(connection, request.group) ? 'yes' : 'no',
      );
    case 'changePermission':
      return forEach(hub, request.target, (connection) => changePermission(connection, request));
    case 'checkPermission':
      return forEach(hub, request.target, (connection) =>
        connection.permissions.check(request.permission, request.group) ? 'yes' : 'no',
      );
    case 'rememberGroup':
      return hub.remembered.add(request.userId, request.group) ? 'yes' : 'limit';
    case 'forgetGroup':
      hub.remembered.forget(request.userId, request.group);
      return 'yes';
    case 'recallsGroup':
      return hub.remembered.has(request.userId, request.group) ? 'yes' : 'no';
    case 'groupStates':
      return hub.group(request.group)?.states?.lowest(request.limit) ?? [];
    case 'changeGroupsOfMatching':
      return changeGroupsOfMatching(hub, request);
    case 'groupMembers':
      return lowestIds(membersBehind(hub, request.group, request.after), request.limit);
    case 'countMatching':
      return matching(hub, request.filter).length;
  }
}

/** The best answer of the selected connections: one `yes` or `limit` is enough. */
function forEach(
  hub: LocalHub,
  target: Target,
  answer: (connection: Connection) => Verdict,
): Verdict {
  let best: Verdict = 'absent';
  for (const connection of hub.select(target)) {
    const one = answer(connection);
    if (one === 'limit') return 'limit';
    if (best !== 'yes') best = one;
  }
  return best;
}

function changePermission(
  connection: Connection,
  { permission, allow, group }: Extract<Request, { type: 'changePermission' }>,
): Verdict {
  if (connection.permissions.change(permission, allow, group) === 'limit') return 'limit';
  if (!allow) connection.streams?.enforcePermissions();
  return 'yes';
}

/** All or nothing: when one connection has no room, none joins. */
async function join(hub: LocalHub, target: Target, groups: readonly string[]): Promise<Verdict> {
  const connections = [...hub.select(target)];
  if (connections.length === 0) return 'absent';
  if (connections.some((connection) => !hub.hasRoomFor(connection, groups))) return 'limit';
  await settled(
    connections.flatMap((connection) => groups.map((group) => hub.join(connection, group))),
  );
  return 'yes';
}

function leave(hub: LocalHub, target: Target, groups: readonly string[] | 'all'): Verdict {
  const connections = [...hub.select(target)];
  for (const connection of connections) {
    const names = groups === 'all' ? [...connection.groups].map((group) => group.name) : groups;
    for (const name of names) hub.leave(connection, name);
  }
  return connections.length === 0 ? 'absent' : 'yes';
}

/** Chosen before the first change: the filter sees the groups as they were. */
async function changeGroupsOfMatching(
  hub: LocalHub,
  { change, groups, filter }: BulkChange,
): Promise<Verdict> {
  const connections = matching(hub, filter);
  if (change === 'join') return await joinWhereRoom(hub, connections, groups);
  const names = new Set(groups);
  for (const connection of connections) leaveAny(hub, connection, names);
  return 'yes';
}

function matching(hub: LocalHub, filter: string | undefined): Connection[] {
  const all = [...hub.select({ kind: 'all' })];
  return filter === undefined ? all : all.filter(matcherOf(hub, filter));
}

/** One that is full must not keep the others out. */
async function joinWhereRoom(
  hub: LocalHub,
  connections: readonly Connection[],
  groups: readonly string[],
): Promise<Verdict> {
  // Nobody has room for so many; not worth looking at each.
  const isTooMany = groups.length > hub.limits.groupsPerConnection;
  const fitting = isTooMany
    ? []
    : connections.filter((connection) => hub.hasRoomFor(connection, groups));
  const waits: Promise<void>[] = [];
  for (const connection of fitting) {
    for (const group of groups) {
      const wait = hub.join(connection, group);
      if (wait !== undefined) waits.push(wait);
    }
  }
  await Promise.all(waits);
  return fitting.length === connections.length ? 'yes' : 'limit';
}

/** Walks over the shorter list: a caller may name very many groups. */
function leaveAny(hub: LocalHub, connection: Connection, names: ReadonlySet<string>): void {
  const left =
    connection.groups.size < names.size
      ? [...connection.groups].map(({ name }) => name).filter((name) => names.has(name))
      : names;
  for (const name of left) hub.leave(connection, name);
}

function* membersBehind(
  hub: LocalHub,
  group: string,
  after: string | undefined,
): Iterable<MemberItem> {
  for (const { id: connectionId, userId } of hub.select({ kind: 'group', group })) {
    if (after === undefined || connectionId > after) yield { connectionId, userId };
  }
}
