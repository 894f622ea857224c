const DOT = 0x2e;
const MAX_PATTERN_LENGTH = 1024;
const MAX_ASTERISKS = 5;

// Steps of a compiled pattern: a UTF-16 code unit stands for itself, these for the wildcards.
const ONE = -1;
const RUN = -2;
const RUN_ACROSS_DOTS = -3;

/**
 * A pattern of group names from a role (client-protocols.md 1.8): `?` one character but a dot, `*` a
 * run without dots, `**` any run, `\` before one of these or itself the character.
 */
export class RolePattern {
  private constructor(private readonly steps: readonly number[]) {}

  /** @returns the pattern, or why it is not one */
  static compile(text: string): RolePattern | { readonly problem: string } {
    if (text.length > MAX_PATTERN_LENGTH) return { problem: 'the pattern is too long' };
    const steps: number[] = [];
    let asterisks = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at];
      if (char === '\\') {
        at += 1;
        const escaped = text[at];
        if (escaped !== '*' && escaped !== '?' && escaped !== '\\') {
          return { problem: 'the pattern has a lone backslash' };
        }
        steps.push(text.charCodeAt(at));
      } else if (char === '*') {
        const from = at;
        while (text[at + 1] === '*') at += 1;
        asterisks += at - from + 1;
        steps.push(at > from ? RUN_ACROSS_DOTS : RUN);
      } else {
        steps.push(char === '?' ? ONE : text.charCodeAt(at));
      }
    }
    if (asterisks > MAX_ASTERISKS) return { problem: `more than ${MAX_ASTERISKS} asterisks` };
    return new RolePattern(steps);
  }

  /** The one text it matches when it has no wildcard. */
  get literal(): string | undefined {
    if (this.steps.some((step) => step < 0)) return undefined;
    return String.fromCharCode(...this.steps);
  }

  /** Whether it is `**`: everything. */
  get isEverything(): boolean {
    return this.steps.length === 1 && this.steps[0] === RUN_ACROSS_DOTS;
  }

  /**
   * Walks over the text once, with all the steps that are possible so far: at most pattern times
   * text, whatever the input.
   */
  matches(text: string): boolean {
    let active: number[] = [];
    let next: number[] = [];
    this.#reach(0, active);
    for (let at = 0; at < text.length && active.length > 0; at += 1) {
      const code = text.charCodeAt(at);
      for (const index of active) {
        const step = this.steps[index];
        if (step === RUN_ACROSS_DOTS || (step === RUN && code !== DOT)) this.#reach(index, next);
        else if (step === code || (step === ONE && code !== DOT)) this.#reach(index + 1, next);
      }
      [active, next] = [next, active];
      next.length = 0;
    }
    return active.at(-1) === this.steps.length;
  }

  /**
   * Adds a step, and the one behind a run, which may be empty; two runs never follow each other. Steps
   * come in ascending order, so one that is there already is not greater than the last.
   */
  #reach(index: number, reached: number[]): void {
    const last = reached.at(-1) ?? -1;
    if (index > last) reached.push(index);
    const step = this.steps[index];
    if ((step === RUN || step === RUN_ACROSS_DOTS) && index + 1 > last) reached.push(index + 1);
  }
}
