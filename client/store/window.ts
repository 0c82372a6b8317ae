import { CallError } from '../calls/errors.ts';
import type { EventData } from '../contract.ts';
import { History, mostRows, type Place, rowsOfPage, type Stretch } from './history.ts';
import { applyToRows, type Rows, rowOfEvent, unknownQuotes, withoutLinks } from './messages.ts';
import { createSubject } from './observable.ts';
import { ReadMarks } from './read-marks.ts';
import type { Source } from './source.ts';
import type { AnyEvent, KeptMessages, RoomRow } from './types.ts';

/**
 * A part of a conversation's history without gaps, oldest first, of 270 messages at most. While it
 * `hasNewer`, new messages are only counted.
 */
export interface WindowView extends Stretch {
  entityId: string;
  /** The messages of others that have come while there were newer ones than these. */
  newCount: number;
  /** The first message of another user that was unread when the window was opened. */
  firstUnreadId: string | undefined;
  /** How far others have read, by user id; empty in rooms that are too large for receipts. */
  readers: ReadonlyMap<string, number>;
  /** The ordinal of the newest message of the conversation, which may be deleted. */
  lastOrdinal: number;
  isLoading: boolean;
  /** The service has not answered yet: what is shown was kept in this browser. */
  isKept: boolean;
  /** The caller is not, or no longer, in the conversation. */
  isGone: boolean;
}

/** `same`: what is shown is read again. */
type Wanted = Place | 'same';

/** What is shown of a conversation that the member is not in. */
const nothing = {
  rows: [],
  hasOlder: false,
  hasNewer: false,
  newCount: 0,
  firstUnreadId: undefined,
  readers: new Map<string, number>(),
  lastOrdinal: 0,
  isKept: false,
  isGone: true,
};

/** Messages of one conversation, which the events of the feed keep up to date. */
export class MessageWindow {
  readonly entityId: string;
  readonly #source: Source;
  readonly view: ReturnType<typeof createSubject<WindowView>>;
  readonly #history: History;
  #marks: ReadMarks;
  /** What is to be shown in place of these rows; undefined once it is. */
  #wanted: Wanted | undefined;
  /** The events since the rows that are being read were asked for. */
  #meanwhile: AnyEvent[] = [];
  /** New messages of others that are not among the rows. */
  readonly #unshown = new Set<string>();
  #reading = 0;
  #last: { place: Wanted; done: Promise<void> } | undefined;
  /** Raised by each load, which replaces those before. */
  #loads = 0;
  /** Raised when a load has replaced the rows: what was read beside them before is dropped. */
  #replacements = 0;

  constructor(source: Source, entityId: string) {
    this.#source = source;
    this.entityId = entityId;
    this.#history = new History(source.call, entityId);
    this.#marks = new ReadMarks(source.userId);
    this.view = createSubject<WindowView>({
      ...nothing,
      entityId,
      hasOlder: true,
      isLoading: false,
      isKept: true,
      isGone: false,
    });
  }

  /** Whether all that is shown is as of the last event. */
  get isSettled(): boolean {
    return this.#reading === 0 && this.#wanted === undefined;
  }

