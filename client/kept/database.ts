import type { DBSchema } from 'idb';
import { randomId } from '../random-id.ts';
import type { Counters, KeptMessages, Member, RoomRow } from '../store/types.ts';
import { openChannel } from '../tabs/channel.ts';
import type { DraftFile, DraftText } from './draft.ts';
import { openDatabase } from './open.ts';

/** What is kept, by kind. The ids are those of conversations, and of users for members. */
export interface Kinds {
  room: RoomRow;
  messages: KeptMessages;
  member: Member;
  /** Its id is empty. */
  counters: Counters;
  draft: DraftText;
  /** Apart from their texts, so that typing does not write them again. */
  draftFiles: readonly DraftFile[];
}
export type Kind = keyof Kinds;

/** A value to write; undefined to remove it. */
export interface Change {
  kind: Kind;
  id: string;
  value: object | undefined;
}

/** What this browser keeps of one member of one hub. Anything may reject when there is no space. */
export interface Kept {
  ids(kind: Kind): Promise<string[]>;
  get<K extends Kind>(kind: K, id: string): Promise<Kinds[K] | undefined>;
  all<K extends Kind>(kind: K): Promise<Kinds[K][]>;
  /** Writes all or nothing; nothing once the member has been removed from this browser. */
  write(changes: readonly Change[]): Promise<void>;
  clear(): Promise<void>;
  /** Calls the listener when another tab has written a draft. */
  watchDrafts(listener: (entityId: string) => void): void;
  close(): void;
}

type Key = [owner: string, kind: Kind | 'epoch', id: string];

interface Schema extends DBSchema {
  values: { key: Key; value: unknown };
}

const name = 'hubchat-kept';
const draftKinds: readonly Kind[] = ['draft', 'draftFiles'];

/** Opens what is kept of an owner. Rejects where the browser has no storage, or refuses it. */
export async function openKept(owner: string): Promise<Kept> {
  // Removed with the rest at log-out: what other tabs still write then finds
  // another one, or none, and is removed too.
  const epochKey: Key = [owner, 'epoch', ''];
  let epoch: unknown = randomId();
  const db = await openDatabase<Schema>(
    name,
    (made) => void made.createObjectStore('values'),
    async (opened) => {
      const { store, done } = opened.transaction('values', 'readwrite');
      epoch = (await store.get(epochKey)) ?? epoch;
      await Promise.all([store.put(epoch, epochKey), done]);
    },
  );
  const channel = openChannel<string>(`${name} ${owner}`);
  const keysOf = (kind: Kind): IDBKeyRange => IDBKeyRange.bound([owner, kind], [owner, kind, []]);

  const idsOf = async (kind: Kind): Promise<string[]> =>
    (await db.getAllKeys('values', keysOf(kind))).map(([, , id]) => id);
  const announce = (ids: readonly string[]): void => {
    for (const id of new Set(ids)) channel.post(id);
  };

  return {
    ids: idsOf,
    // The key says of which kind a value is.
    async get<K extends Kind>(kind: K, id: string) {
      return (await db.get('values', [owner, kind, id])) as Kinds[K] | undefined;
    },
    async all<K extends Kind>(kind: K) {
      return (await db.getAll('values', keysOf(kind))) as Kinds[K][];
    },
    async write(changes) {
      const tx = db.transaction('values', 'readwrite');
      const writing = changes.map(({ kind, id, value }) =>
        value === undefined
          ? tx.store.delete([owner, kind, id])
          : tx.store.put(value, [owner, kind, id]),
      );
      const reading = tx.store.get(epochKey);
      // In this task: what waits for a reply first is lost if the tab goes meanwhile.
      tx.commit();
      const [found] = await Promise.all([reading, tx.done, ...writing]);
      if (found !== epoch)
        await Promise.all(changes.map(({ kind, id }) => db.delete('values', [owner, kind, id])));
      announce(changes.filter(({ kind }) => draftKinds.includes(kind)).map(({ id }) => id));
    },
    async clear() {
      const ids = await Promise.all(draftKinds.map(idsOf));
      await db.delete('values', IDBKeyRange.bound([owner], [owner, []]));
      announce(ids.flat());
    },
    watchDrafts: channel.listen,
    close() {
      channel.close();
      db.close();
    },
  };
}
