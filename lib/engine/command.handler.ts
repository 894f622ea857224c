import type { Answer, Command, Request, Target, Verdict } from '../backplane/backplane.message.js';
import type { Connection } from './connection.js';
import { settled, type LocalHub } from './local-hub.js';
import { Message } from './message.js';

/** Does on this node what a command asks for. */
export function handleCommand(hub: LocalHub, command: Command): void {
  switch (command.type) {
    case 'deliver':
      return deliver(hub, command.target, Message.from(command.message), command.excluded);
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
  target: Target,
  message: Message,
  excluded: ReadonlySet<string> | undefined,
): void {
  for (const connection of hub.select(target)) {
    if (excluded === undefined || !excluded.has(connection.id)) connection.deliver(message);
  }
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