  /** Shows what was known at an earlier time, unless it has been read from the service. */
  restore({ rows, lastOrdinal }: KeptMessages, room: RoomRow | undefined): void {
    if (this.#replacements > 0 || this.#rows.length > 0 || rows.length === 0) return;
    const hasNewer = room !== undefined && room.last_ordinal > lastOrdinal;
    const firstUnreadId = room && this.#firstUnread(rows, room);
    this.#marks = new ReadMarks(this.#source.userId, lastOrdinal);
    this.#show(rows, { hasOlder: true, hasNewer, firstUnreadId });
  }

  /** Shows a place of the conversation, as soon as the service is reached. */
  async open(place: Wanted): Promise<void> {
    this.#wanted = place;
    try {
      await this.#load(place);
    } catch {
      // It may be that the message does not exist.
      if (typeof place === 'object') this.#wanted = 'same';
      this.#source.failed();
    }
  }

  /** Shows another place; rejects, and shows what it did, if that fails. */
  async jump(place: Place): Promise<void> {
    const before = this.#wanted;
    this.#wanted = place;
    try {
      await this.#load(place);
    } catch (error) {
      // Unless a refresh has tried the same, and goes on with what is shown.
      if (this.#wanted === place) this.#wanted = before;
      // A load that this one has replaced.
      if (before) this.#source.failed();
      throw error;
    }
  }

  /** Reads again what is shown, after events were missed. */
  async refresh(): Promise<void> {
    await this.open(this.#wanted ?? 'same');
  }

  retry(): void {
    if (this.#wanted && this.#reading === 0) void this.refresh();
  }

  /** Replaces what is shown. Rejects if that fails, unless another load has come after it. */
  #load(place: Wanted): Promise<void> {
    const done = this.#attempt(place);
    this.#last = { place, done };
    return done;
  }

  async #attempt(place: Wanted): Promise<void> {
    this.#loads += 1;
    const load = this.#loads;
    const isLast = (): boolean => load === this.#loads;
    // Where nothing was shown, an event that comes meanwhile may not be the first message.
    const from = place === 'same' && this.#rows.length === 0 ? 'newest' : place;
    /** The load that has replaced this one, if it is for the same place. */
    const next = () => (this.#last?.place === place ? this.#last.done : undefined);
    try {
      await this.#read(isLast, async () => {
        const room = (await this.#source.call('chat.chat_room_info', {
          key: this.entityId,
        })) as RoomRow;
        const marks = new ReadMarks(this.#source.userId);
        const [stretch] = await Promise.all([
          this.#stretchAt(from, room),
          marks.load(this.#source.call, room),
        ]);
        return () => {
          this.#marks = marks;
          this.#replace(place, stretch, room);
        };
      });
      if (!isLast()) await next();
    } catch (error) {
      if (!isLast()) return next();
      if (!isGone(error)) throw error;
      this.#wanted = undefined;
      this.#set(nothing);
    }
  }

  #stretchAt(place: Wanted, room: RoomRow): Promise<Stretch> {
    if (place === 'same') return this.#history.again(this.view.getSnapshot());
    if (place === 'newest') return this.#history.newest();
    return place === 'unread' ? this.#history.unread(room) : this.#history.around(place.messageId);
  }

