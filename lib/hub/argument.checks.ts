import type {
  CloseManyOptions,
  PageOptions,
  SendOptions,
} from '../drivers/hub-driver.interface.js';
import type {
  ClientTokenOptions,
  CloseConnectionsOptions,
  ListConnectionsOptions,
  OperationOptions,
  Permission,
  PermissionOptions,
  SendToManyOptions,
} from '../drivers/operations/hub.operations.js';
import { isConnectionId, isGroupName, isUserId, metadataProblem } from '../engine/names.js';
import { INVALID_GROUP_NAME, serviceErrors } from '../errors/service-errors.js';

const MAX_TTL_SECONDS = 300;
const MAX_PAGE_SIZE = 200;
const MAX_TOP = 2 ** 31 - 1;
const MAX_CONTINUATION_TOKEN_LENGTH = 2048;

/** @throws {@link WebPubSubError} 400 */
export function checkGroup(group: string): void {
  if (typeof group !== 'string' || !isGroupName(group)) {
    throw serviceErrors.badRequest(INVALID_GROUP_NAME, 'group');
  }
}

/** @throws {@link WebPubSubError} 400 when there is none, or one that cannot be */
export function checkGroups(groups: readonly string[] | undefined): void {
  checkStrings(groups, 'groups');
  if (!groups?.length) throw serviceErrors.badRequest(INVALID_GROUP_NAME, 'groups');
  groups.forEach(checkGroup);
}

/** What the filter says is the driver's business. @throws {@link WebPubSubError} 400 */
export function checkFilter(filter: string): void {
  if (typeof filter === 'string') return;
  throw serviceErrors.badRequest('Invalid filter: it must be a string.', 'filter');
}

/** @throws {@link WebPubSubError} 400 */
export function checkUserId(userId: string): void {
  if (typeof userId !== 'string' || !isUserId(userId)) {
    throw serviceErrors.badRequest('Invalid user ID.', 'userId');
  }
}

/** @throws {@link WebPubSubError} 400 */
export function checkConnectionId(connectionId: string): void {
  if (typeof connectionId !== 'string' || !isConnectionId(connectionId)) {
    throw serviceErrors.badRequest('Invalid connection ID.', 'connectionId');
  }
}

/** @throws {@link WebPubSubError} 400 */
export function checkPermissionName(permission: Permission): void {
  if (permission !== 'joinLeaveGroup' && permission !== 'sendToGroup') {
    throw serviceErrors.badRequest(
      `The permission '${String(permission)}' is not valid: joinLeaveGroup or sendToGroup.`,
      'permission',
    );
  }
}

/**
 * The group a permission operation is about; `undefined` = every group.
 *
 * @throws {@link WebPubSubError} 400 when neither or both are named
 */
export function permissionTarget(options: PermissionOptions = {}): string | undefined {
  const { allGroups = false, targetName } = options;
  if (allGroups && targetName === undefined) return undefined;
  if (allGroups) {
    throw serviceErrors.badRequest('Name either targetName or allGroups.', 'targetName');
  }
  if (typeof targetName !== 'string' || !isGroupName(targetName)) {
    throw serviceErrors.badRequest(INVALID_GROUP_NAME);
  }
  return targetName;
}

/** @throws {@link WebPubSubError} 400 for a bad list, time to live or metadata */
export function toSendOptions(options: SendToManyOptions): SendOptions {
  const { excludedConnections: excluded, filter, messageTtlSeconds, metadata = {} } = options;
  checkStrings(excluded, 'excludedConnections');
  if (filter !== undefined) checkFilter(filter);
  if (messageTtlSeconds !== undefined && !isTtl(messageTtlSeconds)) {
    throw serviceErrors.badRequest('Invalid messageTtlSeconds.', 'messageTtlSeconds');
  }
  checkStrings(Object.values(metadata), 'metadata');
  const entries = new Map(Object.entries(metadata));
  const problem = metadataProblem(entries);
  if (problem !== undefined) throw serviceErrors.badRequest(problem);
  return {
    ...(excluded && { excluded }),
    ...(filter && { filter }),
    ...(messageTtlSeconds !== undefined && { messageTtlSeconds }),
    ...(entries.size > 0 && { metadata: entries }),
  };
}

/** @throws {@link WebPubSubError} 400 for a bad list */
export function toCloseOptions(options: CloseConnectionsOptions): CloseManyOptions {
  const { excludedConnections: excluded, reason } = options;
  checkStrings(excluded, 'excludedConnections');
  return { ...(excluded && { excluded }), ...(reason !== undefined && { reason }) };
}

/** @throws {@link WebPubSubError} 400 for what is out of range */
export function toPageOptions(options: ListConnectionsOptions): PageOptions {
  const { continuationToken, maxPageSize, top } = options;
  checkCount(maxPageSize, 'maxPageSize', MAX_PAGE_SIZE);
  checkCount(top, 'top', MAX_TOP);
  if (continuationToken !== undefined && !isContinuationToken(continuationToken)) {
    throw serviceErrors.badRequest('Invalid continuationToken.', 'continuationToken');
  }
  return {
    ...(maxPageSize !== undefined && { maxPageSize }),
    ...(top !== undefined && { top }),
    ...(continuationToken !== undefined && { continuationToken }),
  };
}

/** @throws an `AbortError`, as the SDK does whatever the reason, when the signal is aborted already */
export function checkSignal({ abortSignal }: OperationOptions = {}): void {
  if (!abortSignal?.aborted) return;
  const { reason } = abortSignal;
  const message = reason instanceof Error ? reason.message : 'The operation was aborted.';
  throw Object.assign(new Error(message, { cause: reason }), { name: 'AbortError' });
}

/** @throws {@link WebPubSubError} 400 for what would not be what it looks like in a token */
export function checkTokenOptions({ groups, roles, userId }: ClientTokenOptions): void {
  if (userId !== undefined && typeof userId !== 'string') {
    throw serviceErrors.badRequest('Invalid user ID.', 'userId');
  }
  checkStrings(roles, 'roles');
  checkStrings(groups, 'groups');
  groups?.forEach(checkGroup);
}

// Options often come from a request, whose values are not what their types say.
function checkStrings(values: readonly string[] | undefined, target: string): void {
  if (values === undefined) return;
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return;
  throw serviceErrors.badRequest(`Invalid ${target}: only strings are allowed.`, target);
}

function isTtl(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_TTL_SECONDS;
}

function checkCount(value: number | undefined, target: string, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= max)) return;
  throw serviceErrors.badRequest(`Invalid ${target}: a whole number from 1 to ${max}.`, target);
}

function isContinuationToken(token: string): boolean {
  const isText = typeof token === 'string' && token.trim() !== '';
  return isText && token.length <= MAX_CONTINUATION_TOKEN_LENGTH;
}
