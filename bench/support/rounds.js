import { measure } from './processes.js';

/**
 * @typedef {object} Sample
 * @property {string} name of the server
 * @property {number | undefined} at where on the axis of growth
 * @property {Record<string, number>} found what the load found
 */

/**
 * Measures every server of a scenario in each round: a slow minute of the machine hits everybody. Each
 * round has an order of its own: whoever went before leaves the machine in some state.
 *
 * @param {import('../scenarios/scenario.js').Scenario} scenario
 * @param {number} rounds
 * @returns {Promise<Sample[]>}
 */
export async function runRounds({ load, input, servers, growth }, rounds) {
  const points = growth?.points ?? [{ at: undefined, input: {} }];
  const samples = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const point of points) {
      for (const server of shuffled(servers)) {
        const found = await inTurn(server, () =>
          measure(load, { ...input, ...point.input }, server),
        );
        samples.push({ name: server.name, at: point.at, found });
      }
    }
  }
  return samples;
}

function shuffled(items) {
  const drawn = items.map((item) => ({ item, at: Math.random() }));
  return drawn.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}

async function inTurn({ name }, run) {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${name}: ${error.message}`, { cause: error });
  }
}
