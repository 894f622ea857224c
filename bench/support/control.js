/** Memory of a server in bytes, after a garbage collection. */
export async function inspect({ controlPort }) {
  return (await fetch(`http://127.0.0.1:${controlPort}/`)).json();
}

/** Prints the result of a load, for the runner. */
export function report(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** @param {number[]} sorted */
export const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
