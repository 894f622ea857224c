import { Filter, FilterError } from '../../filter/filter.js';

/**
 * What is wrong with a filter, in the words of the service (rest.md 9.6).
 *
 * @param filter an empty one is no filter, and right
 * @returns `undefined` when nothing is wrong
 */
export function filterProblem(filter: string): string | undefined {
  if (filter === '') return undefined;
  try {
    Filter.parse(filter);
    return undefined;
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
}
