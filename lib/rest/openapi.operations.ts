import type { QueryParameterName } from './openapi.parameters.js';
import {
  CLIENT_TOKEN,
  GROUP_MEMBERS,
  GROUPS_REQUEST,
  type OpenApiSchema,
  PAYLOAD,
} from './openapi.schemas.js';

/** What the decorators of a handler do not say about its operation. */
export interface OperationFacts {
  /** Left out, `WebPubSub_` and the name of the handler. */
  readonly id?: string;
  readonly summary: string;
  readonly query?: readonly QueryParameterName[];
  /** By media type. */
  readonly body?: Readonly<Record<string, OpenApiSchema>>;
  /** Status, what it means, and the schema of its JSON. */
  readonly success: readonly [status: number, meaning: string, schema?: OpenApiSchema];
  /** What 404 means. */
  readonly missing?: string;
}

const SENT = [202, 'The message is on its way to whoever is there.'] as const;
const REMOVED = [204, 'It is gone. Before api-version 2021-10-01 the status is 200.'] as const;
const CLOSED = [204, 'The connections are being closed.'] as const;
const NO_CONNECTION = 'There is no such connection.';
const NO_USER = 'The user has no connection.';

const SEND_TO_MANY = ['excluded', 'filter', 'messageTtlSeconds'] as const;
const CLOSE_MANY = ['excluded', 'reason'] as const;

/** By the names of the handlers (rest.md 3.1). */
export const OPERATIONS: Readonly<Record<string, OperationFacts>> = {
  check: {
    id: 'HealthApi_GetServiceStatus',
    summary: 'Tell whether the service is healthy',
    success: [200, 'It is.'],
  },
  sendToAll: {
    summary: 'Send a message to every connection of a hub',
    query: SEND_TO_MANY,
    body: PAYLOAD,
    success: SENT,
  },
  closeAllConnections: {
    summary: 'Close the connections of a hub',
    query: CLOSE_MANY,
    success: CLOSED,
  },
  addConnectionsToGroups: {
    summary: 'Add the connections that match a filter to groups',
    body: GROUPS_REQUEST,
    success: [200, 'They are members.'],
  },
  removeConnectionsFromGroups: {
    summary: 'Remove the connections that match a filter from groups',
    body: GROUPS_REQUEST,
    success: [200, 'They are no members.'],
  },
  generateClientToken: {
    summary: 'Make a token with which a client can connect',
    query: ['userId', 'role', 'group', 'minutesToExpire', 'clientType'],
    success: [200, 'The token.', CLIENT_TOKEN],
  },
  connectionExists: {
    summary: 'Tell whether a connection exists',
    success: [200, 'It does.'],
    missing: NO_CONNECTION,
  },
  closeConnection: { summary: 'Close a connection', query: ['reason'], success: REMOVED },
  sendToConnection: {
    summary: 'Send a message to a connection',
    query: ['messageTtlSeconds'],
    body: PAYLOAD,
    success: SENT,
  },
  removeConnectionFromAllGroups: {
    summary: 'Remove a connection from every group',
    success: REMOVED,
  },
  groupExists: {
    summary: 'Tell whether a group has members',
    success: [200, 'It has.'],
    missing: 'The group is empty.',
  },
  closeGroupConnections: {
    summary: 'Close the connections of a group',
    query: CLOSE_MANY,
    success: CLOSED,
  },
  sendToGroup: {
    summary: 'Send a message to a group',
    query: SEND_TO_MANY,
    body: PAYLOAD,
    success: SENT,
  },
  listConnectionsInGroup: {
    summary: 'List the connections of a group',
    query: ['maxpagesize', 'top', 'continuationToken'],
    success: [200, 'A page of them.', GROUP_MEMBERS],
  },
  addConnectionToGroup: {
    summary: 'Add a connection to a group',
    success: [200, 'It is a member.'],
    missing: NO_CONNECTION,
  },
  removeConnectionFromGroup: {
    summary: 'Remove a connection from a group',
    success: REMOVED,
    missing: `${NO_CONNECTION} Only before api-version 2021-05-01-preview.`,
  },
  grantPermission: {
    summary: 'Grant a permission to a connection',
    query: ['targetName'],
    success: [200, 'The connection has it.'],
    missing: NO_CONNECTION,
  },
  revokePermission: {
    summary: 'Revoke a permission of a connection',
    query: ['targetName'],
    success: REMOVED,
    missing: `${NO_CONNECTION} Only before api-version 2021-05-01-preview.`,
  },
  checkPermission: {
    summary: 'Tell whether a connection has a permission',
    query: ['targetName'],
    success: [200, 'It has.'],
    missing: 'It has not, or there is no such connection.',
  },
  userExists: {
    summary: 'Tell whether a user has a connection',
    success: [200, 'The user has.'],
    missing: NO_USER,
  },
  closeUserConnections: {
    summary: 'Close the connections of a user',
    query: CLOSE_MANY,
    success: CLOSED,
  },
  sendToUser: {
    summary: 'Send a message to the connections of a user',
    query: ['filter', 'messageTtlSeconds'],
    body: PAYLOAD,
    success: SENT,
  },
  userExistsInGroup: {
    summary: 'Tell whether a user is in a group, before api-version 2021-05-01-preview',
    success: [200, 'The user is.'],
    missing: 'The user is not.',
  },
  addUserToGroup: {
    summary: 'Add the connections of a user to a group',
    success: [200, 'They are members.'],
    missing: NO_USER,
  },
  removeUserFromGroup: {
    summary: 'Remove the connections of a user from a group',
    success: REMOVED,
  },
  removeUserFromAllGroups: {
    summary: 'Remove the connections of a user from every group',
    success: REMOVED,
  },
};
