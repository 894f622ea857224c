import type { ConnectAccepted, ConnectRefused } from '../../engine/ports/event-sink.interface.js';
import { jsonAnswer, stateHeader, textAnswer, type EventAnswer } from './event-answer.js';
import { mqttCodeOfStatus, statusOfMqttCode } from './mqtt-codes.js';
import { refusalStatus } from './refusal-status.js';

/**
 * Puts the answer to `connect` on the wire (events.md 12.3, 9.3).
 *
 * @param mqttVersion of the CONNECT packet; `undefined` = no MQTT client
 * @throws RangeError for a state that no header can carry
 */
export function connectAnswer(
  answer: ConnectAccepted | ConnectRefused,
  mqttVersion: number | undefined,
): EventAnswer {
  if (answer.accepted) return acceptance(answer);
  return mqttVersion === undefined
    ? textAnswer(refusalStatus(answer.status), answer.detail ?? '')
    : mqttRefusal(answer, mqttVersion);
}

function acceptance({ userId, groups, roles, subprotocol, mqtt, state }: ConnectAccepted) {
  const headers = stateHeader(state);
  const overrides = { userId, groups, roles, subprotocol, mqtt };
  const isEmpty = Object.values(overrides).every((value) => value === undefined);
  return isEmpty ? { status: 204, headers } : jsonAnswer(200, overrides, headers);
}

function mqttRefusal({ status, detail, mqtt }: ConnectRefused, version: number): EventAnswer {
  if (mqtt !== undefined) return jsonAnswer(statusOfMqttCode(mqtt.code), { mqtt });
  const code = mqttCodeOfStatus(status, version);
  return jsonAnswer(refusalStatus(status), { mqtt: { code, reason: detail } });
}
