import { number, times, timesOf } from './numbers.js';

/** What came of one scenario, as text. */
export function table(result) {
  const { scenario, unit, missing, series } = result;
  if (missing !== undefined) return `${scenario}: not measured, ${missing}`;
  const lines = series === undefined ? rowLines(result) : series.flatMap(seriesLines(result));
  return [`${scenario} (${unit})`, ...lines].join('\n');
}

const spread = ({ median, least, most }) =>
  `${number(median).padStart(12)}   ${`${number(least)} to ${number(most)}`.padEnd(24)}`;

function rowLines({ rows, targets = [] }) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    ...rows.map((row) => {
      const notes = [
        ...(row.oursToIt === undefined ? [] : [`ours is ${timesOf(row.oursToIt)}`]),
        ...Object.entries(row.extras ?? {}).map(([title, value]) => `${title} ${number(value)}`),
        ...(row.isNearCeiling ? ['near the ceiling of the load'] : []),
      ];
      return `  ${row.name.padEnd(width)} ${spread(row)} ${notes.join(' · ')}`.trimEnd();
    }),
    ...targets.map(
      ({ target, found, isMet }) => `  ${isMet ? 'met' : 'MISSED'}: ${target}: ${found}`,
    ),
  ];
}

const seriesLines =
  ({ axis }) =>
  ({ name, points, largestToSmallest }) => [
    `  ${name}: largest to smallest ${times(largestToSmallest)}`,
    ...points.map((point) =>
      `    ${number(point.at).padStart(8)} ${axis} ${spread(point)}`.trimEnd(),
    ),
  ];
