import type { ConnectPacket } from '../../protocols/mqtt/packets.js';
import type { MqttProperties } from '../../protocols/mqtt/properties.js';
import { REASON, RETURN } from '../../protocols/mqtt/reason-codes.js';
import { isWillTopic } from '../../protocols/mqtt/topics.js';

const CLIENT_ID = /^[0-9A-Za-z_-]{1,128}$/;
const MAX_WILL_BYTES = 2000;
const MAX_KEEP_ALIVE_SECONDS = 180;

/** Why a CONNECT is refused, in its own version's codes; `undefined` when it is not (8.3). */
export function connectProblem(packet: ConnectPacket): number | undefined {
  const [returnCode, reasonCode] = problemOf(packet) ?? [];
  return packet.version === 5 ? reasonCode : returnCode;
}

type Codes = readonly [returnCode: number | undefined, reasonCode: number | undefined];

function problemOf(packet: ConnectPacket): Codes | undefined {
  const { version, clientId, will, properties, keepAliveSeconds } = packet;
  if (properties.authenticationMethod !== undefined) {
    return [undefined, REASON.badAuthenticationMethod];
  }
  if (properties.authenticationData !== undefined) return [undefined, REASON.protocolError];
  if (clientId === '' ? version === 4 : !CLIENT_ID.test(clientId)) {
    return [RETURN.invalidClientId, REASON.invalidClientId];
  }
  if (version === 4 && !isKeepAlive(keepAliveSeconds)) return [RETURN.serverUnavailable, undefined];
  if (will === undefined) return undefined;
  if (!isWillTopic(will.topic)) return [RETURN.serverUnavailable, REASON.invalidTopicName];
  if (will.payload.length > MAX_WILL_BYTES) {
    return [RETURN.serverUnavailable, REASON.packetTooLarge];
  }
  return will.retain ? [undefined, REASON.retainNotSupported] : undefined;
}

/** The keep alive that holds for a client; one of MQTT 5.0 is told when it is not its own. */
export function effectiveKeepAlive({ keepAliveSeconds }: ConnectPacket): number {
  return isKeepAlive(keepAliveSeconds) ? keepAliveSeconds : MAX_KEEP_ALIVE_SECONDS;
}

function isKeepAlive(seconds: number): boolean {
  return seconds >= 1 && seconds <= MAX_KEEP_ALIVE_SECONDS;
}

/** How long a session may outlive its network connection (8.4). */
export function sessionExpiryMs(
  { version, isCleanStart, properties }: ConnectPacket,
  longestMs: number,
): number {
  if (version === 4) return isCleanStart ? 0 : longestMs;
  return Math.min((properties.sessionExpirySeconds ?? 0) * 1000, longestMs);
}

/** What a client of MQTT 5.0 is told about the service as it is let in. */
export function welcomeProperties(
  packet: ConnectPacket,
  expiryMs: number,
  assignedClientId: string | undefined,
): MqttProperties {
  const requested = packet.properties.sessionExpirySeconds ?? 0;
  const expiry = Math.ceil(expiryMs / 1000);
  const keepAlive = effectiveKeepAlive(packet);
  return {
    sessionExpirySeconds: expiry === requested ? undefined : expiry,
    serverKeepAliveSeconds: keepAlive === packet.keepAliveSeconds ? undefined : keepAlive,
    assignedClientId,
    retainAvailable: 0,
    wildcardSubscriptionAvailable: 0,
    sharedSubscriptionAvailable: 0,
  };
}
