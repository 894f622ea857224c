import { HttpException } from '@nestjs/common';
import type { MqttConnectRefusal } from '../../../engine/ports/mqtt-events.interface.js';

/**
 * Refuses a client in a handler of `connect`, and says how to clients of MQTT. Without a need for that,
 * every `HttpException` of Nest does.
 *
 * @example
 * ```ts
 * throw new ConnectRejection(401, 'badge expired', {
 *   code: 135,
 *   reason: 'badge expired',
 *   userProperties: [{ name: 'help', value: 'desk 4' }],
 * });
 * ```
 */
export class ConnectRejection extends HttpException {
  /**
   * @param status of the handshake, 400 to 599
   * @param message for the log; WebSocket clients see the status only
   * @param mqtt the CONNACK: a return code of MQTT 3.1.1 or a reason code of MQTT 5.0, as the client
   *   speaks. One that its version does not have becomes "unspecified error".
   */
  constructor(
    status: number,
    message: string,
    readonly mqtt?: MqttConnectRefusal,
  ) {
    super(message, status);
  }
}
