import {
  array,
  assert,
  boolean,
  constantFrom,
  nat,
  oneof,
  property,
  record,
  string,
} from 'fast-check';
import { Permissions } from '../../lib/engine/permissions.js';
import { RolePattern } from '../../lib/engine/role-pattern.js';

/** Any UTF-16 code unit. */
const UNIT = oneof(nat(0x7f), nat(0xffff)).map((code) => String.fromCharCode(code));
/** Few characters, so that patterns and groups meet. */
const GROUP = string({ unit: constantFrom('a', 'b', '.', '*', '\\'), maxLength: 8 });
const PATTERN = array(constantFrom('a', 'b', '.', '?', '*', '**', '***', '\\*', '\\?', '\\\\'), {
  maxLength: 8,
}).map((parts) => parts.join(''));

/** client-protocols.md 1.8 word by word: slow, and easy to believe. */
function matches(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const asterisks = /^\*+/.exec(pattern)?.[0].length ?? 0;
  if (asterisks > 0) {
    const rest = pattern.slice(asterisks);
    if (matches(rest, text)) return true;
    const [first] = text;
    if (first === undefined || (asterisks === 1 && first === '.')) return false;
    return matches(pattern, text.slice(1));
  }
  if (pattern.startsWith('?'))
    return /^[^.]/.test(text) && matches(pattern.slice(1), text.slice(1));
  const length = pattern.startsWith('\\') ? 2 : 1;
  return text[0] === pattern[length - 1] && matches(pattern.slice(length), text.slice(1));
}

function compile(text: string): RolePattern | undefined {
  const pattern = RolePattern.compile(text);
  return pattern instanceof RolePattern ? pattern : undefined;
}

describe('role patterns', () => {
  const VALID_PATTERN = PATTERN.filter((text) => compile(text) !== undefined);

  it('match what a naive reading of the rules matches', () => {
    assert(
      property(VALID_PATTERN, GROUP, (text, group) => {
        expect(compile(text)?.matches(group)).toBe(matches(text, group));
      }),
      { numRuns: 5000 },
    );
  });

  it('are refused if and only if they break a rule', () => {
    assert(
      property(string({ unit: constantFrom('a', '*', '\\', '?'), maxLength: 12 }), (text) => {
        const bare = text.replaceAll(/\\[*?\\]/g, '');
        const isValid = !bare.includes('\\') && bare.replaceAll(/[^*]/g, '').length <= 5;
        expect(compile(text) !== undefined).toBe(isValid);
      }),
    );
  });

  it('stand for one group if they have no wildcard', () => {
    assert(
      property(string({ unit: UNIT, maxLength: 20 }), GROUP, (name, other) => {
        const pattern = compile(name.replaceAll(/[*?\\]/g, String.raw`\$&`));
        expect(pattern?.literal).toBe(name);
        expect(pattern?.matches(name)).toBe(true);
        expect(pattern?.matches(other)).toBe(other === name);
      }),
    );
  });
});

describe('permissions', () => {
  const NAMES = constantFrom('a', 'b', 'a.b', '*');
  const ROLES = array(
    oneof(
      constantFrom('webpubsub.sendToGroup', 'webpubsub.joinLeaveGroup', 'other'),
      NAMES.map((name) => `webpubsub.sendToGroup.${name}`),
      PATTERN.map((pattern) => `webpubsub.sendToGroups.${pattern}`),
    ),
    { maxLength: 4 },
  );

  it('do not depend on the order of the roles', () => {
    assert(
      property(ROLES, NAMES, (roles, group) => {
        const one = new Permissions(roles).allows('sendToGroup', group);
        expect(new Permissions(roles.toReversed()).allows('sendToGroup', group)).toBe(one);
      }),
    );
  });

  it('are what was asked for last, and otherwise what the roles say', () => {
    const changes = array(record({ allow: boolean(), group: NAMES }), { maxLength: 10 });
    assert(
      property(ROLES, changes, (roles, made) => {
        const permissions = new Permissions(roles);
        const fromRoles = new Permissions(roles);
        const wishes = new Map<string, boolean>();
        for (const { allow, group } of made) {
          permissions.change('sendToGroup', allow, group);
          wishes.set(group, allow);
        }
        for (const group of ['a', 'b', 'a.b', '*', 'c']) {
          const expected = wishes.get(group) ?? fromRoles.allows('sendToGroup', group);
          expect(permissions.allows('sendToGroup', group)).toBe(expected);
        }
      }),
    );
  });

  it('survive any list of roles and any group', () => {
    assert(
      property(
        array(
          oneof(
            string(),
            string().map((suffix) => `webpubsub.sendToGroups.${suffix}`),
          ),
        ),
        string({ unit: UNIT }),
        (roles, group) => {
          expect(typeof new Permissions(roles).allows('sendToGroup', group)).toBe('boolean');
        },
      ),
    );
  });
});
