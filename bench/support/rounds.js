import { measure } from './processes.js';

/**
 * @typedef {object} Sample
 * @property {string} name of the server
 * @property {number | undefined} at where on the axis of growth
 * @property {Record<string, number>} found what the load found
 */

/**
 * Measures every server of a scenario in each round: a slow minute of the machine hits everybody. Each
 * round begins with another one: who is first may find the machine in another state.
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
      const turns = servers.map((_, turn) => servers[(round + turn) % servers.length]);
      for (const server of turns) {
        const found = await inTurn(server, () =>
          measure(load, { ...input, ...point.input }, server),
        );
        samples.push({ name: server.name, at: point.at, found });
      }
    }
  }
  return samples;
}

async function inTurn({ name }, run) {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${name}: ${error.message}`, { cause: error });
  }
}
