import { isGroupName } from '../../engine/names.js';
import type {
  ConnectAccepted,
  ConnectEvent,
  ConnectRefused,
} from '../../engine/ports/event-sink.interface.js';
import type {
  MqttConnectRefusal,
  MqttConnectRequest,
  MqttUserProperty,
} from '../../engine/ports/mqtt-events.interface.js';
import { stateIn } from './answer.headers.js';
import { AnswerMembers } from './answer.members.js';
import type { OutgoingAnswer } from './outgoing-http.js';
import { WebhookError } from './webhook.error.js';

/**
 * Reads a successful answer to `connect` (events.md 5.2).
 *
 * @throws {@link WebhookError} when it cannot be used: nothing of it counts then
 */
export function acceptanceIn(
  { headers, body }: OutgoingAnswer,
  event: ConnectEvent,
): ConnectAccepted {
  const accepted = { accepted: true, state: stateIn(headers) } as const;
  const value = jsonIn(body);
  if (value === undefined || value === null) return accepted;
  const members = new AnswerMembers(value);
  return {
    ...accepted,
    userId: members.text('userId'),
    groups: groupsIn(members),
    roles: members.texts('roles'),
    subprotocol: subprotocolIn(members, event.subprotocols),
    mqtt: event.mqtt && { userProperties: userPropertiesIn(members.object('mqtt')) },
  };
}

/** Reads an answer to `connect` that is no success. Its body is for MQTT clients only. */
export function refusalIn({ status, body }: OutgoingAnswer, event: ConnectEvent): ConnectRefused {
  if (status < 400 || status > 599) {
    // No handler can send clients elsewhere.
    return { accepted: false, status: 500, detail: `the webhook answered ${status}` };
  }
  return { accepted: false, status, mqtt: event.mqtt && mqttRefusalIn(body) };
}

/** What an MQTT client is told when there was no answer: "server unavailable" of its version. */
export function unreachableRefusal({ protocolVersion }: MqttConnectRequest): MqttConnectRefusal {
  return { code: protocolVersion === 5 ? 0x88 : 3 };
}

function groupsIn(members: AnswerMembers): readonly string[] | undefined {
  const groups = members.texts('groups');
  if (groups === undefined || groups.every(isGroupName)) return groups;
  throw new WebhookError("'groups' of the answer has a name that is empty or too long");
}

function subprotocolIn(members: AnswerMembers, offered: readonly string[]): string | undefined {
  const name = members.text('subprotocol')?.toLowerCase();
  if (!name) return undefined;
  const subprotocol = offered.find((candidate) => candidate.toLowerCase() === name);
  if (subprotocol !== undefined) return subprotocol;
  throw new WebhookError("'subprotocol' of the answer is none that the client has offered");
}

/** `undefined` when it says nothing that can be used; then the status decides (events.md 9.3). */
function mqttRefusalIn(body: Buffer): MqttConnectRefusal | undefined {
  try {
    const mqtt = new AnswerMembers(jsonIn(body)).object('mqtt');
    const code = mqtt?.integer('code');
    if (code === undefined) return undefined;
    return { code, reason: mqtt?.text('reason'), userProperties: userPropertiesIn(mqtt) };
  } catch (error) {
    if (error instanceof WebhookError) return undefined;
    throw error;
  }
}

function userPropertiesIn(mqtt: AnswerMembers | undefined): MqttUserProperty[] | undefined {
  return mqtt?.objects('userProperties')?.map((property) => ({
    name: property.text('name') ?? '',
    value: property.text('value') ?? '',
  }));
}

/** `undefined` for no body at all. */
function jsonIn(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new WebhookError('the answer is no JSON');
  }
}
