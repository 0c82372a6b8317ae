import type { CallByName } from '../calls/client.ts';
import { CallError } from '../calls/errors.ts';
import type { EventData } from '../contract.ts';
import { applyToRows, type Rows, rowOfEvent, unknownQuotes, withoutLinks } from './messages.ts';
import { createSubject, type Observable } from './observable.ts';
import { ReadMarks } from './read-marks.ts';
import type { AnyEvent, RoomRow, ShownMessage } from './types.ts';

/** A part of a conversation's history without gaps, oldest first. */
export interface WindowView {
  entityId: string;
  rows: readonly ShownMessage[];
  hasOlder: boolean;
  /** Whether there are newer messages: then new ones are not shown before they are read. */
  hasNewer: boolean;
  isLoading: boolean;
  /** The caller is not, or no longer, in the conversation. */
  isGone: boolean;
}

const rowsOfPage = 45;

/** What is shown of a conversation that the member is not in. */
const nothing = { rows: [], hasOlder: false, hasNewer: false, isGone: true };

/** Messages of one conversation, which the events of the feed keep up to date. */
export class MessageWindow {
  readonly entityId: string;
  readonly #call: CallByName;
  readonly #userId: () => string;
  readonly #view: ReturnType<typeof createSubject<WindowView>>;
  readonly #marks: ReadMarks;
  /** The events since the pages that are being read were asked for. */
  #meanwhile: AnyEvent[] = [];
  #reading = 0;
  #generation = 0;
  /** Reads what is shown again, after it failed. */
  #isStale = false;

  /** Called when something could not be read, which `retry` does again. */
  readonly #failed: () => void;

