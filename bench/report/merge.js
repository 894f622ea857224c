/**
 * Puts what a later run measured in the place of the same scenarios of an earlier one. Each result of
 * the later one says what run it is of.
 *
 * @param {object} earlier report as it is in the JSON
 * @param {object} later
 */
export function merge(earlier, { results, ...run }) {
  // A choice of scenarios brings but a choice of ceilings.
  const later = results.filter(({ isCeiling }) => !isCeiling).map((one) => ({ ...one, run }));
  const again = new Map(later.map((one) => [one.scenario, one]));
  const kept = earlier.results.map((one) => again.get(one.scenario) ?? one);
  return { ...earlier, results: [...kept, ...later.filter((one) => !kept.includes(one))] };
}
