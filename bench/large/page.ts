import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Row } from './compare.ts';

const file = new URL('../../docs/scale.md', import.meta.url);
const end = '<!-- end -->';

/** The tables that are written, by the marks that they begin with. */
const marks = {
  calls: '<!-- npm run large writes this -->',
  curves: '<!-- npm run large -- --only curves writes this -->',
};

export type TableName = keyof typeof marks;

const titles = ['work', 'large', 'small', '×', 'rows read', 'to reach', 'reached'];

const cellsOf = ({ title, large, small, ratio, rowsRead = '', reach, isReached }: Row) => [
  ...[title, large, small, ratio === undefined ? '' : shown(ratio), rowsRead, reach],
  isReached === undefined ? '' : isReached ? 'yes' : '**no**',
];

const shown = (ratio: number): string => (ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2));

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Returns rows of cells, the titles first, as a table in Markdown. */
export const tableOf = ([first = [], ...rows]: readonly (readonly string[])[]): string =>
  [first, first.map(() => '---'), ...rows].map(lineOf).join('\n');

/** Returns the comparisons as rows of cells. */
export const callRows = (rows: readonly Row[]): string[][] => [titles, ...rows.map(cellsOf)];

/** Replaces one table of docs/scale.md. */
export async function writeTable(
  name: TableName,
  rows: readonly (readonly string[])[],
  scale: number,
): Promise<void> {
  const page = await readFile(file, 'utf8');
  const [before, rest] = page.split(marks[name]);
  const at = rest?.indexOf(end) ?? -1;
  if (before === undefined || rest === undefined || at < 0)
    throw new Error(`docs/scale.md has no table of ${name}`);
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, node ${process.version}`;
  const about = `Scale ${scale}, ${date}, ${machine}.`;
  await writeFile(file, `${before}${marks[name]}\n${about}\n\n${tableOf(rows)}\n${rest.slice(at)}`);
}
