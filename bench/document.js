import { readdirSync, readFileSync } from 'node:fs';
import { readReport } from './report/files.js';
import { markdown } from './report/markdown.js';
import { overview } from './report/overview.js';

// Prints a document with the newest of the results in docs/bench/ in the place of those it has.
const ROOT = new URL('../', import.meta.url);
const [START, END] = ['<!-- results -->', '<!-- end of results -->'];

const REPORTS = {
  'README.md': overview,
  'docs/benchmarks.md': (report, name) => markdown(report, `bench/${name}`),
};

const [document] = process.argv.slice(2);
const newest = readdirSync(new URL('docs/bench/', ROOT))
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .at(-1);
const report = readReport(new URL(`docs/bench/${newest}`, ROOT));
const [before, rest] = readFileSync(new URL(document, ROOT), 'utf8').split(START);
const [, after] = rest.split(END);
const results = REPORTS[document](report, newest.replace('.json', ''));
process.stdout.write(`${before}${START}\n\n${results}\n\n${END}${after}`);
