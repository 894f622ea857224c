import type { ConnectionChannel } from '../../engine/ports/connection-channel.interface.js';
import { disconnectFrame } from '../../protocols/mqtt/mqtt.protocol.js';
import type { DisconnectPacket } from '../../protocols/mqtt/packets.js';
import { MqttViolation, REASON } from '../../protocols/mqtt/reason-codes.js';
import type { MqttClient } from './mqtt.requests.js';

/** Tells a client of MQTT 5.0, and later the event handlers, why its network connection ends. */
export function sayGoodbye(
  { connection, session }: MqttClient,
  channel: ConnectionChannel,
  reasonCode: number,
): void {
  if (!connection.isServedBy(channel)) return;
  const frame = disconnectFrame(session.terms, reasonCode);
  session.farewell = {
    initiatedByClient: false,
    disconnectPacket: frame === undefined ? null : { code: reasonCode, userProperties: null },
  };
  connection.reply(frame);
  connection.flushForClose(channel);
}

/** The network connection is over; the session goes with it, or waits for its client. */
export function transportLost(
  { connection, session }: MqttClient,
  channel: ConnectionChannel,
  reason: string,
): void {
  if (!connection.isServedBy(channel)) return;
  connection.lost(channel, reason);
  if (connection.isOpen) session.will?.detached(session.detachedMs);
}

/**
 * The client says goodbye. Only the code 0 means that all is well and takes the will back.
 *
 * @throws {@link MqttViolation} when it wants a session kept that was to end (3.14.2.2.2 of the standard)
 */
export function leave(
  client: MqttClient,
  { reasonCode, properties }: DisconnectPacket,
  channel: ConnectionChannel,
): void {
  const { session } = client;
  const { sessionExpirySeconds, userProperties, reasonString } = properties;
  if (sessionExpirySeconds !== undefined) {
    if (sessionExpirySeconds > 0 && session.terms.expiryMs === 0) {
      throw new MqttViolation(REASON.protocolError, 'a session that was to end cannot be kept');
    }
    session.expiryMs = Math.min(sessionExpirySeconds * 1000, session.terms.longestExpiryMs);
  }
  if (reasonCode === REASON.success) {
    session.will?.cancel();
    session.will = undefined;
  }
  session.farewell = {
    initiatedByClient: true,
    disconnectPacket: { code: reasonCode, userProperties: userProperties ?? null },
  };
  transportLost(client, channel, reasonString ?? '');
}
