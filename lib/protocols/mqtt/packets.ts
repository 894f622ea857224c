import type { MqttProperties } from './properties.js';
import type { MqttVersion } from './reason-codes.js';

export type QoS = 0 | 1 | 2;

/** The will of a CONNECT. */
export interface WillPacket {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: MqttProperties;
}

export interface ConnectPacket {
  readonly type: 'connect';
  readonly version: MqttVersion;
  readonly clientId: string;
  readonly isCleanStart: boolean;
  readonly keepAliveSeconds: number;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly will: WillPacket | undefined;
  readonly properties: MqttProperties;
}

export interface PublishPacket {
  readonly type: 'publish';
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  /** 0 with QoS 0. */
  readonly packetId: number;
  readonly properties: MqttProperties;
}

/** The packets that move a message with QoS 1 or 2 on. */
export interface AcknowledgementPacket {
  readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';
  readonly packetId: number;
  readonly reasonCode: number;
}

export interface SubscriptionRequest {
  readonly filter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
}

export interface SubscribePacket {
  readonly type: 'subscribe';
  readonly packetId: number;
  readonly subscriptions: readonly SubscriptionRequest[];
  readonly properties: MqttProperties;
}

export interface UnsubscribePacket {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  readonly filters: readonly string[];
}

export interface DisconnectPacket {
  readonly type: 'disconnect';
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

/** What a client can send. */
export type ClientPacket =
  | ConnectPacket
  | PublishPacket
  | AcknowledgementPacket
  | SubscribePacket
  | UnsubscribePacket
  | DisconnectPacket
  | { readonly type: 'pingreq' };

/** What the answer to a CONNECT says. */
export interface ConnackInit {
  readonly sessionPresent: boolean;
  /** A return code of MQTT 3.1.1 or a reason code of 5.0. */
  readonly code: number;
  /** MQTT 5.0 only. */
  readonly properties?: MqttProperties;
}
