import {
  isConnectionId,
  isEventName,
  isGroupName,
  isHubName,
  isUserId,
  MAX_EVENT_NAME_LENGTH,
  MAX_GROUP_NAME_LENGTH,
  MAX_HUB_NAME_LENGTH,
  MAX_ID_LENGTH,
  METADATA_LIMITS,
  metadataProblem,
  normalizeHubName,
} from '../../../lib/engine/names.js';

/** A valid character everywhere, repeated. */
function a(length: number): string {
  return 'a'.repeat(length);
}

describe('isHubName (client-protocols.md 1.1)', () => {
  it.each([
    ['one letter', 'h'],
    ['capitals', 'CHAT'],
    ['every kind of character', 'aZ09_`,.[]'],
    ['128 characters', a(MAX_HUB_NAME_LENGTH)],
    ['the name of a member of every object', 'constructor'],
  ])('accepts %s', (_what, name) => {
    expect(isHubName(name)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a digit in front (H14)', '1chat'],
    ['an underscore in front', '_chat'],
    ['129 characters', a(MAX_HUB_NAME_LENGTH + 1)],
    ['a dash', 'a-b'],
    ['a slash', 'a/b'],
    ['a letter beyond ASCII', 'ä'],
    ['a letter that lower-cases to ASCII', 'a\u212a'],
    ['a line break at the end', 'chat\n'],
    ['white space around', ' chat'],
  ])('refuses %s', (_what, name) => {
    expect(isHubName(name)).toBe(false);
  });
});

describe('normalizeHubName', () => {
  it.each([
    ['CHAT', 'chat'],
    ['a`,.[]_Z', 'a`,.[]_z'],
  ])('makes one name of all spellings of %s', (name, normalized) => {
    expect(normalizeHubName(name)).toBe(normalized);
  });
});

describe('isGroupName (client-protocols.md 2)', () => {
  it.each([
    ['one character', 'g'],
    ['1024 characters (J34)', a(MAX_GROUP_NAME_LENGTH)],
    ['white space around something (U35)', ' g '],
    ['anything printable', 'a/b?c=*&"\\\u{1f600}é'],
    ['control characters beside others', 'a\u0000b'],
    ['512 characters outside the basic plane', '\u{1f600}'.repeat(512)],
    ['__proto__', '__proto__'],
  ])('accepts %s', (_what, name) => {
    expect(isGroupName(name)).toBe(true);
  });

  it.each([
    ['nothing (J34)', ''],
    ['two spaces (J34)', '  '],
    ['nothing but white space', ' \t\r\n\u00a0\u2003\u3000'],
    ['1025 characters (J34)', a(MAX_GROUP_NAME_LENGTH + 1)],
    ['513 characters outside the basic plane', '\u{1f600}'.repeat(513)],
    ['the first half of a surrogate pair', 'a\ud800'],
    ['the second half of a surrogate pair', '\udc00a'],
  ])('refuses %s', (_what, name) => {
    expect(isGroupName(name)).toBe(false);
  });
});

describe('isEventName (client-protocols.md 2)', () => {
  it.each([
    ['the name of J44', 'a.b_c-9'],
    ['a capital (J44)', 'E'],
    ['128 characters', a(MAX_EVENT_NAME_LENGTH)],
  ])('accepts %s', (_what, name) => {
    expect(isEventName(name)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a digit in front (J44)', '1e'],
    ['a slash (J44)', 'a/b'],
    ['a space (J44)', 'a b'],
    ['129 characters (J44)', a(MAX_EVENT_NAME_LENGTH + 1)],
    ['a dot in front', '.a'],
    ['a letter beyond ASCII', 'é'],
    ['a line break at the end', 'e\n'],
  ])('refuses %s', (_what, name) => {
    expect(isEventName(name)).toBe(false);
  });
});

describe.each([
  ['isUserId', isUserId],
  ['isConnectionId', isConnectionId],
])('%s', (_name, isId) => {
  it.each([
    ['one character', 'u', true],
    ['1024 characters', a(MAX_ID_LENGTH), true],
    ['a space between letters', 'a b', true],
    ['1025 characters', a(MAX_ID_LENGTH + 1), false],
    ['nothing', '', false],
    ['a space', ' ', false],
  ])('judges %s', (_what, id, verdict) => {
    expect(isId(id)).toBe(verdict);
  });
});

describe('metadataProblem (rest.md 6.5)', () => {
  /** Entries of together so many bytes. */
  function sized(bytes: number): [string, string][] {
    const full = Math.floor(bytes / 1026);
    return [
      ...Array.from({ length: full }, (_, n): [string, string] => [`k${n}`, 'v'.repeat(1024)]),
      ['xx', 'v'.repeat((bytes % 1026) - 2)],
    ];
  }

  it.each<[string, [string, string][]]>([
    ['nothing', []],
    ['keys that differ in case (J29)', Object.entries({ Trace: '1', trace: '2' })],
    ['every character a key may have', [["!#$%&'*+-.^_`|~09azAZ", 'v']]],
    ['every character a value may have', [['k', ' !"#$%&\'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~']]],
    ['an empty value', [['k', '']]],
    ['a key of 256 bytes', [['k'.repeat(METADATA_LIMITS.keyBytes), 'v']]],
    ['a value of 1024 bytes', [['k', 'v'.repeat(METADATA_LIMITS.valueBytes)]]],
    ['8192 bytes together', sized(METADATA_LIMITS.totalBytes)],
    ['the key __proto__', [['__proto__', 'v']]],
  ])('finds none in %s', (_what, entries) => {
    expect(metadataProblem(entries)).toBeUndefined();
  });

  const longKey = 'k'.repeat(257);

  it.each<[string, [string, string][], string]>([
    ['a key of 257 bytes (J31)', [[longKey, 'v']], `Metadata key '${longKey}' exceeds 256 bytes.`],
    ['no key', [['', 'v']], "Metadata key '' is not a valid header name."],
    ['a space in a key (J31)', [['a b', 'v']], "Metadata key 'a b' is not a valid header name."],
    ['a letter beyond ASCII', [['é', 'v']], "Metadata key 'é' is not a valid header name."],
    ['a colon', [['a:', 'v']], "Metadata key 'a:' is not a valid header name."],
    [
      'a value of 1025 bytes (J31, C47)',
      [['k', 'v'.repeat(1025)]],
      "Metadata value for key 'k' exceeds 1024 bytes.",
    ],
    ...['é', '\n', '\t', '\u007f', '\u0000', '\ud800'].map(
      (value): [string, [string, string][], string] => [
        `the value ${JSON.stringify(value)}`,
        [['k', `a${value}`]],
        "Metadata value for key 'k' contains a character outside printable ASCII.",
      ],
    ),
    ['8193 bytes together (J31)', sized(8193), 'Metadata exceeds 8192 bytes.'],
    [
      'a problem behind entries without one',
      [
        ['a', 'v'],
        ['b', 'é'],
      ],
      "Metadata value for key 'b' contains a character outside printable ASCII.",
    ],
  ])('names %s', (_what, entries, problem) => {
    expect(metadataProblem(entries)).toBe(problem);
  });

  it('reads no further than the first problem', () => {
    let read = 0;
    function* endless(): Generator<[string, string]> {
      for (;;) yield [`k${read++}`, 'v'.repeat(1000)];
    }
    expect(metadataProblem(endless())).toBe('Metadata exceeds 8192 bytes.');
    expect(read).toBe(9);
  });
});
