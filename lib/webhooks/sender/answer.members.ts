import { WebhookError } from './webhook.error.js';

/**
 * The members of a JSON object. Letter case of names does not matter, of names that differ in it only
 * the last one counts, and `null` is as good as absent (events.md 5.2).
 */
export class AnswerMembers {
  readonly #values = new Map<string, unknown>();

  /** @throws {@link WebhookError} for what is no object */
  constructor(
    value: unknown,
    private readonly path = '',
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new WebhookError(path === '' ? 'the answer is no JSON object' : `${path} is no object`);
    }
    for (const [name, member] of Object.entries(value)) {
      this.#values.set(name.toLowerCase(), member);
    }
  }

  /** @throws {@link WebhookError} for anything else than a string */
  text(name: string): string | undefined {
    return this.#read(name, 'no string', isText);
  }

  /** @throws {@link WebhookError} for anything else than an integer */
  integer(name: string): number | undefined {
    return this.#read(name, 'no integer', isInteger);
  }

  /** @throws {@link WebhookError} for anything else than a list of strings */
  texts(name: string): readonly string[] | undefined {
    return this.#read(name, 'no list of strings', isTexts);
  }

  /** @throws {@link WebhookError} for anything else than an object */
  object(name: string): AnswerMembers | undefined {
    const value = this.#value(name);
    return value === undefined ? undefined : new AnswerMembers(value, this.#pathOf(name));
  }

  /** @throws {@link WebhookError} for anything else than a list of objects */
  objects(name: string): readonly AnswerMembers[] | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const path = this.#pathOf(name);
    if (!Array.isArray(value)) throw new WebhookError(`${path} is no list`);
    return value.map((item: unknown) => new AnswerMembers(item, path));
  }

  #read<T>(name: string, problem: string, isGood: (value: unknown) => value is T): T | undefined {
    const value = this.#value(name);
    if (value === undefined || isGood(value)) return value;
    throw new WebhookError(`${this.#pathOf(name)} is ${problem}`);
  }

  #value(name: string): unknown {
    return this.#values.get(name.toLowerCase()) ?? undefined;
  }

  #pathOf(name: string): string {
    return this.path === '' ? `'${name}' of the answer` : `${this.path}.${name}`;
  }
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
