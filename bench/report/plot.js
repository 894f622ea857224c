const WIDTH = 760;
const LABELS = 170;
const BAR = 18;
const COLOURS = { ours: '#c2185b', peer: '#90a4ae' };

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** All scenarios as bars, longest first row of each scaled to the full width. */
export function plot(results) {
  let y = 10;
  const parts = [];
  for (const { scenario, unit, rows } of results) {
    parts.push(
      `<text x="0" y="${y + 14}" class="title">${escape(scenario)}, ${escape(unit)}</text>`,
    );
    y += 24;
    const most = Math.max(...rows.map(({ median }) => median));
    rows.forEach(({ name, median }, index) => {
      const width = Math.max(1, ((WIDTH - LABELS - 110) * median) / most);
      const colour = index === 0 ? COLOURS.ours : COLOURS.peer;
      const value = median < 100 ? median.toFixed(2) : Math.round(median).toLocaleString('en');
      parts.push(
        `<text x="${LABELS - 8}" y="${y + 13}" text-anchor="end">${escape(name)}</text>`,
        `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 4}" fill="${colour}"/>`,
        `<text x="${(LABELS + width + 6).toFixed(1)}" y="${y + 13}">${value}</text>`,
      );
      y += BAR;
    });
    y += 14;
  }
  const style = 'text{font:12px sans-serif;fill:#546e7a}.title{font-weight:bold}';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}">` +
    `<style>${style}</style>${parts.join('')}</svg>\n`
  );
}
