const STYLE = 'text{font:12px sans-serif;fill:#546e7a}.title{font-weight:bold}';

/** Text in SVG. @param {string} [attributes] */
export function text(x, y, content, attributes = '') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attributes && ` ${attributes}`}>${escaped}</text>`;
}

/** A whole picture. @param {string[]} parts */
export function picture(width, height, parts) {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}">` +
    `<style>${STYLE}</style>${parts.join('')}</svg>\n`
  );
}
