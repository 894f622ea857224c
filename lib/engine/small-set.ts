/** From here on a hash table is cheaper than a scan. */
const ARRAY_LIMIT = 8;

/**
 * A set that stays an array while it is small: most connections are in a few groups and most users
 * have one connection, and an empty or tiny `Set` costs several hundred bytes.
 */
export class SmallSet<T> implements Iterable<T> {
  #items: T[] | Set<T> = [];

  get size(): number {
    return Array.isArray(this.#items) ? this.#items.length : this.#items.size;
  }

  has(item: T): boolean {
    return Array.isArray(this.#items) ? this.#items.includes(item) : this.#items.has(item);
  }

  /** @returns whether the item is new */
  add(item: T): boolean {
    if (this.has(item)) return false;
    if (!Array.isArray(this.#items)) {
      this.#items.add(item);
    } else if (this.#items.length < ARRAY_LIMIT) {
      this.#items.push(item);
    } else {
      this.#items = new Set(this.#items).add(item);
    }
    return true;
  }

  /** @returns whether the item was there */
  delete(item: T): boolean {
    if (!Array.isArray(this.#items)) return this.#items.delete(item);
    const index = this.#items.indexOf(item);
    if (index === -1) return false;
    this.#items.splice(index, 1);
    return true;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#items[Symbol.iterator]();
  }
}
