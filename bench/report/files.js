import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { barPlot } from './bar.plot.js';
import { linePlot } from './line.plot.js';
import { markdown } from './markdown.js';

/** What {@link writeReport} has written. @param {string | URL} file */
export const readReport = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Writes what came of a run: the raw results, and beside them plots and tables. */
export function writeReport(output, report) {
  const path = resolve(output).replace(/\.json$/, '');
  const name = basename(path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${path}.svg`, barPlot(report.results));
  for (const result of report.results) {
    if (result.series) writeFileSync(`${path}-${result.file}.svg`, linePlot(result));
  }
  writeFileSync(`${path}.md`, `# Benchmark\n\n${markdown(report, name)}\n`);
}
