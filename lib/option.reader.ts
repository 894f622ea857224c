import type { ConfigurationProblem } from './errors/configuration.error.js';

const LARGEST_COUNT = Number.MAX_SAFE_INTEGER;

/** Reads options by path, collects what is wrong with them, and goes on with the default. */
export class OptionReader {
  readonly problems: ConfigurationProblem[] = [];

  constructor(private readonly options: object) {}

  report(problem: ConfigurationProblem): void {
    this.problems.push(problem);
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
