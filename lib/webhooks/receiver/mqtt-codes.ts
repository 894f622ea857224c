/** Codes of a CONNACK and the status each is sent with; all others go with 500 (events.md 9.3). */
const STATUS_OF_CODE: ReadonlyMap<number, number> = new Map([
  ...entries(400, [1, 2, 129, 131, 132, 133, 140, 144, 149, 153, 154, 155]),
  ...entries(401, [4, 5, 134, 135]),
  ...entries(403, [138]),
  ...entries(429, [151, 159]),
  ...entries(503, [3]),
]);

/** Return codes of MQTT 3.1.1 and reason codes of MQTT 5.0 by status. */
const CODES: ReadonlyMap<number, readonly [v4: number, v5: number]> = new Map([
  [400, [4, 134]],
  [401, [5, 135]],
]);
const UNSPECIFIED = [3, 128] as const;
/** All that a client of another version can be told: that its version is not supported. */
const UNSUPPORTED_VERSION = 1;

export function statusOfMqttCode(code: number): number {
  return STATUS_OF_CODE.get(code) ?? 500;
}

/** @param version as in the CONNECT packet: 4 is MQTT 3.1.1 */
export function mqttCodeOfStatus(status: number, version: number): number {
  if (version !== 4 && version !== 5) return UNSUPPORTED_VERSION;
  return (CODES.get(status) ?? UNSPECIFIED)[version - 4] as number;
}

function entries(status: number, codes: readonly number[]): [number, number][] {
  return codes.map((code) => [code, status]);
}
