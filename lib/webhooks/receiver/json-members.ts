import type { MqttUserProperty } from '../../engine/ports/mqtt-events.interface.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object in a body; `undefined` when there is none. */
export function jsonObject(body: Buffer): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * Lists of strings by name. No prototype: `__proto__` is a name like any other.
 *
 * @param isHidden tells names that are left out
 */
export function listsOf(
  value: unknown,
  isHidden: (name: string) => boolean = () => false,
): Readonly<Record<string, readonly string[]>> {
  const lists = Object.create(null) as Record<string, readonly string[]>;
  for (const [name, items] of Object.entries(objectOf(value) ?? {})) {
    if (!isHidden(name)) lists[name] = textsOf(Array.isArray(items) ? items : [items]);
  }
  return lists;
}

export function userPropertiesOf(value: unknown): readonly MqttUserProperty[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((item: unknown) => {
    const { name, value: text } = objectOf(item) ?? {};
    return typeof name === 'string' && typeof text === 'string' ? [{ name, value: text }] : [];
  });
}
