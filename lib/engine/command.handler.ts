import type { Answer, Command, Request, Target } from '../backplane/backplane.message.js';
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
      return forEach(hub, request.target, (connection) =>
        connection.permissions.change(request.permission, request.allow, request.group) === 'limit'
          ? 'limit'
          : 'yes',
      );
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
  }
}

/** The best answer of the selected connections: one `yes` or `limit` is enough. */
function forEach(
  hub: LocalHub,
  target: Target,
  answer: (connection: Parameters<LocalHub['isMember']>[0]) => Answer,
): Answer {
  let best: Answer = 'absent';
  for (const connection of hub.select(target)) {
    const one = answer(connection);
    if (one === 'limit') return 'limit';
    if (best !== 'yes') best = one;
  }
  return best;
}

/** All or nothing: when one connection has no room, none joins. */
async function join(hub: LocalHub, target: Target, groups: readonly string[]): Promise<Answer> {
  const connections = [...hub.select(target)];
  if (connections.length === 0) return 'absent';
  if (connections.some((connection) => !hub.hasRoomFor(connection, groups))) return 'limit';
  await settled(
    connections.flatMap((connection) => groups.map((group) => hub.join(connection, group))),
  );
  return 'yes';
}

function leave(hub: LocalHub, target: Target, groups: readonly string[] | 'all'): Answer {
  const connections = [...hub.select(target)];
  for (const connection of connections) {
    const names = groups === 'all' ? [...connection.groups].map((group) => group.name) : groups;
    for (const name of names) hub.leave(connection, name);
  }
  return connections.length === 0 ? 'absent' : 'yes';
}
