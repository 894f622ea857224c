/** Longest hub name, in characters. */
export const MAX_HUB_NAME_LENGTH = 128;
/** Longest group name, in characters. */
export const MAX_GROUP_NAME_LENGTH = 1024;
/** Longest event name, in characters. */
export const MAX_EVENT_NAME_LENGTH = 128;
/** Longest user id or connection id in a REST path, in characters. */
export const MAX_ID_LENGTH = 1024;
/** Most bytes of a metadata key, of a value, and of all keys and values together. */
export const METADATA_LIMITS = { keyBytes: 256, valueBytes: 1024, totalBytes: 8192 } as const;

// One class and one bounded repetition each: nothing to backtrack over.
const HUB_NAME = /^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/;
const EVENT_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** A letter, then up to 127 of letters, digits and ``_`,.[]``. */
export function isHubName(name: string): boolean {
  return HUB_NAME.test(name);
}

/** Hub names are compared without regard to case. */
export function normalizeHubName(name: string): string {
  return name.toLowerCase();
}

/** 1 to 1024 characters, not all white space. */
export function isGroupName(name: string): boolean {
  return name.length <= MAX_GROUP_NAME_LENGTH && !isBlank(name);
}

/** A letter, then up to 127 of letters, digits, `_`, `.` and `-`. */
export function isEventName(name: string): boolean {
  return EVENT_NAME.test(name);
}

/** 1 to 1024 characters, not all white space. */
export function isUserId(id: string): boolean {
  return id.length <= MAX_ID_LENGTH && !isBlank(id);
}

/** 1 to 1024 characters, not all white space. */
export function isConnectionId(id: string): boolean {
  return id.length <= MAX_ID_LENGTH && !isBlank(id);
}

/** What is wrong with the metadata of a message; `undefined` when nothing is. */
export function metadataProblem(entries: Iterable<readonly [string, string]>): string | undefined {
  let total = 0;
  for (const [key, value] of entries) {
    if (key.length > METADATA_LIMITS.keyBytes) {
      return `Metadata key '${key.slice(0, 64)}…' exceeds ${METADATA_LIMITS.keyBytes} bytes.`;
    }
    if (!TOKEN.test(key)) return `Metadata key '${key}' is not a valid header name.`;
    if (!PRINTABLE_ASCII.test(value)) {
      return `Metadata value for key '${key}' contains a character outside printable ASCII.`;
    }
    if (value.length > METADATA_LIMITS.valueBytes) {
      return `Metadata value for key '${key}' exceeds ${METADATA_LIMITS.valueBytes} bytes.`;
    }
    total += key.length + value.length;
  }
  return total > METADATA_LIMITS.totalBytes
    ? `Metadata exceeds ${METADATA_LIMITS.totalBytes} bytes.`
    : undefined;
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
