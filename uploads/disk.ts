import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ByteKey, ByteStore } from './store.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const suffix = '.thumb';

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Waits until a file's bytes, or a folder's list of names, are on the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path);
  await handle.sync().finally(() => handle.close());
}

/**
 * Creates a store in a folder, with paths `<hub>/<last two digits of the id>/<id>[.thumb]`. Files
 * that are put must be on the same disk, because they are moved.
 */
export function createDiskStore(root: string): ByteStore {
  const pathOf = ({ hubId, id, variant }: ByteKey): string => {
    if (!uuid.test(hubId) || !uuid.test(id))
      throw new Error('a key of a file consists of two UUIDs');
    return join(root, hubId, id.slice(-2), variant === 'thumb' ? id + suffix : id);
  };

  const namesIn = async (path: string): Promise<string[]> =>
    (await unlessAbsent(readdir(path))) ?? [];

  return {
    async put(key, path) {
      const to = pathOf(key);
      const folder = dirname(to);
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      await sync(path);
      await rename(path, to);
      await sync(folder);
      if (made === undefined) return;
      for (const part of ['..', '../..']) await sync(join(folder, part));
    },

    async open(key) {
      const handle = await unlessAbsent(open(pathOf(key)));
      if (!handle) return undefined;
      return {
        size: (await handle.stat()).size,
        read: (range) => handle.createReadStream(range ?? {}),
        close: () => handle.close(),
      };
    },

    remove: (key) => rm(pathOf(key), { force: true }),

    async *list() {
      for (const hubId of (await namesIn(root)).filter((name) => uuid.test(name)))
        for (const folder of await namesIn(join(root, hubId)))
          for (const name of await namesIn(join(root, hubId, folder))) {
            const id = name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
            if (uuid.test(id)) yield { hubId, id, variant: name === id ? 'file' : 'thumb' };
          }
    },

    // ctime is the time of the move; mtime would be that of the last byte.
    storedMs: async (key) => (await unlessAbsent(stat(pathOf(key))))?.ctimeMs,
  };
}
