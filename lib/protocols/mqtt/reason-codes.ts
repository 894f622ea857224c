/** Reason codes of MQTT 5.0, as far as the service sends or judges them. */
export const REASON = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noSubscription: 0x11,
  unspecified: 0x80,
  malformed: 0x81,
  protocolError: 0x82,
  unsupportedVersion: 0x84,
  invalidClientId: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  shuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  invalidTopicFilter: 0x8f,
  invalidTopicName: 0x90,
  unknownPacketId: 0x92,
  invalidTopicAlias: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  invalidPayloadFormat: 0x99,
  retainNotSupported: 0x9a,
  sharedSubscriptionsNotSupported: 0x9e,
  wildcardsNotSupported: 0xa2,
} as const;

/** What a client of MQTT 5.0 is told when the engine closes its connection with a WebSocket code. */
export const DISCONNECT_REASONS: ReadonlyMap<number, number> = new Map([
  [1000, REASON.administrativeAction],
  [1001, REASON.shuttingDown],
  [1008, REASON.quotaExceeded],
  [1011, REASON.unspecified],
]);

/** Return codes of a CONNACK of MQTT 3.1.1. */
export const RETURN = {
  accepted: 0,
  unsupportedVersion: 1,
  invalidClientId: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const;

/** SUBACK of MQTT 3.1.1: a filter that was refused, whatever the reason. */
export const SUBSCRIPTION_FAILURE = 0x80;

const CONNACK_REASONS: ReadonlySet<number> = new Set([
  0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99,
  0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
]);

/** The code a connect handler chose, or the general one when the client's version has no such code. */
export function refusalCode(version: MqttVersion, code: number): number {
  if (version === 5) return CONNACK_REASONS.has(code) ? code : REASON.unspecified;
  return Number.isInteger(code) && code >= 1 && code <= 5 ? code : RETURN.serverUnavailable;
}

/** 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

/** A client broke MQTT: its network connection ends, and one of MQTT 5.0 is told this reason code. */
export class MqttViolation extends Error {
  override readonly name = 'MqttViolation';

  constructor(
    readonly reasonCode: number,
    /** For the log only; never sent. */
    detail: string,
  ) {
    super(detail);
  }
}

export function malformed(detail: string): MqttViolation {
  return new MqttViolation(REASON.malformed, detail);
}
