import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import type { Leaving, OutboxStorage, StoredItem } from './storage.ts';

type Row = StoredItem & { owner: string };

interface Schema extends DBSchema {
  items: { key: number; value: Row; indexes: { owner: string; id: string } };
  /** Apart from the items, so that listing and changing these does not touch the bytes. */
  files: { key: [id: string, index: number]; value: Blob };
}

type Transaction = IDBPTransaction<Schema, ['items', 'files'], 'readwrite'>;

const name = 'hubchat-outbox';

/** Opens the storage of one owner. Rejects where the browser has none, or refuses it. */
export async function openIndexedDb(owner: string): Promise<OutboxStorage> {
  const db = await openDB<Schema>(name, 1, {
    upgrade(made) {
      const items = made.createObjectStore('items', { keyPath: 'order', autoIncrement: true });
      items.createIndex('owner', 'owner');
      items.createIndex('id', 'id', { unique: true });
      made.createObjectStore('files');
    },
    // A later version of this module is waiting to change the schema.
    blocking: (_version, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  // Without the channel, tabs see what others have done at their own next change.
  const channel =
    typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`${name} ${owner}`);
  return storageIn(db, owner, channel);
}

const toItem = ({ owner: _, ...item }: Row): StoredItem => item;

const bytesOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, 0], [id, Infinity]);

/** Does all of the work or nothing; then other tabs know, unless there was nothing to do. */
async function transact<T>(
  db: IDBPDatabase<Schema>,
  channel: BroadcastChannel | undefined,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const tx = db.transaction(['items', 'files'], 'readwrite');
  try {
    const [result] = await Promise.all([work(tx), tx.done]);
    if (result !== undefined) channel?.postMessage('changed');
    return result;
  } catch (error) {
    // A value that cannot be stored has not ended it, a failed request has.
    if (tx.error === null) tx.abort();
    throw error;
  }
}

function storageIn(
  db: IDBPDatabase<Schema>,
  owner: string,
  channel: BroadcastChannel | undefined,
): OutboxStorage {
  const inTransaction = <T>(work: (tx: Transaction) => Promise<T>) => transact(db, channel, work);
  const rowsOf = (tx: Transaction) => tx.objectStore('items').index('owner').getAll(owner);
  const drop = (isDropped: (row: Row) => boolean) =>
    inTransaction(async (tx) => {
      const rows = (await rowsOf(tx)).filter(isDropped);
      const removing = rows.flatMap(({ order, id }) => [
        tx.objectStore('items').delete(order),
        tx.objectStore('files').delete(bytesOf(id)),
      ]);
      return Promise.all(removing);
    });

  return {
    list: async () => (await db.getAllFromIndex('items', 'owner', owner)).map(toItem),
    add: (added, files) =>
      inTransaction(async (tx) => {
        const [order] = await Promise.all([
          // The database sets the property of the key, which the type of a value does not say.
          tx.objectStore('items').add({ ...added, owner } as Row),
          ...files.map((file, index) => tx.objectStore('files').put(file, [added.id, index])),
        ]);
        return { ...added, order };
      }),
    change: (id, change) =>
      inTransaction(async (tx) => {
        const items = (await rowsOf(tx)).map(toItem);
        const item = items.find((one) => one.id === id);
        const changed = item && change(item, items);
        if (!changed) return undefined;
        const removed = changed.state === 'stored' && tx.objectStore('files').delete(bytesOf(id));
        await Promise.all([tx.objectStore('items').put({ ...changed, owner }), removed]);
        return changed;
      }),
    readFile: (id, index) => db.get('files', [id, index]),
    async remove(ids, seq) {
      if (seq !== undefined) channel?.postMessage({ ids, seq } satisfies Leaving);
      await drop(({ id }) => ids.includes(id));
    },
    async clear() {
      await drop(() => true);
    },
    watch(listener) {
      const receive = ({ data }: MessageEvent<Leaving | 'changed'>): void =>
        listener(data === 'changed' ? undefined : data);
      channel?.addEventListener('message', receive);
      return () => channel?.removeEventListener('message', receive);
    },
    close() {
      channel?.close();
      db.close();
    },
  };
}
