import type { Engine } from '../engine/engine.js';
import { Permissions } from '../engine/permissions.js';
import type { Diagnostics } from '../engine/ports/diagnostics.interface.js';

/** The permissions of a client's roles, within the limits of the engine. */
export function permissionsOf(
  roles: readonly string[],
  { limits }: Engine,
  diagnostics: Diagnostics,
): Permissions {
  return new Permissions(
    roles,
    {
      literalsPerPermission: limits.literalGroupsPerPermission,
      patternsPerPermission: limits.patternsPerPermission,
    },
    (role, why) => diagnostics.debug(`role ignored: ${why} (${role.slice(0, 100)})`),
  );
}
