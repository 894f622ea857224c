import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MarkdownDocument } from '../../support/markdown.blocks.js';

const ROOT = new URL('../../../', import.meta.url);
const BENCH = fileURLToPath(new URL('bench/', ROOT));

// To write the tables anew: UPDATE_DOCS=1 npm test -- --testPathPatterns docs/benchmarks
it.each(['docs/benchmarks.md', 'README.md'])('%s has the newest results', async (name) => {
  const document = new URL(name, ROOT);
  const { stdout } = await promisify(execFile)(process.execPath, [`${BENCH}document.js`, name]);
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(document, stdout);
  expect(await readFile(document, 'utf8')).toBe(stdout);
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
