import type { Summary } from './results.ts';

const titles = ['work', 'side', 'median', 'min', 'max', 'p50 ms', 'p99 ms', 'service µs'];
const allTitles = [...titles, 'database µs', 'rate', 'p50', 'service', 'database'];

const shown = (value: number | undefined): string => {
  if (value === undefined || Number.isNaN(value)) return '';
  if (value >= 100) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : 2);
};

function cellsOf(summary: Summary): string[] {
  const { contest, unit, side, ratio } = summary;
  const numbers = [
    ...[summary.median, summary.min, summary.max, summary.p50, summary.p99],
    ...[summary.service, summary.database],
    ...[ratio?.rate, ratio?.p50, ratio?.service, ratio?.database],
  ];
  return [`${contest}, ${unit}`, side, ...numbers.map(shown)];
}

/**
 * Returns a table in Markdown, its columns aligned. The last four columns divide the measured
 * service's values by those of the row's side.
 */
export function tableOf(summaries: readonly Summary[]): string {
  const rows = [allTitles, ...summaries.map(cellsOf)];
  const widths = allTitles.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, n) => (n < 2 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))),
  );
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
