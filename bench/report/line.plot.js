import { number } from './numbers.js';
import { picture, text } from './svg.js';

const WIDTH = 760;
const HEIGHT = 340;
const PLOT = { left: 60, right: WIDTH - 190, top: 40, bottom: HEIGHT - 50 };
const COLOURS = ['#c2185b', '#90a4ae', '#1976d2', '#388e3c', '#f57c00'];
const LEGEND_LINE = 20;

/** One scenario of growth: sizes on a logarithmic axis, costs from zero, with their spread. */
export function linePlot({ scenario, unit, axis, series }) {
  const sizes = series[0].points.map(({ at }) => at);
  const most = Math.max(...series.flatMap(({ points }) => points.map((point) => point.most)));
  const [from, to] = [Math.log(sizes[0]), Math.log(sizes.at(-1))];
  const x = (at) => PLOT.left + ((PLOT.right - PLOT.left) * (Math.log(at) - from)) / (to - from);
  const y = (value) => PLOT.bottom - ((PLOT.bottom - PLOT.top) * value) / most;
  return picture(WIDTH, HEIGHT, [
    text(0, 20, `${scenario}, ${unit}`, 'class="title"'),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => level(most * share, y(most * share))),
    ...sizes.map((at) => text(x(at), PLOT.bottom + 20, number(at), 'text-anchor="middle"')),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 40, axis, 'text-anchor="middle"'),
    ...series.flatMap((one, index) => line(one, COLOURS[index % COLOURS.length], x, y)),
    ...series.flatMap((one, index) => legend(one, COLOURS[index % COLOURS.length], index)),
  ]);
}

function level(value, y) {
  return [
    `<path d="M${PLOT.left} ${y.toFixed(1)}H${PLOT.right}" stroke="#eceff1"/>`,
    text(PLOT.left - 8, y + 4, number(value), 'text-anchor="end"'),
  ];
}

function line({ points }, colour, x, y) {
  const path = points.map(({ at, median }) => `${x(at).toFixed(1)} ${y(median).toFixed(1)}`);
  const spreads = points.map(
    ({ at, least, most }) => `M${x(at).toFixed(1)} ${y(least).toFixed(1)}V${y(most).toFixed(1)}`,
  );
  return [
    `<path d="M${path.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<path d="${spreads.join('')}" stroke="${colour}" stroke-width="6" opacity="0.3"/>`,
  ];
}

function legend({ name }, colour, index) {
  const y = PLOT.top + index * LEGEND_LINE;
  return [
    `<rect x="${PLOT.right + 16}" y="${y}" width="12" height="12" fill="${colour}"/>`,
    text(PLOT.right + 34, y + 10, name),
  ];
}
