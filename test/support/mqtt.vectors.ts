import { readFileSync } from 'node:fs';

export interface MqttVector {
  readonly name: string;
  readonly version: '3.1.1' | '5.0';
  readonly direction: 'c2s' | 's2c';
  readonly hex: string;
}

/** Packets as they are on the wire. */
export const MQTT_VECTORS = JSON.parse(
  readFileSync(new URL('../vectors/mqtt-vectors.json', import.meta.url), 'utf8'),
) as readonly MqttVector[];
