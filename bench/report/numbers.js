/** A number for people. */
export function number(value) {
  const size = Math.abs(value);
  if (size < 10) return value.toFixed(2);
  return size < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

/** A ratio for people. */
export const times = (ratio) => `${number(ratio)}×`;

/** The same with its spread. @param {import('./spread.js').Spread} ratio */
export const timesOf = ({ median, least, most }) =>
  `${times(median)} (${number(least)} to ${number(most)})`;
