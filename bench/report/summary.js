import { isOurs } from '../scenarios/scenario.js';
import { medianOf, ratioOf, spreadOf } from './spread.js';
import { checkTargets } from './targets.js';

/** From here on the load may be what was measured. */
const NEAR_CEILING = 0.8;

/**
 * What came of a scenario.
 *
 * @param {import('../scenarios/scenario.js').Scenario} scenario
 * @param {import('../support/rounds.js').Sample[]} samples
 * @param {object[]} earlier results, with those of the ceilings
 */
export function summarize(scenario, samples, earlier) {
  const { name, unit, better, growth } = scenario;
  const head = { scenario: name, unit, better };
  if (growth !== undefined) return { ...head, ...growthOf(scenario, samples) };
  const rowsOf = (value) =>
    scenario.servers.map((server) => rowOf({ ...scenario, value }, server, samples));
  const rows = rowsOf(scenario.value);
  if (scenario.isCeiling) return { ...head, isCeiling: true, rows };
  const most = ceilingOf(scenario, earlier);
  return {
    ...head,
    rows: rows.map((row) => ({
      ...row,
      ...(!isOurs(row.name) && { oursToIt: ratioOf(rows[0], row) }),
      ...(most > 0 && shareOf(row, most)),
    })),
    targets: checkTargets(scenario, rowsOf),
  };
}

function rowOf({ value, extras = [] }, { name }, samples) {
  const found = samples.filter((sample) => sample.name === name).map((sample) => sample.found);
  const beside = extras.map(({ value: key, title, scale = 1 }) => [
    title,
    medianOf(found.map((one) => one[key])) / scale,
  ]);
  const rounds = found.map((one) => one[value]);
  return {
    name,
    rounds,
    ...spreadOf(rounds),
    ...(beside.length > 0 && { extras: Object.fromEntries(beside) }),
  };
}

function ceilingOf({ ceiling }, earlier) {
  const measured = earlier.find(({ scenario }) => scenario === ceiling?.scenario);
  return measured?.rows?.find(({ name }) => name === ceiling.row)?.median;
}

function shareOf({ median }, most) {
  const ofCeiling = median / most;
  return { ofCeiling, isNearCeiling: ofCeiling >= NEAR_CEILING };
}

function growthOf({ value, growth, servers }, samples) {
  const { axis, file, points, series } = growth;
  const lines =
    series === undefined
      ? servers.map(({ name }) => ({ name, of: (sample) => sample.name === name, value }))
      : Object.entries(series).map(([key, name]) => ({ name, of: () => true, value: key }));
  return {
    axis,
    file,
    series: lines.map(({ name, of, value: key }) => {
      const spreads = points.map(({ at }) => ({
        at,
        ...spreadOf(
          samples.filter((one) => one.at === at && of(one)).map(({ found }) => found[key]),
        ),
      }));
      const medians = spreads.map(({ median }) => median);
      return {
        name,
        points: spreads,
        largestToSmallest: Math.max(...medians) / Math.min(...medians),
      };
    }),
  };
}
