import type { Connection } from './connection.js';
import { SmallSet } from './small-set.js';

/** The members of a group that are connected here. Exists while it has one. */
export class Group {
  readonly members = new SmallSet<Connection>();

  constructor(readonly name: string) {}
}
