import type { PermissionKind } from '../backplane/backplane.message.js';
import { isGroupName } from './names.js';
import { RolePattern } from './role-pattern.js';

export interface PermissionLimits {
  readonly literalsPerPermission: number;
  readonly patternsPerPermission: number;
}

const DEFAULT_PERMISSION_LIMITS: PermissionLimits = {
  literalsPerPermission: 1000,
  patternsPerPermission: 9,
};

/** What one kind of permission allows. Collections exist once they hold something. */
interface Rules {
  everything: boolean;
  literals: Set<string> | undefined;
  patterns: RolePattern[] | undefined;
  /** Set at run time for every group, api-version 2020-10-01 only; beats the roles. */
  all: boolean | undefined;
  /** Set at run time for one group; beats everything. */
  overrides: Map<string, boolean> | undefined;
}

/** What a client can be allowed to do; REST knows only some of it. */
export type Right = PermissionKind | 'setGroupState' | 'getGroupState';

type RoleListener = (role: string, why: string) => void;

/** The roles of one kind; the name alone stands for every group. */
interface RoleNames {
  readonly kind: Right;
  readonly name: string;
  /** What comes before the one group that the role is about. */
  readonly literal?: string;
  /** What comes before a pattern of groups. */
  readonly pattern: string;
}

const ROLES: readonly RoleNames[] = [
  {
    kind: 'joinLeaveGroup',
    name: 'webpubsub.joinLeaveGroup',
    literal: 'webpubsub.joinLeaveGroup.',
    pattern: 'webpubsub.joinLeaveGroups.',
  },
  {
    kind: 'sendToGroup',
    name: 'webpubsub.sendToGroup',
    literal: 'webpubsub.sendToGroup.',
    pattern: 'webpubsub.sendToGroups.',
  },
  {
    kind: 'setGroupState',
    name: 'webpubsub.setGroupState',
    pattern: 'webpubsub.setGroupState.',
  },
  {
    kind: 'getGroupState',
    name: 'webpubsub.getGroupState',
    pattern: 'webpubsub.getGroupState.',
  },
];

/**
 * What a connection's own requests may do: the rules of its roles, compiled once, and what REST has
 * granted or revoked since (rest.md 5.9, client-protocols.md 1.8).
 */
export class Permissions {
  // Many connections have no rules at all: they have no object either.
  #rules: Partial<Record<Right, Rules>> | undefined;

  constructor(
    roles: readonly string[],
    private readonly limits: PermissionLimits = DEFAULT_PERMISSION_LIMITS,
    onIgnoredRole: RoleListener = () => {},
  ) {
    // Sorted, so that which surplus roles are ignored does not depend on the token's order.
    const ordered = roles.length > 1 ? [...new Set(roles)].toSorted() : roles;
    for (const role of ordered) {
      const problem = this.#addRole(role);
      if (problem !== undefined) onIgnoredRole(role, problem);
    }
  }

  allows(kind: Right, group: string): boolean {
    const rules = this.#rules?.[kind];
    if (rules === undefined) return false;
    return rules.overrides?.get(group) ?? rules.all ?? allowedByRole(rules, group);
  }

  /** @param group `undefined`: whether a group that nobody has named would be allowed */
  check(kind: PermissionKind, group: string | undefined): boolean {
    if (group !== undefined) return this.allows(kind, group);
    const rules = this.#rules?.[kind];
    return rules !== undefined && (rules.all ?? rules.everything);
  }

  /** @param group `undefined`: every group; named ones lose their own setting */
  change(kind: PermissionKind, allow: boolean, group: string | undefined): 'done' | 'limit' {
    const rules = this.#rulesToChange(kind);
    if (group === undefined) {
      rules.all = allow;
      rules.overrides = undefined;
      return 'done';
    }
    const current = rules.overrides?.get(group);
    if (current === allow) return 'done';
    if (current !== undefined) rules.overrides?.delete(group);
    if ((rules.all ?? allowedByRole(rules, group)) === allow) return 'done';
    rules.overrides ??= new Map();
    if (rules.overrides.size >= this.limits.literalsPerPermission) return 'limit';
    rules.overrides.set(group, allow);
    return 'done';
  }

  /** @returns why the role grants nothing; `undefined` when it grants something or is none of ours */
  #addRole(role: string): string | undefined {
    for (const { kind, name, literal, pattern } of ROLES) {
      if (role === name) {
        this.#rulesToChange(kind).everything = true;
        return undefined;
      }
      if (literal !== undefined && role.startsWith(literal)) {
        return this.#addLiteral(kind, role.slice(literal.length));
      }
      if (role.startsWith(pattern)) return this.#addPattern(kind, role.slice(pattern.length));
    }
    return undefined;
  }

  #addLiteral(kind: Right, group: string): string | undefined {
    if (!isGroupName(group)) return 'not a group name';
    const rules = this.#rulesToChange(kind);
    rules.literals ??= new Set();
    if (rules.literals.size >= this.limits.literalsPerPermission) return 'too many groups';
    rules.literals.add(group);
    return undefined;
  }

  #addPattern(kind: Right, text: string): string | undefined {
    if (text === '') return 'the pattern is empty';
    const pattern = RolePattern.compile(text);
    if (!(pattern instanceof RolePattern)) return pattern.problem;
    if (pattern.literal !== undefined) return this.#addLiteral(kind, pattern.literal);
    const rules = this.#rulesToChange(kind);
    if (pattern.isEverything) {
      rules.everything = true;
      return undefined;
    }
    rules.patterns ??= [];
    if (rules.patterns.length >= this.limits.patternsPerPermission) return 'too many patterns';
    rules.patterns.push(pattern);
    return undefined;
  }

  #rulesToChange(kind: Right): Rules {
    this.#rules ??= {};
    return (this.#rules[kind] ??= emptyRules());
  }
}

function emptyRules(): Rules {
  return {
    everything: false,
    literals: undefined,
    patterns: undefined,
    all: undefined,
    overrides: undefined,
  };
}

function allowedByRole(rules: Rules, group: string): boolean {
  return (
    rules.everything ||
    (rules.literals?.has(group) ?? false) ||
    (rules.patterns?.some((pattern) => pattern.matches(group)) ?? false)
  );
}
