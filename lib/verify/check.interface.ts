import type { Scene } from './scene.js';

/** What a check is about, in the order in which checks run. */
export const CHECK_GROUPS = [
  'health and versions',
  'authentication',
  'sends',
  'payloads',
  'filters',
  'existence',
  'membership',
  'permissions',
  'closing',
  'listing',
  'tokens',
  'clients',
  'reliable clients',
  'beyond 2024-12-01',
] as const;

/** One of {@link CHECK_GROUPS}. */
export type CheckGroup = (typeof CHECK_GROUPS)[number];

/** One fact about a service of this kind. */
export interface Check {
  /** The first case it covers: `rest.md` 14 (`C1`), `client-protocols.md` 13 (`J14`), or our own. */
  readonly id: string;
  /** The fact, as a sentence that is true of the service, with further cases in brackets. */
  readonly title: string;
  readonly group: CheckGroup;
  /** Operations it exercises, by their ids in the OpenAPI document without `WebPubSub_`. */
  readonly operations?: readonly string[];
  /** Connects no client and changes nothing. */
  readonly isReadOnly?: boolean;
  /** Reaches, or would reach if it were wrongly accepted, more connections than its own. */
  readonly isHubWide?: boolean;
  /** Needs {@link Surface.rest}. */
  readonly isRestOnly?: boolean;
  /** The api-version that brought what it is about, where that is not the first. */
  readonly since?: string;
  /**
   * @throws {@link CheckFailure} when the service does something else, {@link Refusal} when it says
   *   that it does not have this
   */
  run(scene: Scene): Promise<void>;
}
