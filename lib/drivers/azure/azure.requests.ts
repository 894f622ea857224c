import type { Payload } from '../../engine/payload.js';
import { serviceErrors } from '../../errors/service-errors.js';
import type { CloseManyOptions, SendOptions } from '../hub-driver.interface.js';
import type { ClientTokenOptions } from '../operations/hub.operations.js';
import { checkMetadata, contentTypeOf } from './azure.refusals.js';
import type { CloseCall, SendCall, TokenCall } from './azure.sdk.js';

const METADATA_PREFIX = 'X-WebPubSub-Metadata-';
const MAX_MINUTES = 2 ** 31 - 1;

/**
 * The options of a send. Bytes go out as they are, whatever they mean: the package would write JSON
 * anew. It calls them binary, and our header says what they are.
 */
export function sendCall(payload: Payload, options: SendOptions): SendCall {
  const { excluded, filter, messageTtlSeconds, metadata = new Map() } = options;
  checkMetadata(metadata);
  const headers = [...metadata].map(([key, value]) => [METADATA_PREFIX + key, value] as const);
  return {
    requestOptions: {
      customHeaders: { 'Content-Type': contentTypeOf(payload), ...Object.fromEntries(headers) },
    },
    ...(excluded?.length && { excludedConnections: [...excluded] }),
    ...(filter !== undefined && { filter }),
    ...(messageTtlSeconds !== undefined && { messageTtlSeconds }),
  };
}

/** The options of closing many connections. */
export function closeCall({ excluded, reason }: CloseManyOptions): CloseCall {
  return {
    ...(excluded?.length && { excluded: [...excluded] }),
    ...(reason !== undefined && { reason }),
  };
}

/**
 * The options of a client token.
 *
 * @throws {@link WebPubSubError} 400 for a life or a protocol that there is not
 */
export function tokenCall(options: ClientTokenOptions): TokenCall {
  const { userId, roles, groups, expirationTimeInMinutes: minutes, clientProtocol } = options;
  if (minutes !== undefined && !isLife(minutes)) {
    throw serviceErrors.badRequest(
      `The value '${String(minutes)}' is not valid: a token lives a whole number of minutes from 1 to ${String(MAX_MINUTES)}.`,
      'expirationTimeInMinutes',
    );
  }
  if (clientProtocol !== undefined && !['default', 'mqtt'].includes(clientProtocol)) {
    throw serviceErrors.badRequest(
      `The value '${clientProtocol}' is not valid: clients speak 'default' or 'mqtt'.`,
      'clientProtocol',
    );
  }
  return {
    ...(userId && { userId }),
    ...(roles?.length && { roles: [...roles] }),
    ...(groups?.length && { groups: [...groups] }),
    ...(minutes !== undefined && { expirationTimeInMinutes: minutes }),
    ...(clientProtocol !== undefined && { clientProtocol }),
  };
}

function isLife(minutes: number): boolean {
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= MAX_MINUTES;
}
