/** How one api-version differs from the others (rest.md 12.2). */
export interface VersionProfile {
  /** Status of a successful `DELETE`. */
  readonly removalStatus: 200 | 204;
  /** Whether taking something from a connection that does not exist is 404 instead of a success. */
  readonly removalNeedsConnection: boolean;
  /** Whether (user, group) pairs are remembered, and can be asked for with `HEAD`. */
  readonly remembersUserGroups: boolean;
  /** Whether a permission without a target stands for every group. */
  readonly permissionTargetIsOptional: boolean;
}

const FIRST: VersionProfile = {
  removalStatus: 200,
  removalNeedsConnection: true,
  remembersUserGroups: true,
  permissionTargetIsOptional: true,
};
const PREVIEW_2021_05: VersionProfile = {
  ...FIRST,
  removalNeedsConnection: false,
  remembersUserGroups: false,
};
const PREVIEW_2021_08: VersionProfile = { ...PREVIEW_2021_05, permissionTargetIsOptional: false };
const GENERAL: VersionProfile = { ...PREVIEW_2021_08, removalStatus: 204 };

const PROFILES = {
  '2020-10-01': FIRST,
  '2021-01-01': FIRST,
  '2021-05-01-preview': PREVIEW_2021_05,
  '2021-08-01-preview': PREVIEW_2021_08,
  '2021-10-01': GENERAL,
  '2022-10-01-preview': GENERAL,
  '2022-11-01': GENERAL,
  '2023-07-01': GENERAL,
  '2024-01-01': GENERAL,
  '2024-12-01': GENERAL,
} as const satisfies Record<string, VersionProfile>;

/** A version that the `api-version` parameter may name. */
export type ApiVersion = keyof typeof PROFILES;

/** Every {@link ApiVersion}, oldest first. */
export const API_VERSIONS = Object.keys(PROFILES) as readonly ApiVersion[];

/** The value of the `api-supported-versions` header: what the hosted service announces. */
export const ANNOUNCED_VERSIONS = '2021-10-01, 2022-11-01, 2023-07-01, 2024-01-01, 2024-12-01';

export function isApiVersion(text: string): text is ApiVersion {
  return Object.hasOwn(PROFILES, text);
}

export function profileOf(version: ApiVersion): VersionProfile {
  return PROFILES[version];
}
