import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

// Writes what has changed: the user of a service may lack the right to write, and needs it only for
// a build that is not current. A program that another start is loading is replaced as a whole.
export async function write(path, contents) {
  if ((await readFile(path).catch(() => undefined))?.equals(contents)) return;
  // Containers that share the folder may have the same process ids.
  const partial = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(partial, contents);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}
