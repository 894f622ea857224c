import type { HubDriver, SendOptions } from '../../../../lib/drivers/hub-driver.interface.js';
import { textPayload } from '../../../../lib/engine/payload.js';
import { useScriptedService } from './support/scripted.service.js';

const TEXT = textPayload('hi');
const service = useScriptedService();

interface Refusal {
  readonly what: string;
  readonly target: string;
  readonly call: (hub: HubDriver) => Promise<unknown>;
}

const metadata = (...entries: [string, string][]): SendOptions => ({ metadata: new Map(entries) });

const REFUSALS: readonly Refusal[] = [
  {
    what: 'groups that are remembered for a user',
    target: 'remember',
    call: (hub) => hub.rememberUserInGroup('g1', 'ann'),
  },
  {
    what: 'granting a permission for all groups',
    target: 'targetName',
    call: (hub) => hub.grantPermission('sendToGroup', 'c1', undefined),
  },
  {
    what: 'revoking a permission for all groups',
    target: 'targetName',
    call: (hub) => hub.revokePermission('sendToGroup', 'c1', undefined),
  },
  {
    what: 'checking a permission for all groups',
    target: 'targetName',
    call: (hub) => hub.checkPermission('sendToGroup', 'c1', undefined),
  },
  {
    what: 'counting who matches a filter',
    target: 'filter',
    call: (hub) => hub.explainFilter("userId eq 'ann'"),
  },
  {
    what: 'counting clients that do not read',
    target: 'getSlowConsumerCounts',
    call: (hub) => hub.getSlowConsumerCounts(),
  },
  {
    what: 'protobuf messages',
    target: 'message',
    call: (hub) => hub.sendToAll({ dataType: 'protobuf', bytes: Buffer.of(1) }),
  },
  {
    what: 'excluded connections of a user',
    target: 'excluded',
    call: (hub) => hub.sendToUser('ann', TEXT, { excluded: ['c1'] }),
  },
  {
    what: 'excluded connections of a connection',
    target: 'excluded',
    call: (hub) => hub.sendToConnection('c1', TEXT, { excluded: ['c1'] }),
  },
  {
    what: 'a filter for one connection',
    target: 'filter',
    call: (hub) => hub.sendToConnection('c1', TEXT, { filter: "userId eq 'ann'" }),
  },
  {
    what: 'metadata with a comma in a value',
    target: 'metadata',
    call: (hub) => hub.sendToAll(TEXT, metadata(['k', 'a, b'])),
  },
  {
    what: 'metadata with a space at an end of a value',
    target: 'metadata',
    call: (hub) => hub.sendToAll(TEXT, metadata(['k', 'a '])),
  },
  {
    what: 'metadata keys that differ in case only',
    target: 'metadata',
    call: (hub) => hub.sendToAll(TEXT, metadata(['Trace', 'a'], ['trace', 'b'])),
  },
];

interface NamedRefusal {
  readonly what: string;
  readonly target: string;
  readonly call: (hub: HubDriver, name: string) => Promise<unknown>;
}

