/**
 * @typedef {object} Usage of a server process
 * @property {number} rss bytes now
 * @property {number} mostRss bytes at its height
 * @property {number} cpuMicros of all its threads since it started
 * @property {Record<string, number>} [slowConsumers] what became of clients that do not read
 */

/** What a server uses. @returns {Promise<Usage>} */
export async function inspect({ controlPort }, { collects = true } = {}) {
  return (await fetch(`http://127.0.0.1:${controlPort}/usage?gc=${collects}`)).json();
}

/** Prints the result of a load, for the runner. */
export function report(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** @param {number[]} sorted */
export const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
