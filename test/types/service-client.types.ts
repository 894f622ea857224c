/**
 * Checked by the compiler, never run: code written for `@azure/web-pubsub` compiles against ours when
 * only the type of the hub changes.
 */
import type { WebPubSubGroup as AzureGroup, WebPubSubServiceClient } from '@azure/web-pubsub';
import type { WebPubSubGroup, WebPubSubHub } from 'nestjs-web-pubsub';

/** Fails to compile unless `Ours` can stand where `Theirs` is expected. */
type Accepts<Theirs, Ours extends Theirs> = Ours;

/** The methods of the service's client that are operations of this version, by name. */
type Operation =
  | 'sendToAll'
  | 'sendToUser'
  | 'sendToConnection'
  | 'connectionExists'
  | 'closeConnection'
  | 'groupExists'
  | 'userExists'
  | 'removeUserFromAllGroups'
  | 'grantPermission'
  | 'revokePermission'
  | 'hasPermission'
  | 'getClientAccessToken'
  | 'hubName';

type GroupOperation =
  | 'groupName'
  | 'hubName'
  | 'addConnection'
  | 'removeConnection'
  | 'addUser'
  | 'removeUser'
  | 'sendToAll';

export type HubStandsForServiceClient = Accepts<
  Pick<WebPubSubServiceClient, Operation>,
  Pick<WebPubSubHub, Operation>
>;
export type GroupStandsForAzureGroup = Accepts<
  Pick<AzureGroup, GroupOperation>,
  Pick<WebPubSubGroup, GroupOperation>
>;

/** Code as it is written for the SDK; only the parameter's type has changed. */
export async function writtenForTheSdk(client: WebPubSubHub): Promise<boolean> {
  await client.sendToAll({ a: 1 });
  await client.sendToAll('text', { contentType: 'text/plain' });
  await client.sendToAll(new Uint8Array([1]), { excludedConnections: ['c'], messageTtlSeconds: 5 });
  await client.sendToUser('u', 5);
  await client.sendToConnection('c', true);
  await client.closeConnection('c', { reason: 'bye', abortSignal: AbortSignal.timeout(1000) });
  await client.grantPermission('c', 'sendToGroup', { targetName: 'g' });
  await client.revokePermission('c', 'joinLeaveGroup', { targetName: 'g' });
  await client.removeUserFromAllGroups('u');
  const group = client.group('g');
  await group.addConnection('c');
  await group.removeConnection('c');
  await group.addUser('u');
  await group.removeUser('u');
  await group.sendToAll('text', { contentType: 'text/plain', excludedConnections: [] });
  const { token, baseUrl, url } = await client.getClientAccessToken({
    userId: 'u',
    roles: ['webpubsub.sendToGroup'],
    groups: ['g'],
    expirationTimeInMinutes: 5,
  });
  const exists = [
    await client.connectionExists('c'),
    await client.groupExists('g'),
    await client.userExists('u'),
    await client.hasPermission('c', 'sendToGroup', { targetName: 'g' }),
  ];
  return exists.includes(false) && `${token}${baseUrl}${url}` !== '';
}

/** What must stay an error. */
export async function wrongUse(hub: WebPubSubHub): Promise<void> {
  // @ts-expect-error a group name is a string
  await hub.sendToGroup(5, 'x');
  // @ts-expect-error there are two permissions
  await hub.grantPermission('c', 'publish', { targetName: 'g' });
  // @ts-expect-error undefined is no message
  await hub.sendToAll(undefined);
  // @ts-expect-error a symbol is no message
  await hub.sendToAll(Symbol('x'));
  // @ts-expect-error content types are the service's three
  await hub.sendToAll('x', { contentType: 'text/html' });
}
