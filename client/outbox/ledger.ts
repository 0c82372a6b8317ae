import {
  type Change,
  type Leaving,
  memoryStorage,
  type NewItem,
  type OutboxStorage,
  type StoredItem,
} from './storage.ts';
import type { Outbox, OutboxItem } from './types.ts';

interface Entry {
  record: StoredItem;
  shown: OutboxItem;
}

/** The items as this tab knows them. Those that the disk refuses are in memory. */
export class Ledger {
  items: readonly OutboxItem[] = [];
  readonly #disk: OutboxStorage | undefined;
  readonly #memory = memoryStorage(() => this.records().at(-1)?.order ?? 0);
  readonly #now: () => number;
  readonly #inMemory = new Set<string>();
  readonly #leaving = new Set<string>();
  /** Those that another tab has removed, and this one still shows, as it waits for their events. */
  readonly #outgoing = new Set<string>();
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();

  private constructor(disk: OutboxStorage | undefined, now: () => number) {
    this.#disk = disk;
    this.#now = now;
    disk?.watch((leaving) => {
      if (leaving) this.#letGo(leaving);
      else void this.#refresh();
    });
  }

  /** Reads what is on disk, which is undefined where the browser has no storage. */
  static async open(disk: OutboxStorage | undefined, now: () => number): Promise<Ledger> {
    const ledger = new Ledger(disk, now);
    await ledger.#refresh();
    return ledger;
  }

  get durability(): Outbox['durability'] {
    const isLost = !this.#disk || this.records().some(({ id }) => this.#inMemory.has(id));
    return isLost ? 'memory' : 'persistent';
  }

  /** All items in order. */
  records(): StoredItem[] {
    return [...this.#entries.values()].map(({ record }) => record);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether the disk has refused it, so that no other tab knows of it. */
  isOnlyHere(id: string): boolean {
    return this.#inMemory.has(id);
  }

  async add(item: NewItem, files: readonly Blob[]): Promise<void> {
    // Another tab, which sends what is on disk, would not wait for what is only here.
    const isAfter = this.records().some(
      ({ id, entityId }) => entityId === item.entityId && this.isOnlyHere(id),
    );
    const disk = isAfter ? undefined : this.#disk;
    const added = await disk?.add(item, files).catch(() => undefined);
    if (!added) this.#inMemory.add(item.id);
    this.#put(added ?? (await this.#memory.add(item, files)));
  }

  /** Changes an item as OutboxStorage does; never rejects. */
  async change(id: string, by: Change): Promise<StoredItem | undefined> {
    const place = this.#placeOf(id);
    const changed = await place.change(id, by).catch(async () => {
      const record = this.#entries.get(id)?.record;
      if (!record) return undefined;
      await this.#keepInMemory(record);
      return this.#memory.change(id, by);
    });
    if (changed) this.#put(changed);
    // Another tab may have changed or removed it.
    else if (place === this.#disk) await this.#refresh();
    return changed;
  }

  readFile(id: string, index: number): Promise<Blob | undefined> {
    return this.#placeOf(id).readFile(id, index);
  }

  /** Shows which part of a file is uploaded. */
  progress(id: string, index: number, part: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const files = entry.shown.files.map((file, n) =>
      n === index ? { ...file, progress: part } : file,
    );
    entry.shown = { ...entry.shown, files };
    this.#publish();
  }

  /**
   * Removes items from what is shown at once, then from storage. With a seq, their events up to
   * this one are shown: other tabs go on showing items until they have these events, too.
   */
  async remove(ids: readonly string[], seq?: number): Promise<void> {
    for (const id of ids) {
      this.#leaving.add(id);
      this.#outgoing.delete(id);
      this.#entries.delete(id);
    }
    this.#publish();
    try {
      await Promise.all([this.#memory.remove(ids), this.#disk?.remove(ids, seq)]);
    } catch {
      // They stay hidden; after a reload the service recognizes them by their echoIds.
      return;
    }
    for (const id of ids) {
      this.#leaving.delete(id);
      this.#inMemory.delete(id);
    }
  }

  async clear(): Promise<void> {
    await this.#disk?.clear();
    await this.#memory.clear();
    this.#inMemory.clear();
    this.#outgoing.clear();
    this.#replace([]);
  }

  close(): void {
    this.#listeners.clear();
    this.#disk?.close();
  }

  #placeOf(id: string): OutboxStorage {
    return this.#disk && !this.#inMemory.has(id) ? this.#disk : this.#memory;
  }

  #put(record: StoredItem): void {
    this.#replace([...this.records().filter(({ id }) => id !== record.id), record]);
  }

  #replace(all: readonly StoredItem[]): void {
    const entries = all
      .filter(({ id }) => !this.#leaving.has(id))
      .map((record) => {
        const before = this.#entries.get(record.id);
        return before && isSame(before.record, record) ? before : toEntry(record, this.#now());
      });
    const isKnown = (entry: Entry) => this.#entries.get(entry.record.id) === entry;
    if (entries.length === this.#entries.size && entries.every(isKnown)) return;
    this.#entries.clear();
    for (const entry of entries.sort(byOrder)) this.#entries.set(entry.record.id, entry);
    this.#publish();
  }

  #publish(): void {
    this.items = [...this.#entries.values()].map(({ shown }) => shown);
    for (const listener of this.#listeners) listener();
  }

  /** Shows what other tabs have done. */
  async #refresh(): Promise<void> {
    const onDisk = await this.#disk?.list().catch(() => undefined);
    if (!onDisk) return;
    const isHere = ({ id }: StoredItem): boolean =>
      this.#inMemory.has(id) || this.#outgoing.has(id);
    this.#replace([...onDisk.filter((one) => !isHere(one)), ...this.records().filter(isHere)]);
  }

  /** Keeps what another tab removes as stored, until this tab has its event. */
  #letGo({ ids, seq }: Leaving): void {
    const left = this.records().filter(({ id }) => ids.includes(id));
    for (const { id } of left) this.#outgoing.add(id);
    for (const { claim: _, ...one } of left)
      this.#put({ ...one, state: 'stored', seq: one.seq ?? seq });
  }

  /** Takes over an item that the disk does not write any more. */
  async #keepInMemory(record: StoredItem): Promise<void> {
    const read = (_: unknown, index: number) =>
      this.#disk?.readFile(record.id, index).catch(() => undefined);
    this.#memory.keep(record, await Promise.all(record.files.map(read)));
    this.#inMemory.add(record.id);
  }
}

const byOrder = (a: Entry, b: Entry): number => a.record.order - b.record.order;

/** Equal items keep their identity, so that only what has changed is drawn again. */
const isSame = (a: StoredItem, b: StoredItem): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

function toEntry(record: StoredItem, nowMs: number): Entry {
  const { order: _, claim, isUploadedAgain: __, ...item } = record;
  const isRunning = claim !== undefined && claim.untilMs > nowMs;
  const isPaused = !isRunning && (item.state === 'uploading' || item.state === 'sending');
  return {
    record,
    shown: {
      ...item,
      // A tab that ended has left it so.
      state: isPaused ? 'queued' : item.state,
      files: item.files.map((file) => ({ ...file, progress: file.nid === undefined ? 0 : 1 })),
    },
  };
}
