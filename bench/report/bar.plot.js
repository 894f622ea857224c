import { isOurs } from '../scenarios/scenario.js';
import { number } from './numbers.js';
import { picture, text } from './svg.js';

const WIDTH = 760;
const LABELS = 210;
const VALUES = 110;
const BAR = 18;
const COLOURS = { ours: '#c2185b', peer: '#90a4ae' };

/** All scenarios with rows as bars, the longest of each as wide as there is room. */
export function barPlot(results) {
  let y = 10;
  const parts = [];
  for (const { scenario, unit, rows } of results.filter((result) => result.rows)) {
    parts.push(text(0, y + 14, `${scenario}, ${unit}`, 'class="title"'));
    y += 24;
    const most = Math.max(...rows.map((row) => row.median));
    for (const { name, median } of rows) {
      const width = Math.max(1, ((WIDTH - LABELS - VALUES) * median) / most);
      const colour = isOurs(name) ? COLOURS.ours : COLOURS.peer;
      parts.push(
        text(LABELS - 8, y + 13, name, 'text-anchor="end"'),
        `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 4}" fill="${colour}"/>`,
        text(LABELS + width + 6, y + 13, number(median)),
      );
      y += BAR;
    }
    y += 14;
  }
  return picture(WIDTH, y, parts);
}
