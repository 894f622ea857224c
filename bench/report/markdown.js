import { number, times, timesOf } from './numbers.js';

/**
 * Everything that came of a run, as Markdown in the format of Prettier.
 *
 * @param {object} report as it is in the JSON
 * @param {string} plots path of the plots, without ending
 */
export function markdown(report, plots) {
  return [
    circumstances(report),
    ...targets(report.results),
    ...report.results.flatMap((result) => section(result, plots)),
  ].join('\n\n');
}

/** When, where and how a run was made. */
export function circumstances(report) {
  const { cpu, cores, node, isPinned } = report.machine;
  return [
    `Measured on ${report.date.slice(0, 10)}`,
    `${cores} × ${cpu}, Node ${node}${isPinned ? ', server and load on a core each' : ''}`,
    ...howItRan(report),
  ].join(' · ');
}

/** As far as a report says it. @returns {string[]} */
export function howItRan({ commit, command, rounds, seconds }) {
  return [
    ...(rounds === undefined ? [] : [`${rounds} rounds of ${seconds} s`]),
    ...(commit === undefined ? [] : [`commit \`${commit}\``]),
    ...(command === undefined ? [] : [`\`${command}\``]),
  ];
}

function targets(results) {
  const rows = results.flatMap(({ scenario, targets: all = [] }) =>
    all.map(({ target, found, isMet }) => [scenario, target, found, isMet ? 'met' : '**missed**']),
  );
  if (rows.length === 0) return [];
  return ['### Targets', grid(['Scenario', 'Target', 'Found', ''], rows, 'llrl')];
}

function section(result, plots) {
  const head = [`### ${result.scenario}`, ...(result.run ? [`${circumstances(result.run)}.`] : [])];
  if (result.missing !== undefined) return [...head, `Not measured: ${result.missing}.`];
  if (result.series === undefined) return [...head, rowGrid(result)];
  const plot = `![${result.scenario}](${plots}-${result.file}.svg)`;
  return [...head, plot, seriesGrid(result)];
}

const spread = ({ least, most }) => `${number(least)} to ${number(most)}`;

function rowGrid({ unit, rows }) {
  const extras = Object.keys(rows[0].extras ?? {});
  const isCompared = rows.some(({ oursToIt }) => oursToIt !== undefined);
  const heads = ['', unit, 'least to most', ...(isCompared ? ['ours is'] : []), ...extras];
  const isMarked = rows.some(({ isNearCeiling }) => isNearCeiling);
  const cells = rows.map((row) => [
    row.isNearCeiling ? `${row.name} \\*` : row.name,
    number(row.median),
    spread(row),
    ...(isCompared ? [row.oursToIt === undefined ? '' : timesOf(row.oursToIt)] : []),
    ...extras.map((title) => number(row.extras[title])),
  ]);
  const note = '\\* near the ceiling of the load: the server may do more.';
  return [grid(heads, cells, 'lrrrrrr'), ...(isMarked ? [note] : [])].join('\n\n');
}

function seriesGrid({ unit, axis, series }) {
  const sizes = series[0].points.map(({ at }) => at);
  const heads = [unit, ...sizes.map((size) => `${number(size)} ${axis}`), 'largest to smallest'];
  const cells = series.map(({ name, points, largestToSmallest }) => [
    name,
    ...points.map((point) => `${number(point.median)} (${spread(point)})`),
    times(largestToSmallest),
  ]);
  return grid(heads, cells, `l${'r'.repeat(heads.length - 1)}`);
}

/**
 * A table in the format of Prettier.
 *
 * @param {string[]} heads
 * @param {string[][]} rows
 * @param {string} sides `l` or `r` for each column
 */
export function grid(heads, rows, sides) {
  const widths = heads.map((head, column) =>
    Math.max(3, head.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells) =>
    `| ${cells
      .map((cell, column) =>
        sides[column] === 'r' ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join(' | ')} |`;
  const rule = widths.map((width, column) =>
    sides[column] === 'r' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(heads), line(rule), ...rows.map(line)].join('\n');
}
