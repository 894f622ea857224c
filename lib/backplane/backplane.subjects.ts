import type { Target } from './backplane.message.js';

/** Every node listens here, whatever it serves. */
export const EVERY_NODE = 'nodes';

/** The subject that the nodes having `target` are subscribed to. Hub names contain no slash. */
export function subjectOf(hub: string, target: Target): string {
  switch (target.kind) {
    case 'all':
      return `${hub}/all`;
    case 'group':
      return `${hub}/group/${target.group}`;
    case 'user':
      return `${hub}/user/${target.userId}`;
    case 'connection':
      return `${hub}/connection/${target.connectionId}`;
  }
}
