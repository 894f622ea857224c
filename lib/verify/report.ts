import { VERIFIED_VERSION } from './rest.caller.js';
import type { CheckResult } from './runner.js';
import type { Surface } from './surface.interface.js';

const WIDTHS = [6, 8, 6] as const;
const OUTCOMES = ['passed', 'failed', 'refused', 'skipped'] as const;

/** The names of the columns of {@link tableRow}. */
export const TABLE_HEAD = row('CHECK', 'RESULT', 'MS', 'WHAT');

/** One check on one line; why it did not pass is on a line below. */
export function tableRow({ check, outcome, milliseconds, reason }: CheckResult): string {
  const line = row(check.id, outcome, String(milliseconds), check.title);
  return reason === '' ? line : `${line}\n${row('', '', '', reason)}`;
}

/** What came of all checks, in one line. */
export function summaryOf(results: readonly CheckResult[], { name }: Surface): string {
  const counts = OUTCOMES.map((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length;
    return `${String(count)} ${outcome}`;
  });
  const seconds = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  return `${counts.join(', ')} in ${seconds.toFixed(1)} s: ${name}, api-version ${VERIFIED_VERSION}`;
}

function row(id: string, outcome: string, milliseconds: string, text: string): string {
  const [first, second, third] = WIDTHS;
  return [id.padEnd(first), outcome.padEnd(second), milliseconds.padStart(third), text].join('  ');
}
