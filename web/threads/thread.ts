import { type AnyEvent, CallError, type Chat, type Observable } from '../../client/index.ts';
import { applyToRows, type Rows, rowOfEvent, withoutLinks } from '../../client/store/messages.ts';
import { createSubject } from '../../client/store/observable.ts';

const rowsOfPage = 45;

export interface ThreadView {
  /** Oldest first; undefined until they have been read. */
  rows: Rows | undefined;
  hasOlder: boolean;
  isLoading: boolean;
  isMissing: boolean;
}

/** A thread that events keep up to date. */
export class Thread {
  readonly #chat: Chat;
  readonly #entityId: string;
  /** Its first message. */
  readonly #threadId: string;
  readonly #view = createSubject<ThreadView>({
    rows: undefined,
    hasOlder: false,
    isLoading: false,
    isMissing: false,
  });
  /** Events that come while the messages are being read. */
  #meanwhile: AnyEvent[] | undefined = [];

  constructor(chat: Chat, entityId: string, threadId: string) {
    this.#chat = chat;
    this.#entityId = entityId;
    this.#threadId = threadId;
  }

  get view(): Observable<ThreadView> {
    return this.#view;
  }

  /** Follows the events until the returned function is called. */
  open(): () => void {
    const { store, connection } = this.#chat;
    const read = (): void => void (connection.getSnapshot() === 'live' && this.#read());
    const ends = [store.onEvents((events) => this.#apply(events)), connection.subscribe(read)];
    read();
    return () => {
      for (const end of ends) end();
    };
  }

  // Not a method: it is passed on without its object.
  readonly loadOlder = async (): Promise<void> => {
    const [first] = this.#view.getSnapshot().rows ?? [];
    if (!first || this.#view.getSnapshot().isLoading) return;
    this.#set({ isLoading: true });
    const older = await this.#page(first.cursor).catch(() => undefined);
    const { rows = [] } = this.#view.getSnapshot();
    if (!older) return this.#set({ isLoading: false });
    const hasOlder = older.length === rowsOfPage;
    this.#set({ rows: [...older, ...rows], hasOlder, isLoading: false });
  };

  async #page(before?: string): Promise<Rows> {
    const place = before === undefined ? {} : { before };
    const params = { thread_id: this.#threadId, limit: rowsOfPage, ...place };
    return (await this.#chat.api.chat.thread(params)).reverse();
  }

  async #read(): Promise<void> {
    this.#meanwhile = [];
    this.#set({ isLoading: true });
    try {
      const rows = await this.#page();
      const hasOlder = rows.length === rowsOfPage;
      this.#set({ rows, hasOlder, isLoading: false, isMissing: false });
      const missed = this.#meanwhile;
      this.#meanwhile = undefined;
      this.#apply(missed);
    } catch (error) {
      this.#set({ isLoading: false, isMissing: error instanceof CallError });
    }
  }

  #apply(events: readonly AnyEvent[]): void {
    const own = events.filter(({ entity_id }) => entity_id === this.#entityId);
    if (this.#meanwhile) return void this.#meanwhile.push(...own);
    const { rows: before } = this.#view.getSnapshot();
    const rows = own.reduce((all, event) => this.#after(all, event), before ?? []);
    if (!before || rows === before) return;
    this.#set({ rows });
    const incomplete = withoutLinks(rows);
    if (incomplete.length > 0) void this.#readAgain(incomplete);
  }

  #after(rows: Rows, event: AnyEvent): Rows {
    const me = this.#chat.userId;
    const added = rowOfEvent(event, rows, me);
    if (!added) return applyToRows(rows, event, me);
    return added.root_id === this.#threadId ? [...rows, added] : rows;
  }

  async #readAgain(messageIds: string[]): Promise<void> {
    const found = await this.#chat.api.chat.get({ message_ids: messageIds }).catch(() => []);
    const byId = new Map(found.map((row) => [row.message_id, row]));
    const { rows } = this.#view.getSnapshot();
    const again = rows?.map((row) => {
      const read = byId.get(row.message_id);
      return read ? { ...read, echoId: row.echoId } : row;
    });
    this.#set({ rows: again });
  }

  #set(change: Partial<ThreadView>): void {
    this.#view.set({ ...this.#view.getSnapshot(), ...change });
  }
}
