import type { Connection } from '../../engine/connection.js';
import { Message } from '../../engine/message.js';
import { payloadOf } from '../../protocols/mqtt/content-types.js';
import type { PublishPacket } from '../../protocols/mqtt/packets.js';

/** What a client publishes to a group: for MQTT clients as it is, for others by its content type. */
export function groupMessage(
  connection: Connection,
  group: string,
  { payload, qos, properties }: Pick<PublishPacket, 'payload' | 'qos' | 'properties'>,
  now: number,
): Message {
  const { contentType, messageExpirySeconds } = properties;
  return new Message({
    origin: { from: 'group', group, fromUserId: connection.userId ?? null },
    payload: payloadOf(contentType, payload),
    expiresAt: messageExpirySeconds === undefined ? 0 : now + messageExpirySeconds * 1000,
    mqtt: {
      qos,
      sender: connection.id,
      payloadFormat: properties.payloadFormat,
      contentType,
      responseTopic: properties.responseTopic,
      correlationData: properties.correlationData,
      userProperties: properties.userProperties,
    },
  });
}
