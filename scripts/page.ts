import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Writes a generated page of docs/. With --check it only tells whether it is up to date. */
export async function writePage(name: string, text: string): Promise<void> {
  const file = fileURLToPath(new URL(`../docs/${name}.md`, import.meta.url));
  if (!process.argv.includes('--check')) return writeFile(file, text);
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === text) return;
  process.stderr.write(`docs/${name}.md is out of date: run npm run ${name}.\n`);
  process.exitCode = 1;
}
