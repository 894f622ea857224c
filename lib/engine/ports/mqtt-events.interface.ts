import type { Payload } from '../payload.js';

/** A user property of MQTT 5.0. Names may repeat, and the order counts. */
export interface MqttUserProperty {
  /** UTF-8, at most 65,535 bytes. */
  readonly name: string;
  /** The same. */
  readonly value: string;
}

/** Where an event of an MQTT client comes from, beside its session (events.md 9). */
export interface MqttConnectionInfo {
  /** New for every network connection. */
  readonly physicalConnectionId: string;
  /** Unique for every session; not there yet on `connect`. */
  readonly sessionId?: string;
}

/** The CONNECT packet, as a connect handler sees it (client-protocols.md 8.10). */
export interface MqttConnectRequest {
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  /** Of MQTT 3.1.1, `cleanSession`. */
  readonly cleanStart: boolean;
  /** `undefined` when the packet has none. */
  readonly username: string | undefined;
  /** `undefined` when the packet has none. A secret. */
  readonly password: Buffer | undefined;
  /** `undefined` when the packet has none, and of MQTT 3.1.1. */
  readonly userProperties: readonly MqttUserProperty[] | undefined;
}

/** What a connect handler adds to the CONNACK of a success. */
export interface MqttConnectAnswer {
  /** For clients of MQTT 5.0. */
  readonly userProperties?: readonly MqttUserProperty[];
}

/** The CONNACK of a refusal. */
export interface MqttConnectRefusal {
  /** A return code of MQTT 3.1.1 or a reason code of MQTT 5.0, as the client speaks. */
  readonly code: number;
  /** For people. Of MQTT 5.0. */
  readonly reason?: string;
  /** For clients of MQTT 5.0. */
  readonly userProperties?: readonly MqttUserProperty[];
}

/** What a PUBLISH that raises a user event carries beside its payload. */
export interface MqttEventRequest {
  /** `undefined` when the packet has none. */
  readonly contentType: string | undefined;
  /** Of the packet, in their order. */
  readonly userProperties: readonly MqttUserProperty[];
}

/** The answer to such an event in the words of HTTP (client-protocols.md 8.11). */
export interface MqttEventAnswer {
  readonly status: number;
  readonly userProperties?: readonly MqttUserProperty[];
  /** Media type of the body, where the kind of the payload does not say it all. */
  readonly contentType?: string;
  /** The body of a failure. */
  readonly payload?: Payload;
}

/** How an MQTT session ended. */
export interface MqttEnding {
  /** Whether the client sent the DISCONNECT. */
  readonly initiatedByClient: boolean;
  /** `null` when neither side sent one. */
  readonly disconnectPacket: {
    /** Its reason code. */
    readonly code: number;
    /** `null` when it has none. */
    readonly userProperties: readonly MqttUserProperty[] | null;
  } | null;
}
