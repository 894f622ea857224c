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
const NOT_PRINTABLE_ASCII = /[^\x20-\x7e]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A letter, then up to 127 of letters, digits and ``_`,.[]``. */
export function isHubName(name: string): boolean {
  return HUB_NAME.test(name);
}

/** Hub names are compared without regard to case. */
export function normalizeHubName(name: string): string {
  return name.toLowerCase();
}

/**
 * 1 to 1024 characters, not all white space. Half a surrogate pair is refused: no URL and no other
 * node could name such a group, because UTF-8 cannot say it.
 */
export function isGroupName(name: string): boolean {
  return name.length <= MAX_GROUP_NAME_LENGTH && !isBlank(name) && !LONE_SURROGATE.test(name);
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

/**
 * What is wrong with the metadata of a message; `undefined` when nothing is. Reads no further than
 * the first problem.
 */
export function metadataProblem(entries: Iterable<readonly [string, string]>): string | undefined {
  let total = 0;
  for (const [key, value] of entries) {
    const problem = keyProblem(key) ?? valueProblem(key, value);
    if (problem !== undefined) return problem;
    total += key.length + value.length;
    if (total > METADATA_LIMITS.totalBytes) {
      return `Metadata exceeds ${METADATA_LIMITS.totalBytes} bytes.`;
    }
  }
  return undefined;
}

// Lengths first: they bound the search, and what is longer in characters is longer in bytes too.
function keyProblem(key: string): string | undefined {
  if (key.length > METADATA_LIMITS.keyBytes) {
    return `Metadata key '${key}' exceeds ${METADATA_LIMITS.keyBytes} bytes.`;
  }
  return TOKEN.test(key) ? undefined : `Metadata key '${key}' is not a valid header name.`;
}

function valueProblem(key: string, value: string): string | undefined {
  if (value.length > METADATA_LIMITS.valueBytes) {
    return `Metadata value for key '${key}' exceeds ${METADATA_LIMITS.valueBytes} bytes.`;
  }
  return NOT_PRINTABLE_ASCII.test(value)
    ? `Metadata value for key '${key}' contains a character outside printable ASCII.`
    : undefined;
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
