/** The data folder, which holds secrets, messages and files: it is for the service's user only. */
import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What the service keeps in its data folder. Anything else there is not ours to change. */
const files = 'files';
const own = [
  files,
  'secret-key',
  'operator-token',
  'last-time',
  'mariadb',
  'mariadb.lock',
  'mariadb.log',
];

const othersBits = 0o077;

/**
 * Makes the data folder, and takes every right of other users away: from what this process and its
 * children will make, and from what is there already. Reports what it may not change to `say`.
 */
export async function openDataFolder(dataDir: string, say: (line: string) => void): Promise<void> {
  process.umask(othersBits);
  await makeFolder(dataDir);
  try {
    for (const name of own) await makePrivate(join(dataDir, name), name === files);
    await dropRights(dataDir, (await lstat(join(dataDir, '.'))).mode);
  } catch (error) {
    const { code = '', path = dataDir } = error as NodeJS.ErrnoException;
    say(`HUBCHAT_DATA: the mode of ${path} cannot be changed (${code}); other users may read it.`);
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends below /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || path === dirname(path)) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/**
 * Does so for a file, or for a folder with all that is in it; the folder itself comes last. With
 * `skipsPrivate` nothing is looked for in folders that are private already: what they hold was made
 * by a service that made it private, and there may be millions of files.
 */
async function makePrivate(path: string, skipsPrivate: boolean): Promise<void> {
  const found = await unlessAbsent(lstat(path));
  if (!found || found.isSymbolicLink()) return;
  const isPrivate = (found.mode & othersBits) === 0;
  if (found.isDirectory() && !(isPrivate && skipsPrivate))
    for (const name of (await unlessAbsent(readdir(path))) ?? [])
      await makePrivate(join(path, name), skipsPrivate);
  await dropRights(path, found.mode);
}

async function dropRights(path: string, mode: number): Promise<void> {
  if ((mode & othersBits) !== 0) await unlessAbsent(chmod(path, mode & 0o700));
}

/** Files of a running database, and temporary ones, may vanish meanwhile. */
const unlessAbsent = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
