/**
 * Checked by the compiler, never run: code written for `@azure/web-pubsub` compiles against ours when
 * only the type of the hub changes.
 */
import { Readable } from 'node:stream';
import type {
  ClientTokenResponse,
  GenerateClientTokenOptions,
  WebPubSubGroup as AzureGroup,
  WebPubSubServiceClient,
} from '@azure/web-pubsub';
import type { WebPubSubGroup, WebPubSubHub } from 'nestjs-web-pubsub';

/** The methods of the service's client, by name. */
type Operation =
  | 'sendToAll'
  | 'sendToUser'
  | 'sendToConnection'
  | 'connectionExists'
  | 'closeConnection'
  | 'closeAllConnections'
  | 'closeUserConnections'
  | 'removeConnectionFromAllGroups'
  | 'addConnectionsToGroups'
  | 'removeConnectionsFromGroups'
  | 'groupExists'
  | 'userExists'
  | 'removeUserFromAllGroups'
  | 'grantPermission'
  | 'revokePermission'
  | 'hasPermission';

type HubMember = Operation | 'getClientAccessToken' | 'group' | 'hubName';

type GroupOperation =
  | 'addConnection'
  | 'removeConnection'
  | 'addUser'
  | 'removeUser'
  | 'sendToAll'
  | 'closeAllConnections'
  | 'listConnections';

type GroupMember = GroupOperation | 'groupName' | 'hubName';

type TokenMethod = (
  options?: Omit<GenerateClientTokenOptions, 'clientProtocol'> & {
    clientProtocol?: Exclude<GenerateClientTokenOptions['clientProtocol'], 'socketio'>;
  },
) => Promise<ClientTokenResponse>;

/** What only a client of HTTP has; a name in neither list is new in the SDK and fails to compile. */
type HttpOnly = 'apiVersion' | 'endpoint';

type AzureConnections = Awaited<ReturnType<AzureGroup['listConnections']>>;

/** Fails to compile unless every member is `true`. */
type AllTrue<Checks extends Record<string, true>> = Checks;

type Signature = (...args: never[]) => unknown;

/**
 * The overloads of a method as functions. A tuple of all three, since `Parameters` sees the last one
 * only; a method with fewer has its first one repeated.
 */
type Overloads<Method> = Method extends {
  (...args: infer First): infer FirstResult;
  (...args: infer Second): infer SecondResult;
  (...args: infer Third): infer ThirdResult;
}
  ? [
      (...args: First) => FirstResult,
      (...args: Second) => SecondResult,
      (...args: Third) => ThirdResult,
    ]
  : [Method];

/**
 * Whether `Ours` can be called in every way that `Theirs` can. Parameters are compared one way only,
 * which comparing the methods themselves would not do: TypeScript lets methods differ both ways.
 */
type Takes<Theirs extends readonly unknown[], Ours extends Signature> = {
  [Index in keyof Theirs]: Theirs[Index] extends (...args: infer Args) => infer Result
    ? Args extends Parameters<Ours>
      ? ReturnType<Ours> extends Result
        ? true
        : ['other result', ReturnType<Ours>]
      : ['refused arguments', Args]
    : never;
};

type Stands<Theirs, Ours, Names extends keyof Theirs & keyof Ours> = {
  [Name in Names]: Ours[Name] extends Signature
    ? Takes<Overloads<Theirs[Name]>, Ours[Name]> extends readonly true[]
      ? true
      : Takes<Overloads<Theirs[Name]>, Ours[Name]>
    : ['no method', Ours[Name]];
};

export type HubStandsForServiceClient = AllTrue<
  Stands<WebPubSubServiceClient, WebPubSubHub, Operation>
>;
/** Tokens for Socket.IO are the one thing refused: there is no such endpoint. */
export type TokensStandForThoseOfTheSdk = AllTrue<
  Stands<{ getClientAccessToken: TokenMethod }, WebPubSubHub, 'getClientAccessToken'>
>;
export type GroupStandsForAzureGroup = AllTrue<Stands<AzureGroup, WebPubSubGroup, GroupOperation>>;

/** Every member of the SDK is one that we have, or one that has no meaning here. */
export type NothingForgotten = AllTrue<{
  hub: Exclude<keyof WebPubSubServiceClient, HubMember | HttpOnly> extends never ? true : false;
  group: Exclude<keyof AzureGroup, GroupMember | HttpOnly> extends never ? true : false;
}>;

/** A function that takes the SDK's type takes ours. */
export function accepted(hub: WebPubSubHub): Pick<WebPubSubServiceClient, Operation | 'hubName'> {
  return hub;
}

export function acceptedGroup(group: WebPubSubGroup): Pick<AzureGroup, GroupMember> {
  return group;
}

/** Code as it is written for the SDK; only the parameter's type has changed. */
export async function writtenForTheSdk(client: WebPubSubHub): Promise<boolean> {
  await client.sendToAll({ a: 1 });
  await client.sendToAll('text', { contentType: 'text/plain' });
  await client.sendToAll(new Uint8Array([1]), { excludedConnections: ['c'], messageTtlSeconds: 5 });
  await client.sendToAll(new ArrayBuffer(8));
  await client.sendToAll(new Blob(['x']));
  await client.sendToAll(() => Readable.from(['x']));
  await client.sendToUser('u', 5);
  await client.sendToConnection('c', true);
  await client.closeConnection('c', { reason: 'bye', abortSignal: AbortSignal.timeout(1000) });
  await client.grantPermission('c', 'sendToGroup', { targetName: 'g' });
  await client.revokePermission('c', 'joinLeaveGroup', { targetName: 'g' });
  await client.removeUserFromAllGroups('u', { reason: 'moved' });
  await client.removeConnectionFromAllGroups('c', { reason: 'moved' });
  await client.addConnectionsToGroups(['g'], "userId eq 'u'", { abortSignal: { aborted: false } });
  await client.removeConnectionsFromGroups(['g'], '');
  await client.sendToAll('text', { contentType: 'text/plain', filter: 'userId ne null' });
  await client.sendToUser('u', { a: 1 }, { filter: "'g' in groups" });
  await client.closeAllConnections({ reason: 'bye' });
  await client.closeUserConnections('u', { reason: 'bye' });
  const group = client.group('g');
  await group.addConnection('c', { requestOptions: { timeout: 1000 }, tracingOptions: {} });
  await group.removeConnection('c', { serializerOptions: { xml: {} } });
  await group.addUser('u', { onResponse: (response) => void response.status });
  await group.removeUser('u');
  await group.sendToAll('text', { contentType: 'text/plain', excludedConnections: [], filter: '' });
  await group.closeAllConnections({ reason: 'bye' });
  for await (const { connectionId, userId } of await group.listConnections({ top: 5 })) {
    await client.closeConnection(connectionId, { reason: userId });
  }
  const list: AzureConnections = await group.listConnections();
  for await (const page of list.byPage({ maxPageSize: 3, continuationToken: 'c' })) page.at(0);
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
  // @ts-expect-error one connection is not chosen by a filter
  await hub.sendToConnection('c', 'x', { filter: '' });
  // @ts-expect-error without a filter it is not said which connections
  await hub.addConnectionsToGroups(['g']);
  // @ts-expect-error a user has no connections to exclude
  await hub.sendToUser('u', 'x', { excludedConnections: ['c'] });
}
