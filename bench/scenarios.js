import { ceilingsOf } from './scenarios/ceilings.js';
import { protocols, toEverybody, toGroups } from './scenarios/fan-out.js';
import { growth } from './scenarios/growth.js';
import { latency } from './scenarios/latency.js';
import { memory } from './scenarios/memory.js';
import { requests } from './scenarios/requests.js';
import { slowSubscribers } from './scenarios/slow.js';

/**
 * What to measure, and first of all what the load that measures can do.
 *
 * @param {object} choice
 * @param {number} choice.seconds
 * @param {number} choice.connections idle ones
 * @param {string[]} choice.only scenarios whose name has one of these texts
 * @param {boolean} choice.smoke only those that show at a glance whether something broke
 * @returns {import('./scenarios/scenario.js').Scenario[]}
 */
export function chooseScenarios({ seconds, connections, only, smoke }) {
  const all = [
    ...toEverybody(seconds),
    ...toGroups(seconds),
    ...protocols(seconds),
    ...slowSubscribers(seconds),
    ...latency(seconds),
    ...requests(seconds),
    ...memory(connections),
    ...growth(seconds),
  ];
  const chosen = all.filter(
    ({ name, isSmoke }) => only.some((text) => name.includes(text)) && (!smoke || isSmoke),
  );
  return smoke ? chosen : [...ceilingsOf(chosen, seconds), ...chosen];
}
