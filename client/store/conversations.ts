import { CallError } from '../calls/errors.ts';
import type { EventData } from '../contract.ts';
import { createSubject, type Observable } from './observable.ts';
import type { Source } from './source.ts';
import { type AnyEvent, isGone, type Living, type RoomRow } from './types.ts';

/** The conversations that have been loaded, latest activity first. */
export interface ConversationsView {
  rows: readonly RoomRow[];
  /** Whether the service has older ones: `loadMore` reads the next page. */
  hasMore: boolean;
  isLoading: boolean;
}

/** The lists of conversations, by what `chat.chat_rooms` calls `option`. */
export type ListName = 'active' | 'archived';

const rowsOfPage = 45;
/** Characters of a message that `last_message` shows. */
const shownCharacters = 200;
/** Timers have no longer ones, in milliseconds. */
const longestMs = 2 ** 31 - 1;

interface List {
  /** The last row of the pages that were read; what is older is not shown. */
  boundary: RoomRow | undefined;
  isComplete: boolean;
  loading: Promise<void> | undefined;
  view: ReturnType<typeof createSubject<ConversationsView>>;
}

/** What an event leaves of a row: the row, or the need to read it from the service. */
type Change = RoomRow | 'stale';

/**
 * The member's conversations as `chat.chat_rooms` would list them. A row is the service's; an event
 * changes it where the result is certain, otherwise the row is read again.
 */
