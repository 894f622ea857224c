import { packet, uint16 } from './byte.writers.js';
import type { ConnackInit } from './packets.js';
import { writeProperties, type MqttProperties } from './properties.js';
import { REASON, type MqttVersion } from './reason-codes.js';

export type AcknowledgementType = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';

const ACKNOWLEDGEMENT: Readonly<Record<AcknowledgementType, number>> = {
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
};

const NONE: MqttProperties = {};

/** The packets a server sends, all but PUBLISH. */
export const packetEncoder = {
  connack(version: MqttVersion, { sessionPresent, code, properties = NONE }: ConnackInit): Buffer {
    const head = Buffer.from([sessionPresent ? 1 : 0, code]);
    return version === 5 ? packet(0x20, head, writeProperties(properties)) : packet(0x20, head);
  },

  /** The reason code only exists in MQTT 5.0, and a success needs none. */
  acknowledgement(
    version: MqttVersion,
    type: AcknowledgementType,
    packetId: number,
    reasonCode: number = REASON.success,
  ): Buffer {
    const id = uint16(packetId);
    const first = ACKNOWLEDGEMENT[type];
    return version === 5 && reasonCode !== REASON.success
      ? packet(first, id, Buffer.from([reasonCode]))
      : packet(first, id);
  },

  suback(version: MqttVersion, packetId: number, codes: readonly number[]): Buffer {
    const properties = version === 5 ? [writeProperties(NONE)] : [];
    return packet(0x90, uint16(packetId), ...properties, Buffer.from(codes));
  },

  unsuback(version: MqttVersion, packetId: number, codes: readonly number[]): Buffer {
    return version === 5
      ? packet(0xb0, uint16(packetId), writeProperties(NONE), Buffer.from(codes))
      : packet(0xb0, uint16(packetId));
  },

  pingresp(): Buffer {
    return packet(0xd0);
  },

  /** MQTT 5.0 only: a server of 3.1.1 just closes. */
  disconnect(reasonCode: number, properties: MqttProperties = NONE): Buffer {
    return packet(0xe0, Buffer.from([reasonCode]), writeProperties(properties));
  },
} as const;
