import type { Delivery } from './delivery.js';
import type { Outbox } from './outbox.js';
import type { MqttConnectionInfo, MqttEnding } from './ports/mqtt-events.interface.js';

/** Who a session belongs to. */
export interface SessionOwner {
  /** The client confirms too little; what it was owed has been dropped. */
  sessionOverflow(): void;
  /** Queues a frame that only this client gets. */
  reply(frame: Buffer | undefined): void;
}

/** A delivery that outlives the socket: what the client has not confirmed is sent again. */
export interface Session extends Delivery {
  /** How long the connection waits for its client after the socket broke; 0 = not at all. */
  readonly detachedMs: number;
  /** The client is back: sends what it may have missed, on the new socket. */
  resume(outbox: Outbox): void;
  /** Lets go of everything up to a number, in protocols that count. */
  confirm?(sequenceId: bigint): void;
  /** The connection is no longer in a group. */
  left?(group: string): void;
  /** The service is about to close the socket with this WebSocket code, and the connection with it. */
  closing?(code: number): void;
  /** The connection is over, and in no lookup table any more. */
  ended?(): void;
  /** What event handlers are told about an MQTT connection. */
  readonly info?: MqttConnectionInfo;
  /** How an MQTT session ended, for event handlers. */
  readonly ending?: MqttEnding;
}
