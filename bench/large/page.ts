import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Row } from './compare.ts';

const file = new URL('../../docs/scale.md', import.meta.url);
const begin = '<!-- npm run large writes this -->';
const end = '<!-- end -->';
const titles = ['work', 'large', 'small', '×', 'rows read', 'to reach', 'reached'];

const cellsOf = ({ title, large, small, ratio, rowsRead = '', reach, isReached }: Row) => [
  ...[title, large, small, ratio === undefined ? '' : shown(ratio), rowsRead, reach],
  isReached === undefined ? '' : isReached ? 'yes' : '**no**',
];

const shown = (ratio: number): string => (ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2));

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Returns the rows as a table in Markdown. */
export const tableOf = (rows: readonly Row[]): string =>
  [titles, titles.map(() => '---'), ...rows.map(cellsOf)].map(lineOf).join('\n');

/** Replaces the table of docs/scale.md. */
export async function writePage(rows: readonly Row[], scale: number): Promise<void> {
  const page = await readFile(file, 'utf8');
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('docs/scale.md has no table');
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, node ${process.version}`;
  const about = `Scale ${scale}, ${date}, ${machine}.`;
  await writeFile(file, `${before}${begin}\n${about}\n\n${tableOf(rows)}\n${end}${after}`);
}
