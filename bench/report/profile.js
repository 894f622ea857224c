const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;
const OURS = '/dist/';
const ROWS = 25;

/** Where the time of a process went: by package or folder of ours, and by function. */
export function profileTable({ nodes, samples, timeDeltas }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const [places, functions] = [new Map(), new Map()];
  let total = 0;
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber } = frames.get(id);
    const microseconds = timeDeltas[index];
    total += microseconds;
    add(places, placeOf(url, functionName), microseconds);
    const file = url.split('/').slice(-2).join('/');
    add(functions, `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`, microseconds);
  });
  return [
    'By place',
    ...lines(places, total),
    '',
    'By function, without what it calls',
    ...lines(functions, total),
  ].join('\n');
}

function placeOf(url, functionName) {
  const [, library] = PACKAGE.exec(url) ?? [];
  if (library !== undefined) return library;
  if (url.includes(OURS)) return `ours: ${url.split(OURS)[1].split('/').slice(0, -1).join('/')}`;
  // What has no file is Node itself: system calls, the collector, waiting.
  return url === '' ? functionName : url;
}

function add(sums, key, value) {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function lines(sums, total) {
  return Array.from(sums)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, ROWS)
    .map(([key, value]) => `${((100 * value) / total).toFixed(1).padStart(6)} %  ${key}`);
}
