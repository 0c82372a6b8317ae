import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import { openDatabase } from '../kept/open.ts';
import { type Channel, openChannel } from '../tabs/channel.ts';
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
  const db = await openDatabase<Schema>(
    name,
    (made) => {
      const items = made.createObjectStore('items', { keyPath: 'order', autoIncrement: true });
      items.createIndex('owner', 'owner');
      items.createIndex('id', 'id', { unique: true });
      made.createObjectStore('files');
    },
    (opened) => opened.count('items'),
  );
  return storageIn(db, owner, openChannel(`${name} ${owner}`));
}

const toItem = ({ owner: _, ...item }: Row): StoredItem => item;

const bytesOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, 0], [id, Infinity]);

/** Does all of the work or nothing; then other tabs know, unless there was nothing to do. */
async function transact<T>(
  db: IDBPDatabase<Schema>,
  channel: Channel<Leaving | 'changed'>,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const tx = db.transaction(['items', 'files'], 'readwrite');
  try {
    const [result] = await Promise.all([work(tx), tx.done]);
    if (result !== undefined) channel.post('changed');
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
  channel: Channel<Leaving | 'changed'>,
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
        const adding = [
          // The database sets the property of the key, which the type of a value does not say.
          tx.objectStore('items').add({ ...added, owner } as Row),
          ...files.map((file, index) => tx.objectStore('files').put(file, [added.id, index])),
        ] as const;
        // At once: a tab that is closed now has kept it.
        tx.commit();
        const [order] = await Promise.all(adding);
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
      if (seq !== undefined) channel.post({ ids, seq });
      await drop(({ id }) => ids.includes(id));
    },
    async clear() {
      await drop(() => true);
    },
    watch: (listener) => channel.listen((data) => listener(data === 'changed' ? undefined : data)),
    close() {
      channel.close();
      db.close();
    },
  };
}
