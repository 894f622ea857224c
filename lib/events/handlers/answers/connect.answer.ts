import type { ConnectAccepted } from '../../../engine/ports/event-sink.interface.js';
import type { MqttConnectAnswer } from '../../../engine/ports/mqtt-events.interface.js';
import { isGroupName, isUserId } from '../../../engine/names.js';
import { encodeState, type ConnectionState } from '../../connection-state.js';

/**
 * What a handler of `connect` returns to let a client in. What is left out, or `null`, stays as the
 * token says.
 *
 * @example
 * ```ts
 * @OnConnect()
 * connect(): ConnectAnswer {
 *   return { userId: 'ana', roles: ['webpubsub.joinLeaveGroup'], state: { plan: 'free' } };
 * }
 * ```
 */
export interface ConnectAnswer {
  /** Replaces the user id; `''` makes the client anonymous. */
  readonly userId?: string | null;
  /** Groups to join, instead of those of the token; an empty list changes nothing. */
  readonly groups?: readonly string[] | null;
  /** Replaces all roles; an empty list takes all away. */
  readonly roles?: readonly string[] | null;
  /** One that the client has offered; of MQTT clients it cannot be chosen. */
  readonly subprotocol?: string | null;
  /** The state of the connection, instead of what was set with {@link HubConnection.setState}. */
  readonly state?: ConnectionState | null;
  /** MQTT clients only: user properties of the CONNACK. */
  readonly mqtt?: MqttConnectAnswer | null;
}

/**
 * @param state what the handler has set
 * @param place for the error
 * @throws TypeError for a result that is no answer; RangeError for a state that is too large
 */
export function toAccepted(
  result: unknown,
  state: string | undefined,
  place: string,
): ConnectAccepted {
  if (result === undefined || result === null || result === true) {
    return { accepted: true, ...(state !== undefined && { state }) };
  }
  if (typeof result !== 'object' || Array.isArray(result)) {
    throw new TypeError(
      `${place} returned ${Array.isArray(result) ? 'an array' : `a ${typeof result}`}. ` +
        'Return nothing to let the client in, false to refuse it, or { userId, groups, roles, subprotocol, state }.',
    );
  }
  const answer = result as ConnectAnswer;
  const problem = problemOf(answer);
  if (problem !== undefined) throw new TypeError(`${place} returned a bad answer: ${problem}.`);
  const { userId, groups, roles, subprotocol, mqtt } = answer;
  const newState = answer.state ? encodeState(answer.state) : state;
  return {
    accepted: true,
    ...(typeof userId === 'string' && { userId }),
    ...(groups && groups.length > 0 && { groups: [...groups] }),
    ...(roles && { roles: [...roles] }),
    ...(subprotocol && { subprotocol }),
    ...(newState !== undefined && { state: newState }),
    ...(mqtt && { mqtt }),
  };
}

// Handlers answer with what they have read somewhere, whose types are not what they say.
function problemOf({
  userId,
  groups,
  roles,
  subprotocol,
  state,
  mqtt,
}: Record<keyof ConnectAnswer, unknown> | ConnectAnswer): string | undefined {
  if (!isAbsent(userId) && !(typeof userId === 'string' && (userId === '' || isUserId(userId)))) {
    return 'userId is a string of at most 1024 characters that is not blank';
  }
  if (!isAbsent(groups) && !isListOf(groups, isGroup)) {
    return 'groups are names of 1 to 1024 characters that are not blank';
  }
  if (!isAbsent(roles) && !isListOf(roles, isText)) return 'roles are strings';
  if (!isAbsent(subprotocol) && !isText(subprotocol)) return 'subprotocol is a string';
  if (!isAbsent(state) && !isObject(state)) return 'state is an object';
  if (isAbsent(mqtt)) return undefined;
  const properties = isObject(mqtt) ? mqtt['userProperties'] : mqtt;
  if (properties === undefined || isListOf(properties, isUserProperty)) return undefined;
  return 'mqtt.userProperties are a list of { name, value }';
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isGroup(value: unknown): boolean {
  return isText(value) && isGroupName(value);
}

function isUserProperty(value: unknown): boolean {
  return isObject(value) && isText(value['name']) && isText(value['value']);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
