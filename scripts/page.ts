import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Writes a generated page of docs/. With --check it only tells whether it is up to date. */
export const writePage = (name: string, text: string): Promise<void> =>
  writeGenerated(`docs/${name}.md`, text, name);

/** The same for any file that `npm run <script>` generates. */
export async function writeGenerated(path: string, text: string, script: string): Promise<void> {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  if (!process.argv.includes('--check')) return writeFile(file, text);
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === text) return;
  process.stderr.write(`${path} is out of date: run npm run ${script}.\n`);
  process.exitCode = 1;
}
