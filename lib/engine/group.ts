import type { Connection } from './connection.js';
import type { GroupStates } from './group-states.js';
import { SmallSet } from './small-set.js';

/** The members of a group that are connected here. Exists while it has one. */
export class Group {
  readonly members = new SmallSet<Connection>();
  /** Made when a member first says something about itself, or wants to know of others. */
  states: GroupStates | undefined;

  constructor(readonly name: string) {}
}
