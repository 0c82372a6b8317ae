import type { ConversationsView } from '../store/conversations.ts';
import type { KnownMembers } from '../store/members.ts';
import { applyToRows, rowOfEvent } from '../store/messages.ts';
import type { Observable } from '../store/observable.ts';
import type { AnyEvent, Counters, KeptMessages, Member, RoomRow } from '../store/types.ts';
import type { WindowView } from '../store/window.ts';
import type { Change, Kept } from './database.ts';

const mostRooms = 100;
const mostMembers = 300;
/** Of so many conversations, the latest ones, so many messages are kept. */
const mostConversations = 30;
const mostMessages = 50;
/** What changes within this time is written together, in milliseconds. */
const pauseMs = 1000;

/** What a store shows. */
export interface Sources {
  active: Observable<ConversationsView>;
  archived: Observable<ConversationsView>;
  counters: Observable<Counters | undefined>;
  members: Observable<KnownMembers>;
}

/** What a store is given to show before the service has answered. */
export interface Restored {
  rooms: readonly RoomRow[];
  members: readonly Member[];
  counters: Counters | undefined;
}

/** Values by kind and id; undefined where they are only on disk. */
type Values = Record<
  'room' | 'member' | 'counters' | 'messages',
  ReadonlyMap<string, object | undefined>
>;

/** What a store showed last, kept in this browser to be shown while there is no connection. */
export class Offline {
  readonly restored: Restored;
  readonly #kept: Kept;
  readonly #me: string;
  /** As they are on disk. */
  #written: Values;
  /** The messages of conversations that were opened; undefined while they are only on disk. */
  readonly #messages: Map<string, KeptMessages | undefined>;
  #sources: Sources | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What reads or writes the disk, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #ends: (() => void)[] = [];

  private constructor(kept: Kept, me: string, restored: Restored, opened: readonly string[]) {
    this.restored = restored;
    this.#kept = kept;
    this.#me = me;
    this.#messages = new Map(opened.map((id) => [id, undefined]));
    this.#written = valuesOf(restored, new Map(this.#messages));
  }

  /** Reads what is kept, except for messages. */
  static async open(kept: Kept, me: string): Promise<Offline> {
    const [rooms, members, [counters], opened] = await Promise.all([
      kept.all('room'),
      kept.all('member'),
      kept.all('counters'),
      kept.ids('messages'),
    ]);
    return new Offline(kept, me, { rooms, members, counters }, opened);
  }

  /** Returns the messages that are kept of a conversation. */
  async messagesOf(entityId: string): Promise<KeptMessages | undefined> {
    if (!this.#messages.has(entityId)) return undefined;
    const known = this.#messages.get(entityId);
    return known ?? this.#kept.get('messages', entityId).catch(() => undefined);
  }

  /** Keeps what a store shows from now on. */
  follow(sources: Sources): void {
    this.#sources = sources;
    const change = () => this.#change();
    this.#ends = Object.values(sources).map((source) => source.subscribe(change));
  }

  /** Keeps what is shown of an open conversation, if it has the newest messages. */
  keep(view: WindowView): void {
    const { entityId, rows, lastOrdinal, isGone } = view;
    if (isGone) this.#messages.delete(entityId);
    else if (isKeptUp(view)) this.#put(entityId, { rows, lastOrdinal });
    this.#change();
  }

  #put(entityId: string, { rows, lastOrdinal }: KeptMessages): void {
    const known = this.#messages.get(entityId);
    if (known?.rows !== rows || known.lastOrdinal !== lastOrdinal)
      this.#messages.set(entityId, { rows, lastOrdinal });
  }

  /** Changes what is kept of a conversation that is not open. */
  apply(event: AnyEvent): void {
    const { entity_id: entityId } = event;
    if (!this.#messages.has(entityId)) return;
    this.#work = this.#work.then(async () => {
      const before = await this.messagesOf(entityId);
      if (!before || !this.#messages.has(entityId)) return;
      this.#put(entityId, after(before, event, this.#me));
      this.#change();
    });
  }

  /** Writes what is not written yet, and keeps nothing more. */
  async close(): Promise<void> {
    for (const end of this.#ends) end();
    if (this.#timer !== undefined) this.#write();
    await this.#work;
    this.#sources = undefined;
  }

  #change(): void {
    if (this.#sources) this.#timer ??= setTimeout(() => this.#write(), pauseMs);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#work = this.#work.then(() => this.#writeChanges());
  }

  /** Writes the values that are not those of the last time. */
  async #writeChanges(): Promise<void> {
    const values = this.#values();
    const changes = (Object.keys(values) as (keyof Values)[]).flatMap((kind) =>
      differences(kind, this.#written[kind], values[kind]),
    );
    if (changes.length === 0) return;
    try {
      await this.#kept.write(changes);
      this.#written = values;
    } catch {
      // Without space the disk stays as it is; the next change is another attempt.
    }
  }

  #values(): Values {
    if (!this.#sources) return this.#written;
    const { active, archived, counters, members } = this.#sources;
    const rooms = [...active.getSnapshot().rows, ...archived.getSnapshot().rows]
      .sort((a, b) => b.last_activity_ms - a.last_activity_ms)
      .slice(0, mostRooms);
    const latest = rooms.slice(0, mostConversations).map((row) => row.entity_id);
    const messages = latest.filter((id) => this.#messages.has(id));
    return valuesOf(
      {
        rooms,
        members: [...members.getSnapshot().values()].slice(-mostMembers),
        counters: counters.getSnapshot(),
      },
      new Map(messages.map((id) => [id, this.#messages.get(id)])),
    );
  }
}

/** Whether a window has the newest messages of its conversation, as the service has them. */
export const isKeptUp = ({ isKept, isLoading, hasNewer }: WindowView): boolean =>
  !isKept && !isLoading && !hasNewer;

const valuesOf = (
  { rooms, members, counters }: Restored,
  messages: Values['messages'],
): Values => ({
  room: new Map(rooms.map((row) => [row.entity_id, row])),
  member: new Map(members.map((member) => [member.user_id, member])),
  counters: new Map(counters ? [['', counters]] : []),
  messages,
});

/** Returns messages after an event. A new one is added unless one before it is missing. */
function after({ rows, lastOrdinal }: KeptMessages, event: AnyEvent, me: string): KeptMessages {
  const added = rowOfEvent(event, rows, me);
  return added?.ordinal === lastOrdinal + 1
    ? { rows: [...rows, added], lastOrdinal: added.ordinal }
    : { rows: applyToRows(rows, event, me), lastOrdinal };
}

/** Returns the changes that make one state of the other. */
function differences(kind: keyof Values, before: Values['room'], after: Values['room']): Change[] {
  const isNew = ([id, value]: [string, object | undefined]): boolean =>
    value !== undefined && before.get(id) !== value;
  const shorten = (value: object | undefined): object | undefined =>
    value && 'rows' in value && Array.isArray(value.rows)
      ? { ...value, rows: value.rows.slice(-mostMessages) }
      : value;
  return [
    ...[...after].filter(isNew).map(([id, value]) => ({ kind, id, value: shorten(value) })),
    ...[...before.keys()]
      .filter((id) => !after.has(id))
      .map((id) => ({ kind, id, value: undefined })),
  ];
}
