import { WebPubSubError } from './web-pubsub.error.js';

/**
 * The errors of the service by name, so that one fact has one code, one status and one text
 * wherever it is found (rest.md 8.2). The severity prefix belongs to the code.
 */
export const serviceErrors = {
  forbidden: () =>
    new WebPubSubError('The caller may not do this.', {
      code: 'Error.Forbidden',
      statusCode: 403,
      target: 'Request',
    }),
  connectionNotFound: (id: string, severity: 'Error' | 'Warning' | 'Info') =>
    new WebPubSubError(`Connection \`${id}\` is not found.`, {
      code: `${severity}.Connection.NotExisted`,
      statusCode: 404,
      target: 'Connection',
    }),
  permissionDenied: (id: string, permission: string) =>
    new WebPubSubError(
      `Connection \`${id}\` doesn't have the permission \`${permission.charAt(0).toUpperCase()}${permission.slice(1)}\`.`,
      { code: 'Info.Connection.NotExisted', statusCode: 404, target: 'Connection' },
    ),
  userNotFound: (userId: string) =>
    new WebPubSubError(`User \`${userId}\` is not found.`, {
      code: 'Warning.User.NotExisted',
      statusCode: 404,
      target: 'User',
    }),
  groupNotFound: (group: string) =>
    new WebPubSubError(`Group \`${group}\` is empty.`, {
      code: 'Warning.Group.NotExisted',
      statusCode: 404,
      target: 'Group',
    }),
  userNotInGroup: (userId: string, group: string) =>
    new WebPubSubError(`User \`${userId}\` is not in group \`${group}\`.`, {
      code: 'Info.User.NotInGroup',
      statusCode: 404,
      target: 'User',
    }),
  connectionConflict: (message: string) =>
    new WebPubSubError(message, {
      code: 'Error.Connection.Conflict',
      statusCode: 409,
      target: 'Connection',
    }),
  userConflict: (message: string) =>
    new WebPubSubError(message, { code: 'Error.User.Conflict', statusCode: 409, target: 'User' }),
  badRequest: (message: string, target = 'Request') =>
    new WebPubSubError(message, { code: 'Error.BadRequest', statusCode: 400, target }),
  unavailable: (message: string, cause?: unknown) =>
    new WebPubSubError(message, {
      code: 'Error.ServiceUnavailable',
      statusCode: 503,
      target: 'Service',
      cause,
    }),
} as const;

/** The service's own text for a group name it refuses; clients compare it. */
export const INVALID_GROUP_NAME =
  'Invalid group name. Valid group name should be in between 1 and 1024 characters long.';
