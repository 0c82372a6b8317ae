import type { OutboxFile, OutboxItem } from './types.ts';

/** A tab has taken the item, until this time. */
export interface Claim {
  by: string;
  untilMs: number;
}

export interface StoredItem extends Omit<OutboxItem, 'files'> {
  /** Orders the items of a user. */
  order: number;
  files: readonly Omit<OutboxFile, 'progress'>[];
  claim?: Claim | undefined;
  /** Its files were uploaded a second time because the service had removed them. */
  isUploadedAgain?: boolean | undefined;
}

export type NewItem = Omit<StoredItem, 'order'>;

/** Items that leave because a tab shows their events, the last of which has this seq. */
export interface Leaving {
  ids: readonly string[];
  seq: number;
}

/** Returns the changed item, or undefined to leave it as it is. */
export type Change = (item: StoredItem, all: readonly StoredItem[]) => StoredItem | undefined;

/** Where the items of one user in one hub are kept. Anything may reject when there is no space. */
export interface OutboxStorage {
  /** Returns all items, in order. */
  list(): Promise<StoredItem[]>;
  /** Adds an item as the last one, with the bytes of its files. */
  add(item: NewItem, files: readonly Blob[]): Promise<StoredItem>;
  /**
   * Changes an item, with no other change between reading and writing, and removes the bytes of one
   * that is stored. Returns the item as it is then, undefined if it was left or does not exist.
   */
  change(id: string, change: Change): Promise<StoredItem | undefined>;
  readFile(id: string, index: number): Promise<Blob | undefined>;
  /** Removes items. With a seq, other tabs know before it that they leave, and why. */
  remove(ids: readonly string[], seq?: number): Promise<void>;
  clear(): Promise<void>;
  /** Calls the listener when another tab changes something. */
  watch(listener: (leaving?: Leaving) => void): void;
  close(): void;
}

/** A place in memory. New items come after the given order. */
export function memoryStorage(lastOrder: () => number): OutboxStorage & {
  keep(item: StoredItem, files: readonly (Blob | undefined)[]): void;
} {
  const items = new Map<string, StoredItem>();
  const blobs = new Map<string, readonly (Blob | undefined)[]>();
  const list = (): StoredItem[] => [...items.values()].sort((a, b) => a.order - b.order);

  function keep(item: StoredItem, files: readonly (Blob | undefined)[]): void {
    items.set(item.id, item);
    blobs.set(item.id, files);
  }
  return {
    keep,
    list: async () => list(),
    async add(added, files) {
      // Before the next item on disk, which has the next whole number.
      const item = { ...added, order: lastOrder() + 1e-6 };
      keep(item, files);
      return item;
    },
    async change(id, change) {
      const item = items.get(id);
      const changed = item && change(item, list());
      if (changed) items.set(id, changed);
      if (changed?.state === 'stored') blobs.delete(id);
      return changed;
    },
    readFile: async (id, index) => blobs.get(id)?.[index],
    async remove(ids) {
      for (const id of ids) {
        items.delete(id);
        blobs.delete(id);
      }
    },
    async clear() {
      items.clear();
      blobs.clear();
    },
    watch() {},
    close() {},
  };
}
