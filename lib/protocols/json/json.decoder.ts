import type { UpstreamMessage } from '../../engine/upstream-message.js';
import {
  readAckId,
  readGroupAndAck,
  readMembers,
  readMetadata,
  readNoEcho,
  readObject,
  readPayload,
  readString,
  readTtl,
  readUint64,
  type Members,
} from './json.members.js';
import { jsonViolation } from './json.violation.js';
import {
  readCancelInvocation,
  readEventName,
  readInvoke,
  readSetGroupState,
  readStreamData,
  readStreamEnd,
  readStreamStart,
} from './newer.readers.js';

type Reader = (members: Members) => UpstreamMessage;

/** One reader for each `type`, under its lower-case name. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['joingroup', (members) => ({ type: 'joinGroup', ...readGroupAndAck(members) })],
  ['leavegroup', (members) => ({ type: 'leaveGroup', ...readGroupAndAck(members) })],
  ['sendtogroup', readSendToGroup],
  ['event', readEvent],
  ['ping', () => ({ type: 'ping' })],
  [
    'sequenceack',
    (members) => ({ type: 'sequenceAck', sequenceId: readUint64(members, 'sequenceId') }),
  ],
  ['invoke', readInvoke],
  ['cancelinvocation', readCancelInvocation],
  ['invokeresponse', () => ({ type: 'invokeResponse' })],
  ['streamdata', readStreamData],
  ['streamend', readStreamEnd],
  ['setgroupstate', readSetGroupState],
  [
    'subscribegroupstate',
    (members) => ({ type: 'subscribeGroupState', ...readGroupAndAck(members) }),
  ],
  [
    'unsubscribegroupstate',
    (members) => ({ type: 'unsubscribeGroupState', ...readGroupAndAck(members) }),
  ],
]);

/**
 * Reads one message of `json.webpubsub.azure.v1`. JSON data and 64-bit numbers are taken from the
 * text, not from parsed values, so nothing of them is lost. In text data an escaped half of a
 * surrogate pair becomes U+FFFD, because UTF-8 cannot say it; JSON data keeps its escapes.
 *
 * @throws {@link ProtocolViolation} 1007
 */
export function decodeJsonMessage(text: string): UpstreamMessage {
  const members = readMembers(text);
  const type = readString(members, 'type');
  const reader = READERS.get(type.toLowerCase());
  if (reader === undefined) throw jsonViolation(`unknown type ${JSON.stringify(type)}`);
  return reader(members);
}

function readSendToGroup(members: Members): UpstreamMessage {
  const stream = readObject(members, 'stream');
  if (stream !== undefined) return readStreamStart(members, stream);
  const metadata = readMetadata(members);
  return {
    type: 'sendToGroup',
    ...readGroupAndAck(members),
    payload: readPayload(members, metadata),
    noEcho: readNoEcho(members),
    ttlSeconds: readTtl(members),
    ...(metadata && { metadata }),
  };
}

function readEvent(members: Members): UpstreamMessage {
  const event = readEventName(members);
  const metadata = readMetadata(members);
  return {
    type: 'event',
    event,
    payload: readPayload(members, metadata),
    ...(metadata && { metadata }),
    ...readAckId(members),
  };
}
