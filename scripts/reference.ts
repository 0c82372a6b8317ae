import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { reference } from '../service/docs/reference.ts';

/** Write docs/reference.md from the contract; with --check only say whether it is up to date. */
const file = fileURLToPath(new URL('../docs/reference.md', import.meta.url));
const text = reference();
if (process.argv.includes('--check')) {
  const isFresh = (await readFile(file, 'utf8').catch(() => '')) === text;
  if (!isFresh)
    process.stderr.write('docs/reference.md is not what acl/ says: run npm run reference.\n');
  process.exitCode = isFresh ? 0 : 1;
} else await writeFile(file, text);