  constructor(call: CallByName, userId: () => string, entityId: string, failed: () => void) {
    this.#failed = failed;
    this.#call = call;
    this.#userId = userId;
    this.entityId = entityId;
    this.#marks = new ReadMarks(call, userId);
    this.#view = createSubject<WindowView>({
      ...{ entityId, rows: [], hasOlder: true, hasNewer: false },
      ...{ isLoading: false, isGone: false },
    });
  }

  get view(): Observable<WindowView> {
    return this.#view;
  }

  /** Whether all that is shown is as of the last event. */
  get isSettled(): boolean {
    return this.#reading === 0 && !this.#isStale;
  }

  /** Shows the page that begins with the first unread message, or the newest page. */
  async open(at: 'unread' | 'newest' = 'newest'): Promise<void> {
    this.#generation += 1;
    this.#meanwhile = [];
    await this.#read(async () => {
      const page = at === 'unread' ? await this.#unreadPage() : 1;
      const newest = await this.#messages({ page });
      const room = await this.#call('chat.chat_room_info', { key: this.entityId });
      await this.#marks.load(room as RoomRow);
      return () => {
        const rows = newest.reverse();
        this.#set({
          ...{ rows: this.#marks.seen(rows), hasOlder: rows.length === rowsOfPage },
          ...{ hasNewer: page > 1, isGone: false },
        });
      };
    });
  }

  /** Reads the page before what is shown. */
  async loadOlder(): Promise<void> {
    const [first] = this.#rows;
    if (!first || !this.#view.getSnapshot().hasOlder || this.#reading > 0) return;
    await this.#read(async () => {
      const older = await this.#messages({ before: first.message_id });
      return () => {
        const rows = this.#marks.seen(older.reverse());
        this.#set({ rows: [...rows, ...this.#rows], hasOlder: rows.length === rowsOfPage });
      };
    });
  }

  /** Reads the page after what is shown, where that is not the newest. */
  async loadNewer(): Promise<void> {
    const last = this.#rows.at(-1);
    if (!last || !this.#view.getSnapshot().hasNewer || this.#reading > 0) return;
    await this.#read(async () => {
      const newer = await this.#messages({ after: last.message_id });
      return () => {
        const rows = this.#marks.seen(newer.reverse());
        this.#set({ rows: [...this.#rows, ...rows], hasNewer: rows.length === rowsOfPage });
      };
    });
  }

  /** Reads again what is shown, after events were missed or the service was not reached. */
  refresh(): Promise<void> {
    this.#isStale = false;
    return this.open('newest');
  }

  retry(): void {
    if (this.#isStale) void this.refresh();
  }

  /** Applies events of this conversation, in their order. */
  apply(events: readonly AnyEvent[]): void {
    const own = events.filter(({ entity_id }) => entity_id === this.entityId);
    if (this.#reading > 0) this.#meanwhile.push(...own);
    for (const event of own) this.#applyOne(event);
  }

  #applyOne(event: AnyEvent): void {
    const me = this.#userId();
    const isAboutMe = () => userIdsOf(event).includes(me);
    if (event.name === 'room.remove' && isAboutMe()) this.#set(nothing);
    // Earlier messages are readable again.
    else if (event.name === 'room.add' && isAboutMe()) void this.refresh();
    else this.#change(event, me);
  }

  #change(event: AnyEvent, me: string): void {
    const { rows, hasNewer } = this.#view.getSnapshot();
    const added = hasNewer ? undefined : rowOfEvent(event, rows, me);
    this.#set({ rows: added ? [...rows, added] : applyToRows(rows, event, me) });
    if (this.#marks.apply(event)) this.#set({ rows: this.#marks.seen(this.#rows) });
    // Of what a room forgets, it does not say which quotations it concerns.
    const unknown = event.name === 'room.purge' ? unknownQuotes(this.#rows) : [];
    const incomplete = added ? withoutLinks([added]) : unknown;
    if (incomplete.length > 0) void this.#readAgain(incomplete);
  }

  async #readAgain(messageIds: readonly string[]): Promise<void> {
    await this.#read(async () => {
      const params = { message_ids: messageIds };
      const found = (await this.#call('chat.get', params).catch(emptyIfGone)) as ShownMessage[];
      const byId = new Map(found.map((row) => [row.message_id, row]));
      return () =>
        this.#set({
          rows: this.#rows.map((row) => {
            const again = byId.get(row.message_id);
            return again ? { ...again, echoId: row.echoId } : row;
          }),
        });
    });
  }

  get #rows(): Rows {
    return this.#view.getSnapshot().rows;
  }

  #set(change: Partial<WindowView>): void {
    const before = this.#view.getSnapshot();
    if (change.rows === before.rows && Object.keys(change).length === 1) return;
    this.#view.set({ ...before, ...change });
  }

  /** Reads pages; then shows them, with the events that have come meanwhile. */
  async #read(read: () => Promise<() => void>): Promise<void> {
    const generation = this.#generation;
    this.#reading += 1;
    this.#set({ isLoading: true });
    try {
      const show = await read();
      if (generation !== this.#generation) return;
      show();
      const missed = this.#meanwhile;
      if (this.#reading === 1) this.#meanwhile = [];
      for (const event of missed) this.#applyOne(event);
    } catch (error) {
      if (isGone(error)) this.#set(nothing);
      else {
        this.#isStale = true;
        this.#failed();
      }
    } finally {
      this.#reading -= 1;
      if (this.#reading === 0) this.#set({ isLoading: false });
    }
  }

  #messages = async (place: { before?: string; after?: string; page?: number }) =>
    (await this.#call('chat.messages', {
      ...{ entity_id: this.entityId, limit: rowsOfPage, mark_read: 0, ...place },
    })) as ShownMessage[];

  async #unreadPage(): Promise<number> {
    const state = (await this.#call('chat.to_read', { entity_id: this.entityId })) as {
      pages_to_read: number;
    };
    return Math.max(1, state.pages_to_read);
  }
}

const userIdsOf = ({ data }: AnyEvent): string[] => (data as EventData['room.add']).user_ids;

const isGone = (error: unknown): boolean =>
  error instanceof CallError && ['ROOM_NOT_FOUND', 'INVALID_CONTACT'].includes(error.code);

function emptyIfGone(error: unknown): never[] {
  if (error instanceof CallError && error.code === 'MESSAGE_NOT_FOUND') return [];
  throw error;
}
