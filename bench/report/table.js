const number = (value) => (value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en'));

/** One scenario as text. */
export function table({ scenario, unit, rounds, rows }) {
  const lines = rows.map(
    ({ name, median, least, most, oursToIt }) =>
      `  ${name.padEnd(20)} ${number(median).padStart(12)}   ${number(least)} to ${number(most)}` +
      `   ours is ${oursToIt.toFixed(2)}×`,
  );
  return [`${scenario} (${unit}, median of ${rounds})`, ...lines].join('\n');
}
