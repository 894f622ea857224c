import { number, times } from './numbers.js';

/**
 * Holds the rows of a scenario against its targets. Missing one fails nothing: it is shown.
 *
 * @param {import('../scenarios/scenario.js').Scenario} scenario
 * @param {{ name: string, median: number }[]} rows
 * @returns {{ target: string, found: string, isMet: boolean }[]}
 */
export function checkTargets({ unit, targets = [] }, rows) {
  const median = (name) => rows.find((row) => row.name === name).median;
  return targets.map(({ of = rows[0].name, to, least, most, mostMore }) => {
    const about = of === rows[0].name ? '' : `${of}: `;
    const value = median(of);
    if (mostMore !== undefined) {
      const more = value - median(to);
      const target = `${about}at most ${number(mostMore)} ${unit} more than ${to}`;
      const found = more < 0 ? `${number(-more)} less` : `${number(more)} more`;
      return { target, found, isMet: more <= mostMore };
    }
    const bound = least === undefined ? `at most` : 'at least';
    const limit = least ?? most;
    const measured = to === undefined ? value : value / median(to);
    return {
      target: `${about}${bound} ${to === undefined ? `${number(limit)} ${unit}` : `${times(limit)} ${to}`}`,
      found: to === undefined ? number(measured) : times(measured),
      isMet: least === undefined ? measured <= most : measured >= least,
    };
  });
}