export class Conversations {
  readonly #source: Source;
  readonly #rows = new Map<string, RoomRow>();
  readonly #lists: Readonly<Record<ListName, List>> = { active: newList(), archived: newList() };
  /** The conversations that are being read, and the events about them meanwhile. */
  readonly #reading = new Map<string, AnyEvent[]>();
  /** The events since a page was asked for, while one is being read. */
  #sincePage: AnyEvent[] = [];
  /** Rows that could not be read again: `retry` does. */
  readonly #stale = new Set<string>();
  /** Whether the first pages could not be read. */
  #isUnread = false;
  #levels: ReturnType<typeof setTimeout> | undefined;
  /** Raised by each reset: a reply of an earlier load is dropped. */
  #generation = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  list(name: ListName): Observable<ConversationsView> {
    return this.#lists[name].view;
  }

  find(entityId: string): RoomRow | undefined {
    return this.#rows.get(entityId);
  }

  /** Shows what was known at an earlier time, until the first pages have been read. */
  restore(rows: readonly RoomRow[]): void {
    for (const row of rows) this.#put(row);
    for (const [name, list] of Object.entries(this.#lists)) {
      const own = rows.filter((row) => isIn(name, row)).sort(byActivity);
      list.boundary = own.at(-1);
    }
    this.#show();
  }

  /** Drops what is known and reads the first page of each list that had been read. */
  async reset(): Promise<void> {
    this.#generation += 1;
    const wanted = (['active', 'archived'] as const).filter(
      (name) => name === 'active' || this.#lists[name].boundary || this.#lists[name].isComplete,
    );
    this.#rows.clear();
    this.#reading.clear();
    this.#stale.clear();
    this.#sincePage = [];
    for (const list of Object.values(this.#lists))
      Object.assign(list, { boundary: undefined, isComplete: false, loading: undefined });
    const generation = this.#generation;
    try {
      await Promise.all(wanted.map((name) => this.loadMore(name)));
      if (generation === this.#generation) this.#isUnread = false;
    } catch {
      if (generation !== this.#generation) return;
      this.#isUnread = true;
      this.#source.failed();
    }
    this.#show();
  }

  /** Reads the next page of a list. */
  loadMore(name: ListName): Promise<void> {
    const list = this.#lists[name];
    if (list.isComplete) return Promise.resolve();
    if (list.loading) return list.loading;
    const loading = this.#readPage(name, list).finally(() => {
      // Unless a reset has begun another one.
      if (list.loading === loading) list.loading = undefined;
      this.#show();
    });
    list.loading = loading;
    this.#show();
    return loading;
  }

  async #readPage(name: ListName, list: List): Promise<void> {
    const generation = this.#generation;
    const params = { option: name, before: list.boundary?.cursor };
    const rows = (await this.#source.call('chat.chat_rooms', params)) as RoomRow[];
    if (generation !== this.#generation) return;
    for (const row of rows) if (!this.#reading.has(row.entity_id)) this.#put(row);
    list.boundary = rows.at(-1) ?? list.boundary;
    list.isComplete = rows.length < rowsOfPage;
    const missed = this.#sincePage;
    if (!this.#isReadingOther(list)) this.#sincePage = [];
    this.#applyAll(missed);
  }

  #isReadingOther = (list: List): boolean =>
    Object.values(this.#lists).some((other) => other !== list && other.loading !== undefined);

  /** Applies events, in their order, that follow those before. */
  apply(events: readonly AnyEvent[]): void {
    if (Object.values(this.#lists).some(({ loading }) => loading)) this.#sincePage.push(...events);
    this.#applyAll(events);
    this.#show();
  }

  #applyAll(events: readonly AnyEvent[]): void {
    for (const event of events) {
      const entityId = subjectOf(event);
      if (entityId === undefined) continue;
      const reading = this.#reading.get(entityId);
      if (reading) reading.push(event);
      else this.#applyOne(entityId, event);
    }
  }

  #applyOne(entityId: string, event: AnyEvent): void {
    const change = changeOf(this.#rows.get(entityId), event, this.#source.userId);
    if (change === 'stale') void this.#read(entityId);
    else if (change) this.#put(change);
    else this.#rows.delete(entityId);
  }

  /** Reads a row, then applies what has come meanwhile. */
  async #read(entityId: string): Promise<void> {
    const generation = this.#generation;
    const events: AnyEvent[] = [];
    this.#reading.set(entityId, events);
    const row = await this.#fetchRow(entityId);
    if (generation !== this.#generation) return;
    this.#reading.delete(entityId);
    if (row === 'unreachable') {
      this.#stale.add(entityId);
      this.#source.failed();
    } else if (row?.room_id) this.#put(row);
    else this.#rows.delete(entityId);
    this.#applyAll(events);
    this.#show();
  }

  async #fetchRow(key: string): Promise<RoomRow | 'unreachable' | undefined> {
    try {
      return (await this.#source.call('chat.chat_room_info', { key })) as RoomRow;
    } catch (error) {
      return error instanceof CallError && error.code === 'ROOM_NOT_FOUND'
        ? undefined
        : 'unreachable';
    }
  }

  /** Reads again what could not be read. */
  retry(): void {
    if (this.#isUnread) return void this.reset();
    const entityIds = [...this.#stale];
    this.#stale.clear();
    for (const entityId of entityIds) void this.#read(entityId);
  }

  /** Whether all that is shown is as of the last event: nothing is being read. */
  get isSettled(): boolean {
    const isLoading = Object.values(this.#lists).some(({ loading }) => loading);
    return this.#reading.size === 0 && this.#stale.size === 0 && !isLoading && !this.#isUnread;
  }

  #put(row: RoomRow): void {
    this.#rows.set(row.entity_id, row);
  }

  /** A level that was chosen until a time is over then, without an event. */
  #endLevels(): void {
    clearTimeout(this.#levels);
    let next = Infinity;
    for (const row of this.#rows.values()) {
      const { notify_until_ms: endMs } = row;
      if (endMs === null) continue;
      if (endMs > Date.now()) next = Math.min(next, endMs);
      else this.#put({ ...row, notify_level: 'default', notify_until_ms: null });
    }
    if (next < Infinity)
      this.#levels = setTimeout(() => this.#show(), Math.min(next - Date.now(), longestMs));
  }

  close(): void {
    clearTimeout(this.#levels);
  }

  #show(): void {
    this.#endLevels();
    const rows = [...this.#rows.values()].sort(byActivity);
    for (const name of ['active', 'archived'] as const) {
      const { view, boundary, isComplete, loading } = this.#lists[name];
      const isShown = (row: RoomRow): boolean =>
        isIn(name, row) &&
        (isComplete || (boundary !== undefined && byActivity(row, boundary) <= 0));
      const before = view.getSnapshot();
      // What was shown before a reset stays until the first page has been read.
      const isRead = isComplete || boundary !== undefined;
      const shown = isRead ? rows.filter(isShown) : before.rows;
      const isSame =
        shown.length === before.rows.length && shown.every((row, n) => row === before.rows[n]);
      const next = { hasMore: !isComplete, isLoading: loading !== undefined };
      if (isSame && next.hasMore === before.hasMore && next.isLoading === before.isLoading)
        continue;
      view.set({ ...next, rows: isSame ? before.rows : shown });
    }
  }
}

const newList = (): List => ({
  boundary: undefined,
  isComplete: false,
  loading: undefined,
  view: createSubject<ConversationsView>({ rows: [], hasMore: true, isLoading: false }),
});

const isIn = (name: string, { is_archived }: RoomRow): boolean =>
  is_archived === (name === 'archived' ? 1 : 0);

/** The order of `chat.chat_rooms`: latest activity first, then the id of the room. */
function byActivity(a: RoomRow, b: RoomRow): number {
  if (a.last_activity_ms !== b.last_activity_ms) return b.last_activity_ms - a.last_activity_ms;
  const [idOfA, idOfB] = [a.room_id ?? '', b.room_id ?? ''];
  if (idOfA === idOfB) return 0;
  return idOfA < idOfB ? -1 : 1;
}

/** The conversation whose row an event may change. */
function subjectOf({ name, entity_id, room_id, data }: AnyEvent): string | undefined {
  if (name === 'tag.assign' || name === 'contact.block' || name === 'contact.unblock')
    return (data as { entity_id: string }).entity_id;
  return room_id === null ? undefined : entity_id;
}

/** Returns what becomes of a row by an event; undefined: the conversation is gone. */
function changeOf(row: RoomRow | undefined, event: AnyEvent, me: string): Change | undefined {
  const { name, data } = event;
  if (name === 'room.remove' && (data as EventData['room.remove']).user_ids.includes(me))
    return undefined;
  if (!row) return 'stale';
  const change = changes[name];
  return change ? change(row, event, me) : 'stale';
}

type Rule = (row: RoomRow, event: AnyEvent, me: string) => Change;

const unchanged: Rule = (row) => row;

const changes: Partial<Record<AnyEvent['name'], Rule>> = {
  'chat.post': withMessage,
  'chat.forward': withMessage,
  'chat.edit': withEdit,
  'chat.delete': withoutMessage,
  'chat.acknowledge': withPointer,
  'chat.react': unchanged,
  'chat.set_reactions': unchanged,
  'chat.pin': unchanged,
  'chat.unpin': unchanged,
  'chat.notify': withLevel,
};

function withMessage(row: RoomRow, event: AnyEvent, me: string): Change {
  if (isGone(event)) return 'stale';
  const message = event.data as Living<'chat.post'>;
  if (message.ordinal <= row.last_ordinal) return row;
  if (message.ordinal > row.last_ordinal + 1 || row.is_archived) return 'stale';
  const isOwn = message.author_id === me;
  return {
    ...row,
    last_message: [...message.message].slice(0, shownCharacters).join(''),
    last_message_id: message.message_id,
    last_author_id: message.author_id,
    is_attachment: message.is_attachment,
    last_activity: message.ctime,
    last_activity_ms: message.ctime_ms,
    last_ordinal: message.ordinal,
    // Authors count as having read the conversation up to their message.
    unread_count: isOwn ? 0 : row.unread_count + 1,
    pointer: isOwn ? message.ordinal : row.pointer,
  };
}

function withEdit(row: RoomRow, event: AnyEvent): Change {
  const { message_id, message } = event.data as Living<'chat.edit'>;
  if (isGone(event) || message_id !== row.last_message_id) return row;
  return { ...row, last_message: [...message].slice(0, shownCharacters).join('') };
}

function withLevel(row: RoomRow, { data }: AnyEvent): Change {
  const { notify_level, notify_until_ms } = data as EventData['chat.notify'];
  return { ...row, notify_level, notify_until_ms };
}

/** An unread message may have been hidden before, which the row does not say. */
function withoutMessage(row: RoomRow, { data }: AnyEvent): Change {
  const { message_id, ordinal } = data as EventData['chat.delete'];
  return ordinal > row.pointer || message_id === row.last_message_id ? 'stale' : row;
}

function withPointer(row: RoomRow, { data }: AnyEvent, me: string): Change {
  const { user_id, ordinal } = data as EventData['chat.acknowledge'];
  if (user_id !== me || ordinal <= row.pointer) return row;
  return ordinal >= row.last_ordinal ? { ...row, pointer: ordinal, unread_count: 0 } : 'stale';
}
