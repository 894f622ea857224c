import type { DataType } from '../../engine/payload.js';
import type {
  EventReply,
  UserEventFailure,
  UserEventOutcome,
} from '../../engine/ports/event-sink.interface.js';
import type { MqttEventAnswer } from '../../engine/ports/mqtt-events.interface.js';
import { METADATA_PREFIX } from '../../events/cloud-events.js';
import {
  stateHeader,
  textAnswer,
  textHeader,
  type AnswerHeader,
  type EventAnswer,
} from './event-answer.js';
import { refusalStatus } from './refusal-status.js';

type Handled = Extract<UserEventOutcome, { readonly handled: true }>;
type Failed = Extract<UserEventOutcome, { readonly handled: false }>;

const CONTENT_TYPES: Readonly<Record<DataType, string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  binary: 'application/octet-stream',
  protobuf: 'application/x-protobuf',
};

const STATUS_OF_FAILURE: Readonly<Record<UserEventFailure, number>> = {
  NotFound: 404,
  BadRequest: 400,
  Forbidden: 403,
  Timeout: 504,
};

/**
 * Puts a handled user event on the wire (events.md 12.3, 9.5).
 *
 * @param reply the one message there is room for
 * @throws TypeError, RangeError for what no header can carry
 */
export function handledAnswer(
  { state, mqtt }: Handled,
  reply: EventReply | undefined,
): EventAnswer {
  const headers = [...stateHeader(state), ...mqttHeaders(mqtt)];
  if (reply === undefined) return { status: successOf(mqtt) ?? 204, headers };
  const { payload, metadata = new Map<string, string>() } = reply;
  return {
    status: successOf(mqtt) ?? 200,
    headers: [
      ['Content-Type', CONTENT_TYPES[payload.dataType]],
      ...headers,
      ...[...metadata].map(([key, value]) => textHeader(`${METADATA_PREFIX}${key}`, value)),
    ],
    body: payload.bytes,
  };
}

/**
 * Puts a failed user event on the wire. Clients of MQTT see the body, others do not: so it has what the
 * handler means for clients there, and what it means for the log here.
 *
 * @throws TypeError for what no header can carry
 */
export function failedAnswer(outcome: Failed, isMqtt: boolean): EventAnswer {
  const { mqtt, failure, detail = '' } = outcome;
  const status = refusalStatus(
    mqtt?.status ?? outcome.status ?? (failure ? STATUS_OF_FAILURE[failure] : 500),
  );
  if (!isMqtt) return textAnswer(status, detail);
  const headers = mqttHeaders(mqtt);
  if (mqtt?.payload === undefined) return { status, headers };
  const { dataType, bytes } = mqtt.payload;
  return { status, headers: [['Content-Type', CONTENT_TYPES[dataType]], ...headers], body: bytes };
}

/** 204 and 205 have no body on any wire. */
function successOf(mqtt: MqttEventAnswer | undefined): number | undefined {
  const status = mqtt?.status ?? 0;
  return status >= 200 && status <= 299 && status !== 204 && status !== 205 ? status : undefined;
}

function mqttHeaders(mqtt: MqttEventAnswer | undefined): AnswerHeader[] {
  return (mqtt?.userProperties ?? []).map(({ name, value }) => textHeader(`mqtt-${name}`, value));
}