const NAMED: readonly NamedRefusal[] = [
  { what: 'sendToGroup', target: 'group', call: (hub, name) => hub.sendToGroup(name, TEXT) },
  { what: 'sendToUser', target: 'userId', call: (hub, name) => hub.sendToUser(name, TEXT) },
  {
    what: 'sendToConnection',
    target: 'connectionId',
    call: (hub, name) => hub.sendToConnection(name, TEXT),
  },
  { what: 'groupExists', target: 'group', call: (hub, name) => hub.groupExists(name) },
  { what: 'userExists', target: 'userId', call: (hub, name) => hub.userExists(name) },
  {
    what: 'connectionExists',
    target: 'connectionId',
    call: (hub, name) => hub.connectionExists(name),
  },
  {
    what: 'userExistsInGroup',
    target: 'group',
    call: (hub, name) => hub.userExistsInGroup('ann', name),
  },
  {
    what: 'closeConnection',
    target: 'connectionId',
    call: (hub, name) => hub.closeConnection(name),
  },
  {
    what: 'closeGroupConnections',
    target: 'group',
    call: (hub, name) => hub.closeGroupConnections(name),
  },
  {
    what: 'closeUserConnections',
    target: 'userId',
    call: (hub, name) => hub.closeUserConnections(name),
  },
  {
    what: 'addConnectionToGroup',
    target: 'group',
    call: (hub, name) => hub.addConnectionToGroup(name, 'c1'),
  },
  {
    what: 'addConnectionToGroup',
    target: 'connectionId',
    call: (hub, name) => hub.addConnectionToGroup('g1', name),
  },
  {
    what: 'removeConnectionFromGroup',
    target: 'group',
    call: (hub, name) => hub.removeConnectionFromGroup(name, 'c1'),
  },
  {
    what: 'removeConnectionFromGroup',
    target: 'connectionId',
    call: (hub, name) => hub.removeConnectionFromGroup('g1', name),
  },
  {
    what: 'removeConnectionFromAllGroups',
    target: 'connectionId',
    call: (hub, name) => hub.removeConnectionFromAllGroups(name),
  },
  {
    what: 'addUserToGroup',
    target: 'group',
    call: (hub, name) => hub.addUserToGroup(name, 'ann'),
  },
  {
    what: 'addUserToGroup',
    target: 'userId',
    call: (hub, name) => hub.addUserToGroup('g1', name),
  },
  {
    what: 'removeUserFromGroup',
    target: 'group',
    call: (hub, name) => hub.removeUserFromGroup(name, 'ann'),
  },
  {
    what: 'removeUserFromGroup',
    target: 'userId',
    call: (hub, name) => hub.removeUserFromGroup('g1', name),
  },
  {
    what: 'removeUserFromAllGroups',
    target: 'userId',
    call: (hub, name) => hub.removeUserFromAllGroups(name),
  },
  {
    what: 'listConnectionsInGroup',
    target: 'group',
    call: (hub, name) => hub.listConnectionsInGroup(name),
  },
  {
    what: 'grantPermission',
    target: 'connectionId',
    call: (hub, name) => hub.grantPermission('sendToGroup', name, 'g1'),
  },
  {
    what: 'revokePermission',
    target: 'connectionId',
    call: (hub, name) => hub.revokePermission('sendToGroup', name, 'g1'),
  },
  {
    what: 'checkPermission',
    target: 'connectionId',
    call: (hub, name) => hub.checkPermission('sendToGroup', name, 'g1'),
  },
];

describe('what the service in Azure lacks', () => {
  it.each(REFUSALS)('is refused by name: $what', async ({ call, target }) => {
    const refusal = {
      name: 'WebPubSubError',
      code: 'NotSupportedByAzure',
      statusCode: 501,
      target,
    };
    await expect(call(await service().hub())).rejects.toMatchObject(refusal);
    expect(service().seen).toEqual([]);
  });

  // The user `..` in a path would be everybody; a slash is another name (rest.md 1.2).
  it.each(NAMED)('is refused by name: $what with a $target no URL can say', async (test) => {
    const hub = await service().hub();
    for (const name of ['.', '..', 'a/b', '/']) {
      const refusal = { code: 'NotSupportedByAzure', statusCode: 501, target: test.target };
      await expect(test.call(hub, name)).rejects.toMatchObject(refusal);
    }
    expect(service().seen).toEqual([]);
  });

  it('does not stand in the way of names that only look like it', async () => {
    const hub = await service().hub();
    for (const name of ['...', '.a', '%2e%2e', '%2F', '\\']) await hub.userExists(name);
    expect(service().seen.map(({ line }) => line.split('?')[0])).toEqual([
      'HEAD /api/hubs/chat/users/...',
      'HEAD /api/hubs/chat/users/.a',
      'HEAD /api/hubs/chat/users/%252e%252e',
      'HEAD /api/hubs/chat/users/%252F',
      'HEAD /api/hubs/chat/users/%5C',
    ]);
  });
});
