import type { CallByName } from '../calls/client.ts';
import { randomId } from '../random-id.ts';
import { hasLocks } from '../tabs/locks.ts';
import { Delivery } from './delivery.ts';
import { openIndexedDb } from './indexed-db.ts';
import { Ledger } from './ledger.ts';
import type { SendingOptions } from './send-item.ts';
import type { NewItem, OutboxStorage, StoredItem } from './storage.ts';
import type { Outbox, Outgoing } from './types.ts';

export interface OutboxOptions {
  call: CallByName;
  hubId: string;
  userId: string;
  /** In place of IndexedDB. */
  storage?: OutboxStorage | undefined;
  now?: (() => number) | undefined;
  /**
   * Only one tab of the browser is started at a time. By default it is so where the browser has Web
   * Locks, by which the tabs elect one; otherwise each tab claims what it sends.
   */
  isExclusive?: boolean | undefined;
}

/** Opens the outbox of a user in a hub; `start` lets it send. */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { call, hubId, userId, now = Date.now, isExclusive = hasLocks() } = options;
  const disk =
    options.storage ?? (await openIndexedDb(`${hubId} ${userId}`).catch(() => undefined));
  const ledger = await Ledger.open(disk, now);
  return new UserOutbox({ ledger, call, now, isExclusive });
}

class UserOutbox implements Outbox {
  readonly #options: SendingOptions;
  readonly #ledger: Ledger;
  readonly #delivery: Delivery;
  readonly #wake = () => this.#delivery.wake();
  #adding = Promise.resolve();
  #seenSeq = 0;
  /** The seqs of events that have come and may not be shown yet, by echoId. */
  readonly #events = new Map<string, number>();
  #hasAsked = false;

  constructor(options: SendingOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
    this.#delivery = new Delivery(options);
    this.#ledger.subscribe(() => this.#react());
    globalThis.addEventListener?.('online', this.#wake);
  }

  get items() {
    return this.#ledger.items;
  }

  get durability() {
    return this.#ledger.durability;
  }

  // Not a method: it is passed on without its object, such as to React.
  readonly subscribe = (listener: () => void) => this.#ledger.subscribe(listener);

  async send(outgoing: Outgoing): Promise<string> {
    const item = newItem(outgoing, this.#options.now());
    // One after the other, in the order of the calls.
    this.#adding = this.#adding.then(() => this.#ledger.add(item, outgoing.files ?? []));
    await this.#adding;
    this.#askToPersist();
    return item.id;
  }

  /** Asks the browser once not to remove what waits when it is short of space. */
  #askToPersist(): void {
    if (this.#hasAsked || this.durability === 'memory') return;
    this.#hasAsked = true;
    globalThis.navigator?.storage?.persist?.().catch(() => {});
  }

  async retry(id: string): Promise<void> {
    await this.#ledger.change(id, ({ failure: _, isUploadedAgain: __, ...item }) =>
      item.state === 'failed' ? { ...item, state: 'queued' } : undefined,
    );
    this.#delivery.wake();
  }

  async discard(id: string): Promise<void> {
    const item = this.#ledger.records().find((one) => one.id === id);
    await this.#ledger.remove([id]);
    this.#delivery.wake();
    // The service would keep them for two days, and counts them meanwhile.
    for (const { nid } of item?.files ?? [])
      if (nid !== undefined) void this.#options.call('chat.upload_remove', { nid }).catch(() => {});
  }

  confirm({ echoId, seq }: Parameters<Outbox['confirm']>[0]): void {
    if (echoId === undefined) this.#seenSeq = Math.max(this.#seenSeq, seq);
    else this.#events.set(echoId, seq);
    this.#react();
    for (const [id, at] of this.#events) if (at <= this.#seenSeq) this.#events.delete(id);
  }

  start(): void {
    this.#delivery.start();
  }

  follow(): void {
    this.#delivery.follow();
  }

  stop(): void {
    void this.#delivery.stop();
  }

  async wipe(): Promise<void> {
    this.stop();
    await this.#adding;
    await this.#ledger.clear();
  }

  close(): void {
    globalThis.removeEventListener?.('online', this.#wake);
    void this.#delivery.stop().then(() => this.#ledger.close());
  }

  /** After each change. */
  #react(): void {
    const isSeen = ({ id, state, seq }: StoredItem): boolean => {
      const at = this.#events.get(id) ?? (state === 'stored' ? seq : undefined);
      return at !== undefined && at <= this.#seenSeq;
    };
    const seen = this.#ledger.records().filter(isSeen);
    const ids = seen.map(({ id }) => id);
    if (ids.length > 0) void this.#ledger.remove(ids, this.#seenSeq);
    this.#delivery.look();
  }
}

const newItem = (
  { entityId, message, threadId, mentionIds, files = [] }: Outgoing,
  createdMs: number,
): NewItem => ({
  ...{ id: randomId(), entityId, message, threadId, mentionIds, createdMs, state: 'queued' },
  files: files.map(({ name, size, type }) => ({ name, size, type })),
});
