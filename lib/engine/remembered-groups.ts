/**
 * The (user, group) pairs that api-version 2020-10-01 keeps apart from connections (rest.md 5.7):
 * a connection that the user opens later joins the groups remembered here.
 */
export class RememberedGroups {
  readonly #byUser = new Map<string, Set<string>>();
  #size = 0;

  constructor(private readonly capacity: number) {}

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** @returns `false` when there is no room for one more pair */
  add(userId: string, group: string): boolean {
    if (this.has(userId, group)) return true;
    if (this.#size >= this.capacity) return false;
    const groups = this.#byUser.get(userId);
    if (groups === undefined) this.#byUser.set(userId, new Set([group]));
    else groups.add(group);
    this.#size += 1;
    return true;
  }

  has(userId: string, group: string): boolean {
    return this.#byUser.get(userId)?.has(group) ?? false;
  }

  of(userId: string): Iterable<string> {
    return this.#byUser.get(userId) ?? [];
  }

  /** @param group `undefined` forgets every group of the user */
  forget(userId: string, group: string | undefined): void {
    const groups = this.#byUser.get(userId);
    if (groups === undefined) return;
    if (group === undefined) {
      this.#size -= groups.size;
      groups.clear();
    } else if (groups.delete(group)) {
      this.#size -= 1;
    }
    if (groups.size === 0) this.#byUser.delete(userId);
  }
}
