import type { GroupStateNews, InvokeResponse } from '../../engine/ports/frame-encoder.interface.js';
import { encodeMap, encodeMetadata, encodePayload } from './payload.encoder.js';

export function encodeInvokeResponse(response: InvokeResponse): string {
  const start = `{"type":"invokeResponse","invocationId":${JSON.stringify(response.invocationId)}`;
  if (!response.success) {
    const { name, message } = response.error;
    return `${start},"success":false,"error":${JSON.stringify({ name, message })}}`;
  }
  const { payload, metadata } = response;
  const data = payload === undefined ? '' : `,${encodePayload(payload)}`;
  return `${start},"success":true${data}${encodeMetadata(metadata)}}`;
}

const STATE_TYPES = { update: 'groupStateUpdate', snapshot: 'groupStateSnapshot' } as const;

export function encodeGroupState(
  { kind, group, items }: GroupStateNews,
  sequenceId: number | undefined,
): string {
  const start = `{"type":"${STATE_TYPES[kind]}","group":${JSON.stringify(group)}`;
  const number = sequenceId === undefined ? '' : `,"sequenceId":${sequenceId}`;
  return `${start},"items":[${items.map((item) => encodeItem(item)).join(',')}]${number}}`;
}

/** Without `userId` for an anonymous member, without `state` when it was cleared. */
function encodeItem({
  connectionId,
  userId,
  state,
  updatedAt,
}: GroupStateNews['items'][number]): string {
  const user = userId === undefined ? '' : `,"userId":${JSON.stringify(userId)}`;
  const entries = state === undefined ? '' : `,"state":${encodeMap(state)}`;
  return `{"connectionId":${JSON.stringify(connectionId)}${user}${entries},"updatedAt":${updatedAt}}`;
}
