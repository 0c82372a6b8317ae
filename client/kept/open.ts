import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { inTime } from '../calls/in-time.ts';

/** A browser that does not open a database within this time, in milliseconds, has none. */
const mostMs = 10_000;

/**
 * Opens a database and begins to use it. Rejects where the browser has none, refuses it, or lets it
 * wait for another tab for too long.
 */
export async function openDatabase<S extends DBSchema>(
  name: string,
  upgrade: (made: IDBPDatabase<S>) => void,
  begin: (db: IDBPDatabase<S>) => Promise<unknown>,
): Promise<IDBPDatabase<S>> {
  const opening = openDB<S>(name, 1, {
    upgrade,
    // A later version of this module is waiting to change the schema.
    blocking: (_version, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  try {
    await inTime(opening.then(begin), mostMs, name);
    return await opening;
  } catch (error) {
    void opening.then((db) => db.close()).catch(() => {});
    throw error;
  }
}
