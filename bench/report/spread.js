/** @typedef {{ median: number, least: number, most: number }} Spread */

/** @param {number[]} numbers @returns {Spread} */
export function spreadOf(numbers) {
  return {
    median: medianOf(numbers),
    least: Math.min(...numbers),
    most: Math.max(...numbers),
  };
}

/** @param {number[]} numbers */
export function medianOf(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/**
 * How many times the one is the other, round by round: those of one round were measured one after the
 * other, when the machine was as busy.
 *
 * @param {{ rounds: number[] }} row
 * @param {{ rounds: number[] }} other
 * @returns {Spread}
 */
export function ratioOf(row, other) {
  return spreadOf(row.rounds.map((value, round) => value / other.rounds[round]));
}
