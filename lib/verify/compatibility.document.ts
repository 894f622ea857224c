import { CHECK_GROUPS, type Check } from './check.interface.js';
import type { CheckResult } from './runner.js';

/** What came of every check at one endpoint. */
export interface CompatibilityColumn {
  readonly title: string;
  readonly results: readonly CheckResult[];
}

const CELLS = { passed: 'yes', failed: '**no**', refused: 'refused', skipped: '–' } as const;

/**
 * The compatibility table as Markdown, without anything that changes from run to run.
 *
 * @param columns each with the same checks
 */
export function compatibilityDocument(columns: readonly CompatibilityColumn[]): string {
  const checks = columns[0]?.results.map(({ check }) => check) ?? [];
  return `${[
    '# Compatibility',
    'What of Azure Web PubSub this package does, as checks over HTTP and WebSocket say it. The same ' +
      'checks run against any service, that in Azure too: ' +
      '`npx web-pubsub verify --connection-string …`.',
    'This file is written by a test (`test/e2e/docs/compatibility.spec.ts`), which fails when it is ' +
      'no longer true.',
    [
      '- **yes**: it does what the sentence says, which is what is documented or recorded of the ' +
        'service in Azure.',
      '- **refused**: it says that it does not have this, with the error `NotSupportedByAzure` or ' +
        '`NotSupportedByRest`, instead of doing something else.',
      '- **–**: about requests and their answers, which this way has none of.',
    ].join('\n'),
    'Letters and numbers name the cases of the protocol documents that the tests of this project go by.',
    '## In short',
    table(
      ['', ...columns.map(({ title }) => title)],
      [
        count('Checks passed', columns, 'passed'),
        count('Checks failed', columns, 'failed'),
        count('Refused by name', columns, 'refused'),
        count('Only about requests', columns, 'skipped'),
      ],
    ),
    '## Operations',
    'Every operation of the REST API, and the checks that exercise it.',
    table(['Operation', 'Checks'], operationRows(checks)),
    ...CHECK_GROUPS.flatMap((group) => [
      `## ${group.charAt(0).toUpperCase()}${group.slice(1)}`,
      table(
        ['', 'Fact', 'Since', ...columns.map(({ title }) => title)],
        checks.filter((check) => check.group === group).map((check) => checkRow(check, columns)),
      ),
    ]),
  ].join('\n\n')}\n`;
}

function checkRow(check: Check, columns: readonly CompatibilityColumn[]): string[] {
  const cells = columns.map(({ results }) => {
    const result = results.find((candidate) => candidate.check === check);
    return CELLS[result?.outcome ?? 'skipped'];
  });
  return [check.id, escaped(check.title), check.since ?? '', ...cells];
}

function operationRows(checks: readonly Check[]): string[][] {
  const operations = [...new Set(checks.flatMap((check) => check.operations ?? []))].toSorted();
  return operations.map((operation) => [
    operation,
    checks
      .filter((check) => check.operations?.includes(operation))
      .map(({ id }) => id)
      .join(', '),
  ]);
}

function count(
  title: string,
  columns: readonly CompatibilityColumn[],
  outcome: CheckResult['outcome'],
): string[] {
  const counts = columns.map(
    ({ results }) => results.filter((result) => result.outcome === outcome).length,
  );
  return [title, ...counts.map(String)];
}

/** Cells are as wide as their column: so the formatter of the project leaves the file as it is. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const padded = [head, ...rows].map((cells) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)),
  );
  padded.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return padded.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Titles name roles and groups: nothing of them is Markdown. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*_|<>[\]`]/g, String.raw`\$&`);
}
