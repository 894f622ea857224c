import { isEventName } from '../../engine/names.js';
import { MAX_CLIENT_ID_LENGTH } from '../../engine/limits.js';
import type {
  InvokeRequest,
  SetGroupStateRequest,
  StartStreamRequest,
  StreamDataRequest,
  StreamEndRequest,
  UpstreamMessage,
} from '../../engine/upstream-message.js';
import {
  readGroupAndAck,
  readMetadata,
  readNoEcho,
  readObject,
  readOptionalString,
  readPayload,
  readString,
  readStringMap,
  readUint64,
  type Members,
} from './json.members.js';
import { jsonViolation } from './json.violation.js';

/** Digits of the largest number that is a time-out; what is too large is refused by the engine. */
const INTEGER = /^\d{1,10}$/;

/** The name of an `event` or an `invoke`, neither of which can start a stream (9.4, rule 20). */
export function readEventName(members: Members): string {
  if (readObject(members, 'stream') !== undefined) throw jsonViolation('no stream can start here');
  const event = readString(members, 'event');
  if (!isEventName(event)) throw jsonViolation('invalid event name');
  return event;
}

export function readInvoke(members: Members): InvokeRequest {
  const invocationId = readInvocationId(members);
  const isEvent = readString(members, 'target') === 'event';
  const metadata = readMetadata(members);
  const hasPayload = members.has('data') || members.has('dataType');
  return {
    type: 'invoke',
    invocationId,
    event: isEvent ? readEventName(members) : undefined,
    ...(hasPayload && { payload: readPayload(members, undefined) }),
    ...(metadata && { metadata }),
  };
}

export function readCancelInvocation(members: Members): UpstreamMessage {
  return { type: 'cancelInvocation', invocationId: readInvocationId(members) };
}

function readInvocationId(members: Members): string {
  const id = readString(members, 'invocationId');
  if (id !== '' && id.length <= MAX_CLIENT_ID_LENGTH) return id;
  throw jsonViolation('invalid invocationId');
}

/** @param stream the members of the object that makes a `sendToGroup` the start of a stream */
export function readStreamStart(members: Members, stream: Members): StartStreamRequest {
  const idleTimeoutMs = stream.get('idleTimeoutMs') ?? 'null';
  return {
    type: 'startStream',
    ...readGroupAndAck(members),
    streamId: readString(stream, 'streamId'),
    idleTimeoutMs: idleTimeoutMs === 'null' ? undefined : readInteger(idleTimeoutMs),
    noEcho: readNoEcho(members),
    hasPayload: members.has('data') || members.has('dataType'),
  };
}

/** What is no integer is no reason to close: the engine refuses the stream. */
function readInteger(text: string): number {
  return INTEGER.test(text) ? Number(text) : Number.NaN;
}

export function readStreamData(members: Members): StreamDataRequest {
  const streamId = readString(members, 'streamId');
  const parts = ['streamSequenceId', 'dataType', 'data'].filter((name) => members.has(name));
  if (parts.length === 0) return { type: 'streamData', streamId, fragment: undefined };
  if (parts.length < 3) return { type: 'streamData', streamId, fragment: 'incomplete' };
  const sequenceId = readUint64(members, 'streamSequenceId');
  const payload = readPayload(members, undefined);
  return { type: 'streamData', streamId, fragment: { sequenceId, payload } };
}

export function readStreamEnd(members: Members): StreamEndRequest {
  const streamId = readString(members, 'streamId');
  const error = readObject(members, 'error');
  if (error === undefined) return { type: 'streamEnd', streamId };
  const message = readOptionalString(error, 'message');
  const userErrorCode = readOptionalString(error, 'userErrorCode');
  return {
    type: 'streamEnd',
    streamId,
    error: {
      ...(message !== undefined && { message }),
      ...(userErrorCode !== undefined && { userErrorCode }),
    },
  };
}

export function readSetGroupState(members: Members): SetGroupStateRequest {
  const state = readStringMap(members, 'state');
  return { type: 'setGroupState', ...readGroupAndAck(members), state };
}
