import type { Summary } from './results.ts';

const [width, labelWidth, barHeight, gap] = [900, 150, 18, 6];
const colours = ['#2563eb', '#9ca3af', '#f59e0b', '#10b981', '#8b5cf6'];

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const label = (x: number, y: number, text: string, more = ''): string =>
  `<text x="${x}" y="${y}" ${more}>${escaped(text)}</text>`;

/** Returns the bars of one contest, and the height that they take. */
function bars(rows: readonly Summary[], top: number, colourOf: (side: string) => string) {
  const [first] = rows;
  const most = Math.max(...rows.map(({ max }) => max));
  const scale = (width - labelWidth - 110) / most;
  const title = label(0, top + 14, `${first?.contest} (${first?.unit})`, 'font-weight="bold"');
  const parts = rows.map((row, n) => {
    const y = top + 24 + n * (barHeight + gap);
    const [end, middle] = [labelWidth + row.median * scale, y + barHeight / 2];
    const [from, to] = [labelWidth + row.min * scale, labelWidth + row.max * scale];
    return [
      label(labelWidth - 8, y + 13, row.side, 'text-anchor="end"'),
      `<rect x="${labelWidth}" y="${y}" width="${row.median * scale}" height="${barHeight}"`,
      ` fill="${colourOf(row.side)}"/>`,
      `<line x1="${from}" x2="${to}" y1="${middle}" y2="${middle}" stroke="black"/>`,
      label(Math.max(end, to) + 8, y + 13, String(Math.round(row.median))),
    ].join('');
  });
  return { svg: [title, ...parts].join('\n'), height: 36 + rows.length * (barHeight + gap) };
}

/** Returns an SVG image: medians as bars, with lines from the least to the greatest round. */
export function plotOf(summaries: readonly Summary[], caption: string): string {
  const sides = [...new Set(summaries.map(({ side }) => side))];
  const colourOf = (side: string) => colours[sides.indexOf(side) % colours.length] ?? '';
  const parts = [label(0, 16, caption)];
  let top = 36;
  for (const contest of new Set(summaries.map((one) => one.contest))) {
    const rows = summaries.filter((one) => one.contest === contest);
    const { svg, height } = bars(rows, top, colourOf);
    parts.push(svg);
    top += height;
  }
  const box = `width="${width}" height="${top}" viewBox="-10 -4 ${width + 20} ${top + 8}"`;
  const style = 'font-family="sans-serif" font-size="13"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${style}>\n${parts.join('\n')}\n</svg>\n`;
}
