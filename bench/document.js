import { readdirSync, readFileSync } from 'node:fs';
import { markdown } from './report/markdown.js';

// Prints docs/benchmarks.md with the newest of the results in docs/bench/ in the place of those it has.
const DOCS = new URL('../docs/', import.meta.url);
const [START, END] = ['<!-- results -->', '<!-- end of results -->'];

const newest = readdirSync(new URL('bench/', DOCS))
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .at(-1);
const report = JSON.parse(readFileSync(new URL(`bench/${newest}`, DOCS), 'utf8'));
const document = readFileSync(new URL('benchmarks.md', DOCS), 'utf8');
const [before, rest] = document.split(START);
const [, after] = rest.split(END);
const results = markdown(report, `bench/${newest.replace('.json', '')}`);
process.stdout.write(`${before}${START}\n\n${results}\n\n${END}${after}`);
