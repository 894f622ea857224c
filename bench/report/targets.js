import { number, times, timesOf } from './numbers.js';
import { ratioOf } from './spread.js';

/**
 * Holds the rows of a scenario against its targets. Missing one fails nothing: it is shown.
 *
 * @param {import('../scenarios/scenario.js').Scenario} scenario
 * @param {(value: string) => { name: string, rounds: number[], median: number }[]} rowsOf a value
 * @returns {{ target: string, found: string, isMet: boolean }[]}
 */
export function checkTargets(scenario, rowsOf) {
  const { unit, servers, targets = [] } = scenario;
  const [first] = servers;
  return targets.map(({ of = first.name, value = scenario.value, to, least, most, mostMore }) => {
    const rows = rowsOf(value);
    const rowOf = (name) => rows.find((row) => row.name === name);
    const about = [
      ...(of === first.name ? [] : [`${of}: `]),
      ...(value === scenario.value ? [] : [`${value} `]),
    ].join('');
    const row = rowOf(of);
    if (mostMore !== undefined) {
      const more = row.median - rowOf(to).median;
      const target = `${about}at most ${number(mostMore)} ${unit} more than ${to}`;
      const found = more < 0 ? `${number(-more)} less` : `${number(more)} more`;
      return { target, found, isMet: more <= mostMore };
    }
    const bound = least === undefined ? `at most` : 'at least';
    const limit = least ?? most;
    const ratio = to === undefined ? undefined : ratioOf(row, rowOf(to));
    const measured = (ratio ?? row).median;
    return {
      target: `${about}${bound} ${to === undefined ? `${number(limit)} ${unit}` : `${times(limit)} ${to}`}`,
      found: ratio === undefined ? number(measured) : timesOf(ratio),
      isMet: least === undefined ? measured <= most : measured >= least,
    };
  });
}
