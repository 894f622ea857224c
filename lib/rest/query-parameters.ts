/** The query of a request. Names are matched without regard to case (rest.md 1.3). */
export class QueryParameters {
  readonly #values = new Map<string, string[]>();

  /** @param query what stands after the question mark */
  constructor(query: string) {
    for (const [name, value] of new URLSearchParams(query)) {
      const key = name.toLowerCase();
      const values = this.#values.get(key);
      if (values) values.push(value);
      else this.#values.set(key, [value]);
    }
  }

  /** The only or the first value. */
  first(name: string): string | undefined {
    return this.all(name)[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }
}
