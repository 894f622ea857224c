/** One step of a compiled pattern. */
type Step =
  | { readonly kind: 'literal'; readonly code: number }
  | { readonly kind: 'one' }
  | { readonly kind: 'run'; readonly crossesDots: boolean };

const DOT = 46;
const MAX_PATTERN_LENGTH = 1024;
const MAX_ASTERISKS = 5;

/**
 * A pattern of group names from a role (client-protocols.md 1.8): `?` one character but a dot, `*` a
 * run without dots, `**` any run, `\` before one of these the character itself.
 */
export class RolePattern {
  private constructor(private readonly steps: readonly Step[]) {}

  /** @returns the pattern, or why it is not one */
  static compile(text: string): RolePattern | { readonly problem: string } {
    if (text.length > MAX_PATTERN_LENGTH) return { problem: 'the pattern is too long' };
    const steps: Step[] = [];
    let asterisks = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at];
      if (char === '\\') {
        at += 1;
        const escaped = text[at];
        if (escaped !== '*' && escaped !== '?' && escaped !== '\\') {
          return { problem: 'the pattern has a lone backslash' };
        }
        steps.push({ kind: 'literal', code: text.charCodeAt(at) });
      } else if (char === '*') {
        const from = at;
        while (text[at + 1] === '*') at += 1;
        asterisks += at - from + 1;
        steps.push({ kind: 'run', crossesDots: at > from });
      } else if (char === '?') {
        steps.push({ kind: 'one' });
      } else {
        steps.push({ kind: 'literal', code: text.charCodeAt(at) });
      }
    }
    if (asterisks > MAX_ASTERISKS) return { problem: `more than ${MAX_ASTERISKS} asterisks` };
    return new RolePattern(steps);
  }

  /** The text it matches when it has no wildcard. */
  get literal(): string | undefined {
    let text = '';
    for (const step of this.steps) {
      if (step.kind !== 'literal') return undefined;
      text += String.fromCharCode(step.code);
    }
    return text;
  }

  /** Whether it is `**`: everything. */
  get isEverything(): boolean {
    const [step] = this.steps;
    return this.steps.length === 1 && step?.kind === 'run' && step.crossesDots;
  }

  /**
   * Walks over the text once, with the set of steps that are possible so far: at most pattern times
   * text, whatever the input.
   */
  matches(text: string): boolean {
    let active = this.#closure([0]);
    for (let at = 0; at < text.length && active.length > 0; at += 1) {
      const code = text.charCodeAt(at);
      const next: number[] = [];
      for (const index of active) {
        const step = this.steps[index];
        if (step === undefined) continue;
        if (step.kind === 'run') {
          if (step.crossesDots || code !== DOT) next.push(index);
        } else if (step.kind === 'one' ? code !== DOT : code === step.code) {
          next.push(index + 1);
        }
      }
      active = this.#closure(next);
    }
    return active.includes(this.steps.length);
  }

  /** Adds what can be reached without a character: a run may be empty. */
  #closure(indexes: readonly number[]): number[] {
    const reached: number[] = [];
    for (let index of indexes) {
      while (!reached.includes(index)) {
        reached.push(index);
        if (this.steps[index]?.kind !== 'run') break;
        index += 1;
      }
    }
    return reached;
  }
}
