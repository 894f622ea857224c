import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MarkdownDocument } from '../../support/markdown.blocks.js';

const DOCUMENT = new URL('../../../docs/benchmarks.md', import.meta.url);
const BENCH = fileURLToPath(new URL('../../../bench/', import.meta.url));

// To write the tables anew: UPDATE_DOCS=1 npm test -- --testPathPatterns docs/benchmarks
it('docs/benchmarks.md has the newest results', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [`${BENCH}document.js`]);
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(DOCUMENT, stdout);
  expect(await readFile(DOCUMENT, 'utf8')).toBe(stdout);
});

async function names(mark: string): Promise<string[]> {
  const document = await MarkdownDocument.read('docs/benchmarks.md');
  return document
    .rows(mark)
    .map(([cell = '']) => cell.replaceAll('`', ''))
    .toSorted();
}

it('the table of options has those of bench/run.js', async () => {
  const source = await readFile(`${BENCH}run.js`, 'utf8');
  const options = Array.from(source.matchAll(/^ +(\w+): \{ type: '/gm), ([, name = '']) => name);
  const shown = (await names('bench-options')).map((option) => option.replace(/^--(\w+).*$/, '$1'));
  expect(options).not.toEqual([]);
  expect(shown).toEqual(options.toSorted());
});

it('the table of servers has those that something is measured of', async () => {
  /** They show what the load can do. */
  const ceilings = new Set(['canned', 'firehose']);
  const files = (await readdir(`${BENCH}servers`)).map((file) => file.replace('.js', ''));
  const servers = files.filter((name) => !ceilings.has(name));
  expect(await names('bench-servers')).toEqual(servers.toSorted());
});
