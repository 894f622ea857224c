import type { ConfigurationProblem } from '../errors/configuration.error.js';

const LARGEST_COUNT = Number.MAX_SAFE_INTEGER;

/** Reads options by path, collects what is wrong with them, and goes on with the default. */
export class OptionReader {
  /**
   * @param place where the options stand, for example `hubs.chat`; empty for all options
   * @param problems of the reader that this one belongs to
   */
  constructor(
    private readonly options: object,
    private readonly place = '',
    readonly problems: ConfigurationProblem[] = [],
  ) {}

  /** @param problem its path is relative to the place of this reader */
  report(problem: ConfigurationProblem): void {
    this.problems.push({ ...problem, path: this.#full(problem.path) });
  }

  /** A reader of one value, which must be an object; of an empty one when it is not. */
  section(path: string, value: unknown = this.value(path)): OptionReader {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (value !== undefined && !isObject) {
      const fix = 'Write { … } around its settings.';
      this.report({ path, got: this.show(value), expected: 'an object', fix });
    }
    return new OptionReader(isObject ? value : {}, this.#full(path), this.problems);
  }

  /** The items of a list, each with its path; none when it is not a list. */
  items(path: string): readonly (readonly [string, unknown])[] {
    const value = this.value(path);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((item, index) => [`${path}[${index}]`, item]);
    const fix = 'Write [ … ] around it.';
    this.report({ path, got: this.show(value), expected: 'a list', fix });
    return [];
  }

  /** A text; secrets are read with {@link secret}. */
  text(path: string): string | undefined {
    const value = this.value(path);
    if (value === undefined || typeof value === 'string') return value;
    const fix = 'Leave it out for the default.';
    this.report({ path, got: this.show(value), expected: 'a text', fix });
    return undefined;
  }

  /** A list of some of the allowed texts. */
  someOf<T extends string>(path: string, allowed: readonly T[]): readonly T[] {
    return this.items(path).flatMap(([itemPath, item]) => {
      const found = allowed.find((candidate) => candidate === item);
      if (found !== undefined) return [found];
      this.report({
        path: itemPath,
        got: this.show(item),
        expected: `one of ${allowed.map((candidate) => `'${candidate}'`).join(', ')}`,
        fix: 'Remove it, or correct its spelling.',
      });
      return [];
    });
  }

  /** A list of texts. */
  texts(path: string): readonly string[] {
    return this.items(path).flatMap(([itemPath, item]) => {
      if (typeof item === 'string') return [item];
      const fix = 'Remove it.';
      this.report({ path: itemPath, got: this.show(item), expected: 'a text', fix });
      return [];
    });
  }

  /** A function of the application. */
  callback(path: string): unknown {
    const value = this.value(path);
    if (value === undefined || typeof value === 'function') return value;
    const fix = 'A configuration file cannot hold it; pass it to forRoot().';
    this.report({ path, got: this.show(value), expected: 'a function', fix });
    return undefined;
  }

  #full(path: string): string {
    if (this.place === '' || path === '') return this.place + path;
    return `${this.place}.${path}`;
  }

  value(path: string): unknown {
    let value: unknown = this.options;
    for (const name of path.split('.')) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    }
    return value;
  }

  /** A value as it may be shown: short, on one line. */
  show(value: unknown): string {
    const text =
      typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  }

  /** A misspelt option must not be taken for a left-out one. */
  refuseUnknown(path: string, known: readonly string[]): void {
    const value = path === '' ? this.options : this.value(path);
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      this.report({
        path: path === '' ? name : `${path}.${name}`,
        got: 'an option of this name',
        expected: `one of ${known.join(', ')}`,
        fix: 'Remove it, or correct its spelling.',
      });
    }
  }

  /** Text whose content must not appear in a message. */
  secret(path: string): string | undefined {
    const value = this.value(path);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.report({
      path,
      got: typeof value === 'string' ? 'an empty text' : `a ${typeof value}`,
      expected: 'a text',
      fix: 'Is the environment variable it comes from set? Leave the option out for the default.',
    });
    return undefined;
  }

  httpUrl(path: string): string | undefined {
    const value = this.value(path);
    if (value === undefined) return undefined;
    if (
      typeof value === 'string' &&
      URL.canParse(value) &&
      /^https?:$/.test(new URL(value).protocol)
    ) {
      return value;
    }
    this.report({
      path,
      got: this.show(value),
      expected: 'an absolute http or https URL',
      fix: 'For example https://realtime.example.com',
    });
    return undefined;
  }

  boolean(path: string, fallback: boolean): boolean {
    const value = this.value(path);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    this.report({
      path,
      got: this.show(value),
      expected: 'true or false',
      fix: 'A text from the environment has to be compared first: VALUE === "true".',
    });
    return fallback;
  }

  oneOf<T extends string>(path: string, allowed: readonly T[], fallback: T): T {
    const value = this.value(path);
    if (value === undefined) return fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    this.report({
      path,
      got: this.show(value),
      expected: `one of ${allowed.map((candidate) => `'${candidate}'`).join(', ')}`,
      fix: `Leave it out for '${fallback}'.`,
    });
    return fallback;
  }

  /** A surface: `true`, `false`, or an object with settings. */
  isSwitchedOn(path: string, settings: readonly string[]): boolean {
    const value = this.value(path);
    if (typeof value === 'object' && value !== null) this.refuseUnknown(path, settings);
    else if (value !== undefined) return this.boolean(path, true);
    return true;
  }

  milliseconds(path: string, fallback: number, least: number, most: number): number {
    const value = this.value(path);
    const isGood = typeof value === 'number' && value >= least && value <= most;
    if (value !== undefined && !isGood) {
      this.report({
        path,
        got: this.show(value),
        expected: `a number of seconds from ${least} to ${most}`,
        fix: `Leave it out for ${fallback}.`,
      });
    }
    return (isGood ? value : fallback) * 1000;
  }

  count(path: string, fallback: number): number {
    const value = this.value(path);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    this.report({
      path,
      got: this.show(value),
      expected: `a whole number from 1 to ${LARGEST_COUNT}`,
      fix: `Leave it out for ${fallback}. A limit cannot be switched off, but it can be large.`,
    });
    return fallback;
  }
}
