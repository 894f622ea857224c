import { isOurs, OURS } from '../scenarios/scenario.js';
import { circumstances, grid, howItRan } from './markdown.js';
import { number, times } from './numbers.js';
import { ratioOf } from './spread.js';

/**
 * A run at a glance: what ours did, and how often that of the others it is. Targets that were missed
 * are named.
 *
 * @param {object} report as it is in the JSON
 */
export function overview(report) {
  const shown = report.results.filter(({ rows, isCeiling }) => rows !== undefined && !isCeiling);
  const heads = ['', 'nestjs-web-pubsub', 'is so many times'];
  return [
    `${circumstances(report)}:`,
    grid(heads, shown.flatMap(linesOf), 'lrl'),
    ...measuredAgain(shown),
    ...missed(report.results),
  ].join('\n\n');
}

/** A line for each row of ours, but for what is only there to be compared with. */
function linesOf({ scenario, unit, better, rows }) {
  const note = better === 'lower' ? ', less is better' : '';
  const peers = rows.filter(({ name }) => !isOurs(name));
  return rows
    .filter(({ name }) => isOurs(name) && !isReference(name))
    .map((row) => [
      `${scenario}${row.name.slice(OURS.length)}`,
      `${number(row.median)} ${unit}${note}`,
      peers
        .filter((peer) => !isReference(peer.name))
        .map((peer) => `${times(ratioOf(row, peer).median)} ${peer.name}`)
        .join(', '),
    ]);
}

const isReference = (name) => /, (alone|none slow)$/.test(name);

/** By themselves, because tenths need more rounds than all scenarios have time for. */
function measuredAgain(results) {
  const lines = results
    .filter(({ run }) => run !== undefined)
    .map(({ scenario, run }) => `- ${scenario}: ${howItRan(run).join(' · ')}`);
  return lines.length === 0 ? [] : ['Measured in a run of their own:', lines.join('\n')];
}

function missed(results) {
  const targets = results.flatMap(({ scenario, targets: all = [] }) =>
    all.map((one) => ({ scenario, ...one })),
  );
  const lines = targets
    .filter(({ isMet }) => !isMet)
    .map(({ scenario, target, found }) => `- ${scenario}: ${target}; it was ${found}.`);
  const count = `Of ${targets.length} targets, ${targets.length - lines.length} were met.`;
  return lines.length === 0 ? [count] : [`${count} Missed:`, lines.join('\n')];
}