  #replace(place: Wanted, { rows, ...ends }: Stretch, room: RoomRow): void {
    this.#replacements += 1;
    this.#wanted = undefined;
    let { firstUnreadId } = this.view.getSnapshot();
    if (place === 'unread') firstUnreadId = this.#firstUnread(rows, room);
    if (place === 'newest') firstUnreadId = undefined;
    this.#show(rows, { ...ends, isKept: false, isGone: false, firstUnreadId });
  }

  #firstUnread(rows: Rows, { pointer }: RoomRow): string | undefined {
    const me = this.#source.userId;
    return rows.find(({ ordinal, author_id: by }) => ordinal > pointer && by !== me)?.message_id;
  }

  /** Reads the page before what is shown; what is then too many goes at the other end. */
  async loadOlder(): Promise<void> {
    const { rows: before, hasOlder } = this.view.getSnapshot();
    const [first] = before;
    if (!first || !hasOlder) return;
    await this.#extend(async () => {
      const older = await this.#history.older(first);
      return () => {
        const rows = [...older, ...this.#rows];
        const isTooMany = rows.length > mostRows;
        this.#show(rows.slice(0, mostRows), {
          hasOlder: older.length === rowsOfPage,
          ...(isTooMany ? { hasNewer: true } : {}),
        });
      };
    });
  }

  /** Reads the page after what is shown, where that is not the newest. */
  async loadNewer(): Promise<void> {
    const { rows: before, hasNewer } = this.view.getSnapshot();
    const last = before.at(-1);
    if (!last || !hasNewer) return;
    await this.#extend(async () => {
      const newer = await this.#history.newer(last);
      return () => this.#append(newer, newer.length === rowsOfPage);
    });
  }

  /** Reads beside what is shown, unless something is being read already. */
  async #extend(read: () => Promise<() => void>): Promise<void> {
    if (this.#reading === 0) await this.#readBeside(read).catch(() => {});
  }

  /** Reads what belongs to the rows that are shown: it is dropped if a load replaces them. */
  #readBeside(read: () => Promise<() => void>): Promise<void> {
    const replacements = this.#replacements;
    return this.#read(() => replacements === this.#replacements, read);
  }

  /** Applies events of this conversation, in their order. */
  apply(events: readonly AnyEvent[]): void {
    const own = events.filter(({ entity_id }) => entity_id === this.entityId);
    if (this.#reading > 0) this.#meanwhile.push(...own);
    for (const event of own) this.#applyOne(event);
  }

  #applyOne(event: AnyEvent): void {
    const me = this.#source.userId;
    const isAboutMe = () => userIdsOf(event).includes(me);
    if (event.name === 'room.remove' && isAboutMe()) this.#set(nothing);
    // Earlier messages are readable again.
    else if (event.name === 'room.add' && isAboutMe()) void this.refresh();
    else this.#change(event, me);
  }

  #change(event: AnyEvent, me: string): void {
    const { rows, hasNewer } = this.view.getSnapshot();
    const added = rowOfEvent(event, rows, me);
    this.#marks.apply(event);
    if (event.name === 'chat.delete')
      this.#unshown.delete((event.data as EventData['chat.delete']).message_id);
    if (added && !hasNewer) this.#append([added], false);
    else {
      if (added && added.author_id !== me) this.#unshown.add(added.message_id);
      this.#show(applyToRows(rows, event, me));
    }
    // Of what a room forgets, it does not say which quotations it concerns.
    const unknown = event.name === 'room.purge' ? unknownQuotes(this.#rows) : [];
    const incomplete = added && !hasNewer ? withoutLinks([added]) : unknown;
    if (incomplete.length > 0) void this.#readAgain(incomplete);
  }

  async #readAgain(messageIds: readonly string[]): Promise<void> {
    const reading = this.#readBeside(async () => {
      const found = await this.#history.get(messageIds);
      const byId = new Map(found.map((row) => [row.message_id, row]));
      return () =>
        this.#show(
          this.#rows.map((row) => {
            const again = byId.get(row.message_id);
            return again ? { ...again, echoId: again.echoId ?? row.echoId } : row;
          }),
        );
    });
    await reading.catch(() => {
      this.#wanted ??= 'same';
      this.#source.failed();
    });
  }

  get #rows(): Rows {
    return this.view.getSnapshot().rows;
  }

  /** Adds rows at the end; what is then too many goes at the other one. */
  #append(added: Rows, hasNewer: boolean): void {
    for (const { message_id: id } of added) this.#unshown.delete(id);
    const rows = [...this.#rows, ...added];
    const isTooMany = rows.length > mostRows;
    this.#show(rows.slice(-mostRows), { hasNewer, ...(isTooMany ? { hasOlder: true } : {}) });
  }

  /** Shows rows, with what is known of who has read them. */
  #show(rows: Rows, change: Partial<WindowView> = {}): void {
    const { hasNewer } = { ...this.view.getSnapshot(), ...change };
    if (!hasNewer) this.#unshown.clear();
    const seen = this.#marks.seen(rows);
    const { readers, lastOrdinal } = this.#marks;
    this.#set({ ...change, rows: seen, readers, lastOrdinal, newCount: this.#unshown.size });
  }

  #set(change: Partial<WindowView>): void {
    const before = this.view.getSnapshot();
    const after = { ...before, ...change };
    const isSame = (Object.keys(after) as (keyof WindowView)[]).every(
      (name) => after[name] === before[name],
    );
    if (!isSame) this.view.set(after);
  }

  /** Reads; then shows that if it is still wanted, with the events that have come meanwhile. */
  async #read(isWanted: () => boolean, read: () => Promise<() => void>): Promise<void> {
    this.#reading += 1;
    this.#set({ isLoading: true });
    try {
      const show = await read();
      if (!isWanted()) return;
      show();
      const missed = this.#meanwhile;
      if (this.#reading === 1) this.#meanwhile = [];
      for (const event of missed) this.#applyOne(event);
    } finally {
      this.#reading -= 1;
      if (this.#reading === 0) {
        this.#meanwhile = [];
        this.#set({ isLoading: false });
      }
    }
  }
}

const userIdsOf = ({ data }: AnyEvent): string[] => (data as EventData['room.add']).user_ids;

const isGone = (error: unknown): boolean =>
  error instanceof CallError && ['ROOM_NOT_FOUND', 'INVALID_CONTACT'].includes(error.code);
