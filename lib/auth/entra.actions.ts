const DATA_ACTIONS = [
  'auth/accessToken/action',
  'clientConnection/generateToken/action',
  'clientConnection/read',
  'clientConnection/write',
  'clientConnection/send/action',
  'group/read',
  'group/write',
  'group/send/action',
  'hub/send/action',
  'user/read',
  'user/send/action',
] as const;

/** What a caller can be allowed to do, below `Microsoft.SignalRService/WebPubSub/` (rest.md 7.8). */
export type DataAction = (typeof DATA_ACTIONS)[number];

const PREFIX = 'Microsoft.SignalRService/WebPubSub/';

/** The operations of the REST API that need a caller, and the action that each of them is. */
const ACTIONS_OF_OPERATIONS = {
  sendToAll: 'hub/send/action',
  closeAllConnections: 'clientConnection/write',
  addConnectionsToGroups: 'group/write',
  removeConnectionsFromGroups: 'group/write',
  generateClientToken: 'clientConnection/generateToken/action',
  connectionExists: 'clientConnection/read',
  closeConnection: 'clientConnection/write',
  sendToConnection: 'clientConnection/send/action',
  removeConnectionFromAllGroups: 'group/write',
  groupExists: 'group/read',
  closeGroupConnections: 'clientConnection/write',
  sendToGroup: 'group/send/action',
  listConnectionsInGroup: 'group/read',
  addConnectionToGroup: 'group/write',
  removeConnectionFromGroup: 'group/write',
  grantPermission: 'clientConnection/write',
  revokePermission: 'clientConnection/write',
  checkPermission: 'clientConnection/read',
  userExists: 'user/read',
  closeUserConnections: 'clientConnection/write',
  sendToUser: 'user/send/action',
  userExistsInGroup: 'group/read',
  addUserToGroup: 'group/write',
  removeUserFromGroup: 'group/write',
  removeUserFromAllGroups: 'group/write',
} as const satisfies Record<string, DataAction>;

/** An operation of the REST API: its operation id without `WebPubSub_`, beginning in lower case. */
export type EntraOperation = keyof typeof ACTIONS_OF_OPERATIONS;

/**
 * The action a caller must be allowed for an operation.
 *
 * @returns `undefined` for an operation that is not in the table, which nobody may then call
 */
export function actionOf(operation: EntraOperation): DataAction;
export function actionOf(operation: string): DataAction | undefined;
export function actionOf(operation: string): DataAction | undefined {
  return Object.hasOwn(ACTIONS_OF_OPERATIONS, operation)
    ? ACTIONS_OF_OPERATIONS[operation as EntraOperation]
    : undefined;
}

/**
 * The actions that a list grants. An entry is an action, with or without its prefix, or a pattern of
 * Azure's role definitions: in `*` and `*\/read` the star stands for anything. What is neither grants
 * nothing.
 */
export function grantedActions(entries: readonly string[]): ReadonlySet<DataAction> {
  const patterns = entries.filter((entry) => typeof entry === 'string').map(withoutPrefix);
  const granted = DATA_ACTIONS.filter((action) =>
    patterns.some((pattern) => matches(action, pattern)),
  );
  // One operation has two names in Azure: whoever has the older one may do it as well.
  return new Set(
    granted.includes('auth/accessToken/action')
      ? [...granted, 'clientConnection/generateToken/action']
      : granted,
  );
}

function withoutPrefix(entry: string): string {
  return entry.startsWith(PREFIX) ? entry.slice(PREFIX.length) : entry;
}

function matches(action: DataAction, pattern: string): boolean {
  const [start = '', end, ...more] = pattern.split('*', 3);
  if (end === undefined) return action === pattern;
  const hasRoom = action.length >= start.length + end.length;
  return more.length === 0 && hasRoom && action.startsWith(start) && action.endsWith(end);
}
