import { isUtf8 } from 'node:buffer';
import { binaryPayload, textPayload, type Payload } from '../../engine/payload.js';
import type {
  UserEvent,
  UserEventFailure,
  UserEventOutcome,
} from '../../engine/ports/event-sink.interface.js';
import type { MqttEventAnswer } from '../../engine/ports/mqtt-events.interface.js';
import { mediaTypeIn, metadataIn, stateIn, userPropertiesIn } from './answer.headers.js';
import type { OutgoingAnswer } from './outgoing-http.js';
import { isSuccess } from './retry.js';
import { WebhookError } from './webhook.error.js';

/**
 * Reads the answer to a user event (events.md 6.1, 9.5).
 *
 * @throws {@link WebhookError} when a success cannot be used: nothing of it counts then
 */
export function outcomeIn(answer: OutgoingAnswer, event: UserEvent): UserEventOutcome {
  return isSuccess(answer) ? successIn(answer, event) : failureIn(answer, event);
}

function successIn(answer: OutgoingAnswer, { mqtt }: UserEvent): UserEventOutcome {
  const { headers, body } = answer;
  const state = stateIn(headers);
  const metadata = metadataIn(headers);
  const payload = payloadIn(answer) ?? (mqtt && untypedPayloadIn(answer));
  if (payload === undefined) {
    throw new WebhookError('the body of the answer is not what its content type says, or unknown');
  }
  const isEmpty = body.length === 0 && metadata === undefined;
  return {
    handled: true,
    replies: isEmpty ? [] : [{ payload, metadata }],
    state,
    mqtt: mqtt && mqttAnswerIn(answer),
  };
}

/** All but the status is for MQTT clients only. */
function failureIn(answer: OutgoingAnswer, { mqtt }: UserEvent): UserEventOutcome {
  const { status, body } = answer;
  const payload = body.length > 0 ? (payloadIn(answer) ?? binaryPayload(body)) : undefined;
  return {
    handled: false,
    status,
    failure: failureOf(status),
    mqtt: mqtt && { ...mqttAnswerIn(answer), payload },
  };
}

function mqttAnswerIn({ status, headers }: OutgoingAnswer): MqttEventAnswer {
  const [contentType] = headers['content-type'] ?? [];
  return { status, userProperties: userPropertiesIn(headers), contentType };
}

/** `undefined` when it is not what it says, or says what nobody knows. */
function payloadIn({ headers, body }: OutgoingAnswer): Payload | undefined {
  if (body.length === 0) return textPayload('');
  switch (mediaTypeIn(headers)) {
    case '':
    case 'application/octet-stream':
      return binaryPayload(body);
    case 'text/plain':
      // A text frame with anything else would end the client's connection.
      return isUtf8(body) ? { dataType: 'text', bytes: body } : textPayload(body.toString('utf8'));
    case 'application/json':
      return isJson(body) ? { dataType: 'json', bytes: body } : undefined;
    case 'application/x-protobuf':
      return { dataType: 'protobuf', bytes: body };
    default:
      return undefined;
  }
}

/** To MQTT clients any media type can go; JSON that is none is a failure for them too. */
function untypedPayloadIn({ headers, body }: OutgoingAnswer): Payload | undefined {
  return mediaTypeIn(headers) === 'application/json' ? undefined : binaryPayload(body);
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return isUtf8(body);
  } catch {
    return false;
  }
}

/** In the words of an invocation (client-protocols.md 9.3). */
function failureOf(status: number): UserEventFailure | undefined {
  if (status === 401 || status === 403) return 'Forbidden';
  return status >= 400 && status < 500 ? 'BadRequest' : undefined;
}
